/**
 * Moving refs: compare-and-swap on the real repository, then everything that follows from a push.
 */
import { NO_OBJECT, type RefChange } from '../git/repository.ts';
import { actorOf, type Hub } from '../hub.ts';
import { Problem, unprocessable } from '../problem.ts';
import type { Commit } from '../git/objects.ts';
import type { Repository, Viewer } from '../state.ts';
import { changesOf, simpleCommitView, userByEmail } from '../views/commit.ts';
import { pageUrl } from '../views/repository.ts';
import { emit } from './events.ts';
import { pullsAfterPush } from './pull-push.ts';
import { pushVerdict } from './push-rules.ts';

const MAX_COMMITS = 20;

async function pushedCommit(hub: Hub, repository: Repository, commit: Commit): Promise<Record<string, unknown>> {
  const files = await changesOf(repository, commit);
  const paths = (...wanted: readonly string[]): readonly string[] =>
    files.filter(({ status }) => wanted.includes(status)).map(({ path }) => path);
  const renamedFrom = files.flatMap(({ previousPath }) => (previousPath === null ? [] : [previousPath]));
  const person = (email: string, name: string): Record<string, unknown> => {
    const user = userByEmail(hub, email);
    return { name, email, ...(user === null ? {} : { username: user.login }) };
  };
  return {
    ...simpleCommitView(commit),
    distinct: true,
    url: `${pageUrl(hub, repository)}/commit/${commit.sha}`,
    author: person(commit.author.email, commit.author.name),
    committer: person(commit.committer.email, commit.committer.name),
    added: paths('added', 'renamed'),
    removed: [...paths('removed'), ...renamedFrom],
    modified: paths('modified', 'changed'),
  };
}

/** The commits a push brought: what the branch did not hold before, or, for a new one, what the default branch lacks. */
async function newCommits(repository: Repository, before: string, after: string): Promise<readonly string[]> {
  if (after === NO_OBJECT) return [];
  const trunk = before === NO_OBJECT ? await repository.git.branch(repository.defaultBranch) : before;
  const exclude = trunk === null || trunk === after ? [] : [`^${trunk}`];
  if (before === NO_OBJECT && trunk === after) return [];
  return [...(await repository.git.revList([`--max-count=${MAX_COMMITS}`, after, ...exclude]))].reverse();
}

async function pushPayload(
  hub: Hub,
  repository: Repository,
  ref: string,
  before: string,
  after: string,
  viewer: Viewer,
): Promise<Record<string, unknown>> {
  const shas = await newCommits(repository, before, after);
  const commits = await Promise.all(
    shas.map(async (sha) => {
      const commit = await repository.git.store.commit(sha);
      return commit === null ? {} : pushedCommit(hub, repository, commit);
    }),
  );
  const head = await repository.git.store.commit(after);
  const actor = actorOf(viewer);
  return {
    ref,
    before,
    after,
    base_ref: null,
    created: before === NO_OBJECT,
    deleted: after === NO_OBJECT,
    forced: before !== NO_OBJECT && after !== NO_OBJECT && !(await repository.git.isAncestor(before, after)),
    compare: `${pageUrl(hub, repository)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits,
    head_commit: commits.at(-1) ?? (head === null ? null : await pushedCommit(hub, repository, head)),
    pusher: { name: actor.login, email: actor.email },
  };
}

/** Everything that follows once a ref has moved, however it was moved. */
export async function refMoved(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  move: { readonly ref: string; readonly before: string; readonly after: string },
): Promise<void> {
  const { ref, before, after } = move;
  if (before === after || !/^refs\/(heads|tags)\//.test(ref)) return;
  repository.pushedAt = hub.now();
  repository.updatedAt = hub.now();
  const sender = actorOf(viewer);
  emit(hub, repository, {
    event: 'push',
    action: null,
    sender,
    body: pushPayload(hub, repository, ref, before, after, viewer),
  });
  if (ref.startsWith('refs/heads/'))
    await pullsAfterPush(hub, repository, viewer, { branch: ref.slice('refs/heads/'.length), before, after });
}

/** Moves refs without asking any rule; false when one of them was not where it was said to be. */
export async function moveRefs(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  changes: readonly RefChange[],
): Promise<boolean> {
  const before = await Promise.all(changes.map(async ({ ref }) => (await repository.git.ref(ref))?.sha ?? NO_OBJECT));
  const refusal = await repository.git.updateRefs(changes);
  if (refusal !== null) return false;
  for (const [index, { ref, to }] of changes.entries()) {
    await refMoved(hub, repository, viewer, { ref, before: before[index] ?? NO_OBJECT, after: to });
  }
  return true;
}

/** Refuses what the branch's rules forbid somebody who pushes. */
export async function demandPush(
  repository: Repository,
  viewer: Viewer,
  change: RefChange,
  force: boolean,
): Promise<void> {
  if (!change.ref.startsWith('refs/heads/')) return;
  const branch = change.ref.slice('refs/heads/'.length);
  const verdict = pushVerdict(repository, branch, viewer, change.to === NO_OBJECT ? null : change.to);
  const { from, to } = change;
  const exists = from !== null && from !== NO_OBJECT;
  if (verdict.refusal !== null && exists) {
    throw unprocessable(`Repository rule violations found\n\n${verdict.refusal}\n\n`);
  }
  if (exists && to === NO_OBJECT && verdict.noForce) throw unprocessable('Cannot delete this protected branch');
  if (exists && to !== NO_OBJECT && (!force || verdict.noForce) && !(await repository.git.isAncestor(from, to))) {
    throw new Problem(422, force ? 'Cannot force-push to this protected branch' : 'Update is not a fast forward');
  }
}
