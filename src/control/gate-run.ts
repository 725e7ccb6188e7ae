import type { Entry } from '../ledger/entry.ts';
import { bareLogin, type Key } from '../plan/incident.ts';
import type { DeploymentRepository, GateRun } from '../ports.ts';
import { parseExternalId, parseGateNote } from '../report/check-run.ts';
import type { Ask } from './draft.ts';

/** What a finished gate means for us. */
export interface GateNews {
  readonly key: Key;
  readonly entry: Entry;
  /** Present when the gate asks for a rollback. */
  readonly ask: Ask | null;
}

/** Check runs can be written by any app: only GitHub Actions (where the gate runs) and our own App are believed. */
const ACTIONS = 'github-actions';

export function readGateRun(repository: Pick<DeploymentRepository, 'name' | 'login'>, run: GateRun): GateNews | null {
  if (run.appSlug !== ACTIONS && run.appSlug !== bareLogin(repository.login)) return null;
  const id = parseExternalId(run.externalId);
  const note = parseGateNote(run.text);
  if (!id || !note || id.sha !== run.sha) return null;
  const key: Key = { repo: repository.name, service: id.service, environment: id.environment };
  const passed = note.decision === 'pass';
  // A gate that could not tell speaks neither for a release nor against it.
  const kind = passed ? 'gate-passed' : note.decision === 'fail' ? 'gate-failed' : 'gate-undecided';
  const entry: Entry = {
    at: note.detectedAt,
    kind,
    id: `${id.service}/${id.environment}/${id.sha}/${kind}/${run.id}`,
    service: id.service,
    environment: id.environment,
    revision: id.sha,
    incident: null,
    actor: 'gate',
    because: note.because,
    details: {
      decision: note.decision,
      reasonCode: note.reasonCode,
      checkRun: run.id,
      ...(note.startedAt === undefined ? {} : { startedAt: note.startedAt }),
    },
  };
  if (passed || note.rollback === 'not-requested') return { key, entry, ask: null };
  const cause = {
    kind: 'gate',
    checkRunId: run.id,
    trigger: note.blame ?? note.decision,
    then: note.rollback === 'ask' ? 'ask' : note.then === 'fallback' ? 'fallback' : 'rollback',
    because: note.because,
    ...(note.numbers === undefined ? {} : { numbers: note.numbers }),
  } as const;
  return { key, entry, ask: { cause, at: note.detectedAt, bad: id.sha, to: null } };
}
