/** `/whatran` and `/gate status`: questions about the past that change nothing. */
import { parse as parseLedger } from '../ledger/chain.ts';
import type { Line } from '../ledger/entry.ts';
import { versionsOf, type Version } from '../manifests/versions.ts';
import { groupChanges, type Change } from '../plan/changes.ts';
import { isInstant, liveAt } from '../plan/history.ts';
import type { Key } from '../plan/incident.ts';
import type { Refusal } from '../report/refusals.ts';
import { parseExternalId, parseGateNote, type GateNote } from '../report/check-run.ts';
import type { GateRun } from '../ports.ts';
import type { Doors } from './doors.ts';
import { gateStatusComment, ranComment } from '../report/history.ts';
import type { Carried } from './orders.ts';

/** What Git wanted at one moment, and what the ledger knows of it. */
export interface Ran {
  readonly change: Change;
  readonly because: string;
  readonly versions: readonly (Version & { readonly path: string })[];
  /** Ledger lines about this revision, oldest first: its gate, its rollback, its proof. */
  readonly known: readonly Line[];
}

/** `asked`: an instant with its zone, or a sha prefix. */
export async function whatRan(
  { repository }: { readonly repository: Pick<Doors['repository'], 'history' | 'trees' | 'texts' | 'ledger'> },
  key: Key,
  { paths, head, asked }: { readonly paths: readonly string[]; readonly head: string; readonly asked: string },
): Promise<{ readonly ok: true; readonly ran: Ran } | { readonly ok: false; readonly refusal: Refusal }> {
  const [commits, ledger] = await Promise.all([repository.history(paths, head), repository.ledger()]);
  const changes = groupChanges(commits);
  const found = isInstant(asked) ? liveAt(changes, asked) : byRevision(changes, asked);
  if (found.kind === 'unknown') {
    const hint = 'Name a later time, or a commit that changed this service.';
    return { ok: false, refusal: { wrong: found.because, hint, wouldWork: [] } };
  }
  const { change } = found;
  const files = (await repository.trees(paths, [change.revision])).get(change.revision) ?? [];
  const texts = await repository.texts(files.map(({ blob }) => blob));
  const versions = files.flatMap(({ path, blob }) =>
    versionsOf(path, texts.get(blob) ?? '').map((version) => ({ ...version, path })),
  );
  const known = parseLedger(ledger).filter(
    (line) => line.service === key.service && line.environment === key.environment && line.revision === change.revision,
  );
  return { ok: true, ran: { change, because: found.because, versions, known } };
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
  doors: Pick<Doors, 'repository'>,
  key: Key,
  { asked, ...where }: { readonly paths: readonly string[]; readonly head: string; readonly asked: string | null },
): Promise<Carried> {
  const word = asked?.trim() ?? '';
  if (!isInstant(word) && !/^[0-9a-f]{7,40}$/i.test(word)) {
    const place = `/whatran ${key.service} ${key.environment}`;
    const wrong = 'a time with its zone, or a commit, belongs at the end';
    return { ok: false, refusal: { wrong, hint: 'Write one of them.', wouldWork: [`${place} 2026-01-31T14:30Z`] } };
  }
  const found = await whatRan(doors, key, { ...where, asked: word });
  if (!found.ok) return found;
  const { change, because, versions, known } = found.ran;
  const { revision, title, author } = change;
  return { ok: true, answer: ranComment({ ...key, revision, title, author, because, versions, known }) };
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
