/**
 * Which pull requests a commit came in by, or waits in.
 */
import type { Pull, Repository } from '../state.ts';

async function brought(repository: Repository, pull: Pull, sha: string): Promise<boolean> {
  if (pull.mergeCommit === sha || pull.headSha === sha) return true;
  const { git } = repository;
  const mine = await git.revList([`${pull.baseSha}..${pull.headSha}`]);
  if (mine.includes(sha)) return true;
  if (pull.mergeCommit === null) return false;
  // A rebase puts new commits on the base branch, of which the merge commit is only the last.
  const merge = await git.store.commit(pull.mergeCommit);
  if (merge === null || merge.parents.length !== 1) return false;
  return (await git.revList([`${pull.baseSha}..${pull.mergeCommit}`])).includes(sha);
}

/** Merged requests first, newest first. */
export async function pullsOfCommit(repository: Repository, sha: string): Promise<readonly Pull[]> {
  const pulls = [...repository.issues.values()].flatMap(({ pull }) => (pull === null ? [] : [pull])).reverse();
  const hits = await Promise.all(pulls.map((pull) => brought(repository, pull, sha)));
  const found = pulls.filter((_, index) => hits[index]);
  return [...found.filter(({ mergedAt }) => mergedAt !== null), ...found.filter(({ mergedAt }) => mergedAt === null)];
}
