/**
 * The merge queue: entries in line, the first one built as a merge group that the required checks must pass. It uses no bypass.
 */
import { record } from '../http/input.ts';
import { NO_OBJECT } from '../git/repository.ts';
import { actorOf, inBackground, type Hub } from '../hub.ts';
import { forbidden, unprocessable } from '../problem.ts';
import type { MergeMethod, Pull, Repository, Viewer } from '../state.ts';
import { simpleCommitView } from '../views/commit.ts';
import { atLeast } from '../views/repository.ts';
import { roleOf } from './access.ts';
import { requiredState } from './check-state.ts';
import { emit } from './events.ts';
import { writeMerge } from './merge.ts';
import { baseTip, testMerge, unmet } from './mergeability.ts';
import { emitPull, recordMerge } from './pulls.ts';
import { moveRefs } from './refs.ts';
import { needsQueue, requiredChecks, rulesOf } from './rules.ts';

export interface QueueRequest {
  readonly expectedHead: string | null;
  /** To the front of the line; not everybody may. */
  readonly jump: boolean;
}

export function queueMethod(repository: Repository, branch: string): MergeMethod {
  const queue = rulesOf(repository, branch).find(({ rule }) => rule.type === 'merge_queue');
  switch (record(queue?.rule.parameters)['merge_method']) {
    case 'SQUASH':
      return 'squash';
    case 'REBASE':
      return 'rebase';
    default:
      return 'merge';
  }
}

/** Who administers the repository may jump; so may an App that can write its administration or its merge queues. */
function mayJump(repository: Repository, viewer: Viewer): boolean {
  if (viewer.kind === 'installation')
    return viewer.permissions['administration'] === 'write' || viewer.permissions['merge_queues'] === 'write';
  return atLeast(roleOf(repository, viewer), 'maintain');
}

export async function enqueue(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  pull: Pull,
  { expectedHead, jump }: QueueRequest,
): Promise<void> {
  if (!needsQueue(repository, pull.baseRef)) {
    throw unprocessable(`No merge queue found for branch '${pull.baseRef}'`);
  }
  if (expectedHead !== null && expectedHead !== pull.headSha)
    throw unprocessable('The head SHA of this pull request is not the same as the expected head SHA.');
  if (pull.queued) throw unprocessable('Pull request is already in the queue');
  if (jump && !mayJump(repository, viewer)) throw forbidden('You are not authorized to jump the merge queue');
  const missing = (await unmet(repository, pull, null)).filter(({ kind }) => kind !== 'queue' && kind !== 'behind');
  const [first] = missing;
  if (first !== undefined) throw unprocessable(first.message);
  if ((await testMerge(repository, pull)).kind !== 'clean') throw unprocessable('Pull request is not mergeable');
  await joinQueue(hub, repository, viewer, pull, jump);
  considerQueue(hub, repository);
}

/** Puts a pull request in line; every rule but the queue itself was already asked. */
export async function joinQueue(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  pull: Pull,
  jump: boolean,
): Promise<void> {
  pull.queued = true;
  pull.autoMerge = null;
  const entry = { pull, by: viewer, group: null };
  if (!jump) repository.queue.push(entry);
  else {
    const first = repository.queue.find((waiting) => waiting.pull.baseRef === pull.baseRef);
    if (first) first.group = null;
    repository.queue.unshift(entry);
  }
  await emitPull(hub, repository, pull, 'enqueued', actorOf(viewer));
}

/** Takes a pull request out of the line, for a reason in GitHub's words. */
export async function leaveQueue(hub: Hub, repository: Repository, pull: Pull, reason: string): Promise<void> {
  const at = repository.queue.findIndex((entry) => entry.pull === pull);
  const [entry] = at < 0 ? [] : repository.queue.splice(at, 1);
  pull.queued = false;
  if (entry === undefined) return;
  if (entry.group !== null) await endGroup(hub, repository, entry.by, entry.group, 'dequeued');
  await emitPull(hub, repository, pull, 'dequeued', actorOf(entry.by), { reason });
}

async function endGroup(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  group: MergeGroup,
  reason: 'merged' | 'invalidated' | 'dequeued',
): Promise<void> {
  emitGroup(hub, repository, viewer, group, 'destroyed', { reason });
  await repository.git.updateRefs([{ ref: group.ref, to: NO_OBJECT, from: null }]);
}

export interface MergeGroup {
  readonly sha: string;
  readonly base: string;
  readonly baseRef: string;
  readonly ref: string;
}

export interface QueueEntry {
  readonly pull: Pull;
  readonly by: Viewer;
  group: MergeGroup | null;
}

function emitGroup(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  group: MergeGroup,
  action: 'checks_requested' | 'destroyed',
  extra: Readonly<Record<string, unknown>> = {},
): void {
  const body = repository.git.store.commit(group.sha).then((commit) => ({
    ...extra,
    merge_group: {
      head_sha: group.sha,
      head_ref: group.ref,
      base_sha: group.base,
      base_ref: `refs/heads/${group.baseRef}`,
      head_commit: commit === null ? null : simpleCommitView(commit),
    },
  }));
  emit(hub, repository, { event: 'merge_group', action, sender: actorOf(viewer), body });
}

/** Builds the group of the first entry, or merges it once its checks have passed; looks after the answer has gone out. */
export function considerQueue(hub: Hub, repository: Repository): void {
  for (const base of new Set(repository.queue.map(({ pull }) => pull.baseRef)))
    inBackground(hub, () => repository.lock.run(() => advance(hub, repository, base)));
}

async function advance(hub: Hub, repository: Repository, base: string): Promise<void> {
  const entry = repository.queue.find(({ pull }) => pull.baseRef === base);
  if (entry === undefined) return;
  const { pull, by } = entry;
  if (pull.issue.state !== 'open') {
    await leaveQueue(hub, repository, pull, 'CLOSED');
    considerQueue(hub, repository);
    return;
  }
  const tip = await baseTip(repository, pull);
  if (entry.group !== null && entry.group.base !== tip) {
    await endGroup(hub, repository, by, entry.group, 'invalidated');
    entry.group = null;
  }
  if (entry.group === null) {
    if ((await testMerge(repository, pull)).kind !== 'clean') {
      await leaveQueue(hub, repository, pull, 'MERGE_CONFLICT');
      considerQueue(hub, repository);
      return;
    }
    entry.group = await buildGroup(hub, repository, entry, tip);
  }
  const { group } = entry;
  const states = rulesOf(repository, base)
    .flatMap(({ rule }) => requiredChecks(rule))
    .map((check) => requiredState(repository, group.sha, check));
  if (states.includes('failing')) {
    await leaveQueue(hub, repository, pull, 'CI_FAILURE');
    considerQueue(hub, repository);
    return;
  }
  if (states.every((state) => state === 'passing')) await land(hub, repository, entry, group);
}

async function buildGroup(hub: Hub, repository: Repository, entry: QueueEntry, tip: string): Promise<MergeGroup> {
  const { pull, by } = entry;
  const method = queueMethod(repository, pull.baseRef);
  const request = { method, title: null, message: null, expectedHead: null };
  const sha = await writeMerge(hub, repository, by, pull, tip, request);
  repository.verified.add(sha);
  const ref = `refs/heads/gh-readonly-queue/${pull.baseRef}/pr-${pull.issue.number}-${tip}`;
  await repository.git.updateRefs([{ ref, to: sha, from: null }]);
  const group = { sha, base: tip, baseRef: pull.baseRef, ref };
  emitGroup(hub, repository, by, group, 'checks_requested');
  return group;
}

async function land(hub: Hub, repository: Repository, { pull, by }: QueueEntry, group: MergeGroup): Promise<void> {
  pull.merging = true;
  const moved = await moveRefs(hub, repository, by, [
    { ref: `refs/heads/${group.baseRef}`, to: group.sha, from: group.base },
  ]).finally(() => (pull.merging = false));
  if (!moved) return;
  const at = repository.queue.findIndex((entry) => entry.pull === pull);
  if (at >= 0) repository.queue.splice(at, 1);
  pull.baseSha = group.base;
  await recordMerge(hub, repository, by, pull, group.sha);
  await endGroup(hub, repository, by, group, 'merged');
  considerQueue(hub, repository);
}
