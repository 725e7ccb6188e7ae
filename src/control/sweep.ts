import { RollbackError } from '../errors.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Key } from '../plan/incident.ts';
import { parseComment } from '../chatops/parse.ts';
import { parseBlock } from '../report/memory.ts';
import type { Ask } from './draft.ts';
import type { Doors } from './doors.ts';
import { readGateRun } from './gate-run.ts';
import type { Spoken } from './command.ts';

/** What a crash or a lost webhook left behind in one repository. */
export interface Leftovers {
  readonly rollbacks: readonly Key[];
  readonly commands: readonly Spoken[];
  readonly gates: readonly { readonly key: Key; readonly ask: Ask }[];
  readonly entries: readonly Entry[];
}

const HOUR = 3_600_000;
/** Commits of the default branch whose gates are looked at again: the newest every time, the others less often. */
const COMMITS = 20;
const NEWEST = 3;
const OTHERS_MS = 5 * 60_000;

/** When the gates of a commit were read last, by its sha. Kept from sweep to sweep: GitHub counts what is asked. */
export type GatesRead = Map<string, number>;

/**
 * Reads the world, changes nothing. One comment or commit that cannot be read hides none of the others; the next sweep asks again. A
 * repository without a playbook is none of ours.
 */
export async function findLeftovers(doors: Doors, read: GatesRead = new Map()): Promise<Leftovers> {
  const { repository, clock } = doors;
  if ((await repository.overview()).playbook === null) return { rollbacks: [], commands: [], gates: [], entries: [] };
  const since = new Date(clock.now() - 24 * HOUR).toISOString();
  const [unfinished, comments, shas] = await Promise.all([
    repository.unfinishedRollbacks(),
    repository.recentComments(since),
    repository.recentCommits(new Date(clock.now() - 2 * HOUR).toISOString(), COMMITS),
  ]);
  const rollbacks = unfinished.flatMap((pull) => parseBlock(pull.body)?.incident.key ?? []);
  const commands: Spoken[] = [];
  for (const comment of comments) {
    if (comment.edited || comment.author.endsWith('[bot]') || parseComment(comment.body) === null) continue;
    const reaction = await repository.reactionOf(comment).catch(later(doors));
    if (reaction !== null) continue;
    commands.push({ ...comment, commentId: comment.id, isBot: false });
  }
  for (const sha of read.keys()) if (!shas.includes(sha)) read.delete(sha);
  const due = shas.filter((sha, i) => i < NEWEST || clock.now() - (read.get(sha) ?? -Infinity) >= OTHERS_MS);
  const news = (
    await Promise.all(
      due.map(async (sha) => {
        const runs = await repository.gateRuns(sha).catch(later(doors));
        if (runs) read.set(sha, clock.now());
        return runs ?? [];
      }),
    )
  )
    .flat()
    .flatMap((run) => readGateRun(repository, run) ?? []);
  return {
    rollbacks,
    commands: commands.sort((a, b) => a.createdAt.localeCompare(b.createdAt)),
    gates: news.flatMap(({ key, ask }) => (ask ? [{ key, ask }] : [])),
    entries: news.map(({ entry }) => entry),
  };
}

/** Undefined for what GitHub did not tell: a comment may be gone by now. */
function later({ log }: Pick<Doors, 'log'>): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof RollbackError)) throw error;
    log('warn', error.message, { during: 'sweep' });
  };
}
