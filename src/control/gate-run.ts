import type { Verdict, VerdictStatus } from '../judge/verdict.ts';
import type { Entry } from '../ledger/entry.ts';
import { bareLogin, type Key } from '../plan/incident.ts';
import type { DeploymentRepository, GateRun } from '../ports.ts';
import { decisionWord, parseExternalId, parseGateNote } from '../report/check-run.ts';
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

/** A gate that could not tell speaks neither for a release nor against it; nor does a shadow, which has served nobody. */
export function gateKind(
  decision: VerdictStatus,
  role: Verdict['role'],
): 'gate-passed' | 'gate-failed' | 'gate-undecided' {
  if (role === 'shadow') return 'gate-undecided';
  return decision === 'pass' ? 'gate-passed' : decision === 'fail' ? 'gate-failed' : 'gate-undecided';
}

export function readGateRun(repository: Pick<DeploymentRepository, 'name' | 'login'>, run: GateRun): GateNews | null {
  if (run.appSlug !== ACTIONS && run.appSlug !== bareLogin(repository.login)) return null;
  const id = parseExternalId(run.externalId);
  const note = parseGateNote(run.text);
  if (!id || !note || id.sha !== run.sha) return null;
  const key: Key = { repo: repository.name, service: id.service, environment: id.environment };
  const isShadow = note.role === 'shadow';
  const kind = gateKind(note.decision, note.role);
  const entry: Entry = {
    at: note.detectedAt,
    kind,
    id: `${id.service}/${id.environment}/${id.sha}/${kind}/${run.id}`,
    service: id.service,
    environment: id.environment,
    revision: id.sha,
    incident: null,
    actor: 'gate',
    because: isShadow ? `a shadow, ${decisionWord(note.decision, note.role)}: ${note.because}` : note.because,
    details: {
      decision: note.decision,
      ...(note.role === undefined ? {} : { role: note.role }),
      reasonCode: note.reasonCode,
      checkRun: run.id,
      ...(note.startedAt === undefined ? {} : { startedAt: note.startedAt }),
    },
  };
  if (note.decision === 'pass' || isShadow || note.rollback === 'not-requested') return { key, entry, ask: null };
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
