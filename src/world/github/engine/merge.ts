/**
 * Merging a pull request: git's own three-way merge, a pinned head, and a compare-and-swap on the base branch.
 */
import { NO_OBJECT } from '../git/repository.ts';
import type { Commit, Person } from '../git/objects.ts';
import { actorOf, type Hub } from '../hub.ts';
import { Problem, forbidden } from '../problem.ts';
import type { MergeMethod, Pull, Repository, User, Viewer } from '../state.ts';
import { noreply } from '../views/commit.ts';
import { baseTip, testMerge, unmet, type Unmet } from './mergeability.ts';
import { recordMerge } from './pulls.ts';
import { moveRefs } from './refs.ts';
import { allowedMethods, rulesOf } from './rules.ts';

export interface MergeRequest {
  readonly method: MergeMethod;
  readonly title: string | null;
  readonly message: string | null;
  /** The head the caller saw; null: whatever it is. */
  readonly expectedHead: string | null;
}

const notMergeable = (message: string): Problem => new Problem(405, message);

const METHOD_WORDS: Readonly<Record<MergeMethod, string>> = {
  merge: 'Merge commits are not allowed on this repository.',
  squash: 'Squash merges are not allowed on this repository.',
  rebase: 'Rebase merges are not allowed on this repository.',
};

export function demandMethod(repository: Repository, branch: string, method: MergeMethod): void {
  const { allowMergeCommit, allowSquashMerge, allowRebaseMerge } = repository.settings;
  const allowed = { merge: allowMergeCommit, squash: allowSquashMerge, rebase: allowRebaseMerge }[method];
  const byRules = rulesOf(repository, branch).every(({ rule }) => allowedMethods(rule)?.includes(method) ?? true);
  const linear =
    method === 'merge' && rulesOf(repository, branch).some(({ rule }) => rule.type === 'required_linear_history');
  if (!allowed || linear) throw notMergeable(METHOD_WORDS[method]);
  if (!byRules) {
    throw notMergeable(
      `Repository rule violations found\n\n${METHOD_WORDS[method].replace('repository', 'branch')}\n\n`,
    );
  }
}

function refusal(reasons: readonly Unmet[]): Problem {
  const rulesets = reasons.filter(({ byRuleset }) => byRuleset);
  const message =
    rulesets.length > 0
      ? `Repository rule violations found\n\n${rulesets.map((reason) => reason.message).join('\n\n')}\n\n`
      : (reasons[0]?.message ?? 'Pull Request is not mergeable');
  if (reasons.some(({ kind }) => kind === 'restricted')) return forbidden(message);
  return notMergeable(message);
}

export function signature(user: User, at: number): Person {
  return { name: user.name ?? user.login, email: user.email === '' ? noreply(user) : user.email, at };
}

/** GitHub is the committer of what it merges, and signs it. */
export function github(at: number): Person {
  return { name: 'GitHub', email: 'noreply@github.com', at };
}

/** The default words of a squash: the one commit's own, or the title and a list. */
function squashWords(pull: Pull, commits: readonly Commit[]): { readonly title: string; readonly body: string } {
  const [only] = commits;
  const suffix = ` (#${pull.issue.number})`;
  if (commits.length === 1 && only !== undefined) {
    const [title = '', ...rest] = only.message.split('\n');
    return { title: `${title}${suffix}`, body: rest.join('\n').trim() };
  }
  return { title: `${pull.issue.title}${suffix}`, body: commits.map(({ message }) => `* ${message}`).join('\n\n') };
}

async function commitsOf(repository: Repository, base: string, head: string): Promise<readonly Commit[]> {
  const shas = [...(await repository.git.revList(['--no-merges', `${base}..${head}`]))].reverse();
  const commits = await Promise.all(shas.map((sha) => repository.git.store.commit(sha)));
  return commits.filter((commit) => commit !== null);
}

/** Replays commits one by one: each as a merge whose base is the commit's own parent. */
async function rebase(hub: Hub, repository: Repository, base: string, commits: readonly Commit[]): Promise<string> {
  const { git } = repository;
  let tip = base;
  for (const commit of commits) {
    const here = await git.store.commit(tip);
    const [parent] = commit.parents;
    if (here === null || parent === undefined) throw notMergeable("This branch can't be rebased");
    const stand = {
      tree: here.tree,
      parents: [parent],
      author: commit.author,
      committer: commit.committer,
      message: 'base',
    };
    const merged = await git.merge(git.store.writeCommit(stand), commit.sha);
    if (merged.kind !== 'clean') throw notMergeable("This branch can't be rebased");
    tip = git.store.writeCommit({
      tree: merged.tree,
      parents: [tip],
      author: commit.author,
      committer: github(hub.now()),
      message: commit.message,
    });
    repository.verified.add(tip);
  }
  return tip;
}

function joined(title: string, body: string): string {
  return body === '' ? title : `${title}\n\n${body}`;
}

export async function writeMerge(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  pull: Pull,
  base: string,
  request: MergeRequest,
): Promise<string> {
  const { store } = repository.git;
  const merged = await testMerge(repository, pull);
  if (merged.kind !== 'clean') throw notMergeable('Pull Request is not mergeable');
  const commits = await commitsOf(repository, base, pull.headSha);
  const common = { tree: merged.tree, author: signature(actorOf(viewer), hub.now()), committer: github(hub.now()) };
  switch (request.method) {
    case 'rebase':
      return rebase(hub, repository, base, commits);
    case 'squash': {
      const words = squashWords(pull, commits);
      const message = joined(request.title ?? words.title, request.message ?? words.body);
      const [only] = commits;
      const author = only?.author ?? common.author;
      return store.writeCommit({ ...common, author, parents: [base], message });
    }
    case 'merge': {
      const title = `Merge pull request #${pull.issue.number} from ${(pull.fork ?? repository).owner.login}/${pull.headRef}`;
      const message = joined(request.title ?? title, request.message ?? pull.issue.title);
      return store.writeCommit({ ...common, parents: [base, pull.headSha], message });
    }
  }
}

/** Makes the merge commit and moves the base branch; every rule was already asked. */
export async function performMerge(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  pull: Pull,
  request: MergeRequest,
): Promise<string> {
  const base = await baseTip(repository, pull);
  const commit = await writeMerge(hub, repository, viewer, pull, base, request);
  repository.verified.add(commit);
  pull.merging = true;
  const moved = await moveRefs(hub, repository, viewer, [
    { ref: `refs/heads/${pull.baseRef}`, to: commit, from: base },
  ]).finally(() => (pull.merging = false));
  if (!moved) throw notMergeable('Base branch was modified. Review and try the merge again.');
  pull.baseSha = base;
  await recordMerge(hub, repository, viewer, pull, commit);
  if (repository.settings.deleteBranchOnMerge && pull.fork === null) {
    await moveRefs(hub, repository, viewer, [{ ref: `refs/heads/${pull.headRef}`, to: NO_OBJECT, from: null }]);
  }
  return commit;
}

/** Merges now or refuses with GitHub's reason; returns the commit that is then on the base branch. */
export async function mergePull(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  pull: Pull,
  request: MergeRequest,
): Promise<string> {
  if (pull.issue.state !== 'open') throw notMergeable('Pull Request is not mergeable');
  if (pull.draft) throw notMergeable('Pull Request is still a draft');
  demandMethod(repository, pull.baseRef, request.method);
  if (request.expectedHead !== null && request.expectedHead !== pull.headSha) {
    throw new Problem(409, 'Head branch was modified. Review and try the merge again.');
  }
  const missing = await unmet(repository, pull, viewer);
  if (missing.length > 0) throw refusal(missing);
  return performMerge(hub, repository, viewer, pull, request);
}
