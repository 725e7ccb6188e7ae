/** The check `lastgood/ready`: before a release goes out, whether it could be taken back. */
import type { Playbook } from '../playbook/schema.ts';
import { targetNames, targetOf, targetsTouching } from '../playbook/target.ts';
import type { OpenPull, Overview } from '../ports.ts';
import { readyAnswer, type Readiness } from '../report/ready.ts';
import type { Doors } from './doors.ts';
import { isOwnRollback } from './own-pull.ts';
import { readiness, type Proposed, type ReadyDoors } from './ready.ts';
import { playbookOf } from './reconcile.ts';

export const READY_CHECK = 'lastgood/ready';

/** Which pull requests: the one of this number, or those whose head this is. */
export type Which = { readonly number: number } | { readonly head: string };

/** Services of one pull request that are looked at: a change of everything must not become a load test. */
const MOST = 10;

/** False: GitHub is still making a trial merge, and another look is worth it. */
export async function checkReady(doors: Pick<Doors, 'repository'> & ReadyDoors, which: Which): Promise<boolean> {
  const overview = await doors.repository.overview();
  if (overview.playbook === null) return true;
  const playbook = playbookOf(overview);
  const listed = await doors.repository.openPulls(overview.defaultBranch, 'number' in which ? which.number : null);
  const pulls = 'head' in which ? listed.filter(({ head }) => head === which.head) : listed;
  for (const pull of pulls) await checkPull(doors, overview, playbook, pull);
  return pulls.every(({ merged, conflicting }) => merged !== null || conflicting === true);
}

async function checkPull(
  doors: Pick<Doors, 'repository'> & ReadyDoors,
  overview: Overview,
  playbook: Playbook,
  pull: OpenPull,
): Promise<void> {
  // A rollback of ours is never held up by what a release needs.
  if (isOwnRollback(pull, doors.repository.login))
    return doors.repository.publishCheck({
      sha: pull.head,
      name: READY_CHECK,
      conclusion: 'success',
      title: 'A rollback passes',
      summary: 'This is the way back.',
    });
  const { all, left } = await readinessOfPull(doors, overview, playbook, pull);
  const answer = readyAnswer(READY_CHECK, all, { trial: pull.merged !== null, left });
  await doors.repository.publishCheck({ sha: pull.head, ...answer });
}

/** The answer for every service that the pull request touches, and how many were left out. */
export async function readinessOfPull(
  doors: ReadyDoors,
  overview: Pick<Overview, 'head' | 'defaultBranch'>,
  playbook: Playbook,
  pull: OpenPull,
): Promise<{ readonly all: readonly Readiness[]; readonly left: number }> {
  const touched = pull.allPaths ? targetsTouching(playbook, pull.paths) : targetNames(playbook);
  const proposed: Proposed = {
    base: overview.head,
    baseBranch: overview.defaultBranch,
    after: pull.merged ?? pull.head,
    head: pull.head,
    title: `pull request #${pull.number}`,
    author: pull.author,
    strays: pull.paths.filter((path) => targetsTouching(playbook, [path]).length === 0),
    keepIn: pull.fork ? 'registries, Argo CD and metrics are not asked for a pull request from a fork' : null,
  };
  const all: Readiness[] = [];
  for (const name of touched.slice(0, MOST)) all.push(await readiness(doors, targetOf(playbook, name), proposed));
  return { all, left: Math.max(0, touched.length - MOST) };
}
