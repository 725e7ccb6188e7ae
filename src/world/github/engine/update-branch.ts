/**
 * Bringing a pull request up to date: its base is merged into its head, by whoever asked.
 */
import { actorOf, type Hub } from '../hub.ts';
import { unprocessable } from '../problem.ts';
import type { Pull, Repository, Viewer } from '../state.ts';
import { github, signature } from './merge.ts';
import { baseTip } from './mergeability.ts';
import { demandPush, moveRefs } from './refs.ts';

export async function updateBranch(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  pull: Pull,
  expectedHead: string | null,
): Promise<void> {
  const { git } = repository;
  if (pull.issue.state !== 'open') throw unprocessable('Cannot update the branch of a closed pull request.');
  if (expectedHead !== null && expectedHead !== pull.headSha)
    throw unprocessable("expected head sha didn't match current head ref.");
  if (pull.fork !== null) throw unprocessable('The head branch is in a fork that does not let maintainers write.');
  const base = await baseTip(repository, pull);
  if (await git.isAncestor(base, pull.headSha)) throw unprocessable('There are no new commits on the base branch.');
  const merged = await git.merge(pull.headSha, base);
  if (merged.kind !== 'clean') throw unprocessable('merge conflict between base and head');
  const to = git.store.writeCommit({
    tree: merged.tree,
    parents: [pull.headSha, base],
    author: signature(actorOf(viewer), hub.now()),
    committer: github(hub.now()),
    message: `Merge branch '${pull.baseRef}' into ${pull.headRef}`,
  });
  const change = { ref: `refs/heads/${pull.headRef}`, to, from: pull.headSha };
  await demandPush(repository, viewer, change, false);
  repository.verified.add(to);
  if (!(await moveRefs(hub, repository, viewer, [change])))
    throw unprocessable("expected head sha didn't match current head ref.");
}
