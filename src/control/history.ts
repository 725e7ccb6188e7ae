/** `/whatran` and `/gate status`: questions about the past that change nothing. */
import { parse as parseLedger } from '../ledger/chain.ts';
import type { Line } from '../ledger/entry.ts';
import { groupChanges, type Change } from '../plan/changes.ts';
import { isInstant, liveAt } from '../plan/history.ts';
import type { Key } from '../plan/incident.ts';
import type { Target } from '../playbook/target.ts';
import type { Refusal } from '../report/refusals.ts';
import { parseExternalId, parseGateNote, type GateNote } from '../report/check-run.ts';
import type { GateRun } from '../ports.ts';
import type { Doors } from './doors.ts';
import { gateStatusComment, ranComment } from '../report/history.ts';
import { manifestsAt } from './manifests-at.ts';
import type { Carried } from './orders.ts';
import { answersOf, type Answer } from './ran.ts';

/** What Git wanted at one moment, and what the ledger and the registries know of it. */
export interface Ran {
  readonly change: Change;
  readonly because: string;
  readonly answers: readonly Answer[];
  /** Ledger lines about this revision, oldest first: its gate, its rollback, its proof. */
  readonly known: readonly Line[];
}

type PastDoors = {
  readonly repository: Pick<Doors['repository'], 'history' | 'trees' | 'texts' | 'ledger'>;
} & Pick<Doors, 'artefacts'>;

/** `asked`: an instant with its zone, or a sha prefix; of a commit the answer is that of the moment it landed. */
export async function whatRan(
  { repository, artefacts }: PastDoors,
  target: Target,
  { head, asked }: { readonly head: string; readonly asked: string },
): Promise<{ readonly ok: true; readonly ran: Ran } | { readonly ok: false; readonly refusal: Refusal }> {
  const { rules, registries, service, environment } = target;
  const [commits, ledger] = await Promise.all([repository.history(rules.paths, head), repository.ledger()]);
  const changes = groupChanges(commits);
  const found = isInstant(asked) ? liveAt(changes, asked) : byRevision(changes, asked);
  if (found.kind === 'unknown') {
    const hint = 'Name a later time, or a commit that changed this service.';
    return { ok: false, refusal: { wrong: found.because, hint, wouldWork: [] } };
  }
  const { change, because } = found;
  const files = await manifestsAt(repository, rules.paths, change.revision);
  const lines = parseLedger(ledger);
  const answers = await answersOf({
    target,
    files,
    revision: change.revision,
    lines,
    time: Date.parse(isInstant(asked) ? asked : change.at),
    registries: artefacts && Object.keys(registries).length > 0 ? artefacts(registries) : null,
  });
  const known = lines.filter(
    (line) => line.service === service && line.environment === environment && line.revision === change.revision,
  );
  return { ok: true, ran: { change, because, answers, known } };
}

function byRevision(changes: readonly Change[], prefix: string): ReturnType<typeof liveAt> {
  const change = changes.find(({ revision }) => revision.startsWith(prefix.toLowerCase()));
  if (change)
    return { kind: 'live', sha: change.revision, change, because: `'${change.title}' landed at ${change.at}` };
  return {
    kind: 'unknown',
    because: `${prefix.slice(0, 7)} is none of the ${changes.length} changes read of this service`,
  };
}

/** The answer to `/whatran`; `asked` is the one word after the place. */
export async function answerWhatRan(
  doors: Pick<Doors, 'repository' | 'artefacts'>,
  target: Target,
  { head, asked }: { readonly head: string; readonly asked: string | null },
): Promise<Carried> {
  const word = asked?.trim() ?? '';
  const { service, environment } = target;
  if (!isInstant(word) && !/^[0-9a-f]{7,40}$/i.test(word)) {
    const wrong = 'a time with its zone, or a commit, belongs at the end';
    const wouldWork = [`/whatran ${service} ${environment} 2026-01-31T14:30Z`];
    return { ok: false, refusal: { wrong, hint: 'Write one of them.', wouldWork } };
  }
  const found = await whatRan(doors, target, { head, asked: word });
  if (!found.ok) return found;
  const { change, because, answers, known } = found.ran;
  const { revision, title, author } = change;
  return { ok: true, answer: ranComment({ service, environment, revision, title, author, because, answers, known }) };
}

/** The answer to `/gate status`. */
export async function gateStatus(doors: Pick<Doors, 'repository' | 'clock'>, key: Key): Promise<Carried> {
  const found = await newestGate(doors, key);
  return { ok: true, answer: gateStatusComment(key, found && { ...found.run, note: found.note }) };
}

/** The newest gate run of a place among the newest commits; null: none was found. */
export async function newestGate(
  { repository, clock }: Pick<Doors, 'repository' | 'clock'>,
  key: Key,
): Promise<{ readonly run: GateRun; readonly note: GateNote | null } | null> {
  const since = new Date(clock.now() - GATE_DAYS * 86_400_000).toISOString();
  const shas = await repository.recentCommits(since, GATE_COMMITS);
  for (const runs of await Promise.all(shas.map((sha) => repository.gateRuns(sha)))) {
    const run = runs.find(({ externalId }) => {
      const id = parseExternalId(externalId);
      return id?.service === key.service && id.environment === key.environment;
    });
    if (run) return { run, note: parseGateNote(run.text) };
  }
  return null;
}

const GATE_DAYS = 30;
const GATE_COMMITS = 20;
