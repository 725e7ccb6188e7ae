/**
 * Native auto-merge: GitHub merges by itself, or puts into its queue, once nothing stands in the way. It never uses a bypass.
 */
import { actorOf, inBackground, type Hub } from '../hub.ts';
import { Problem, unprocessable } from '../problem.ts';
import type { MergeMethod, Pull, Repository, Viewer } from '../state.ts';
import { mergeState, testMerge, unmet } from './mergeability.ts';
import { demandMethod, performMerge } from './merge.ts';
import { emitPull } from './pulls.ts';
import { considerQueue, joinQueue } from './merge-queue.ts';
import { needsQueue } from './rules.ts';

export interface AutoMergeRequest {
  readonly method: MergeMethod;
  readonly title: string | null;
  readonly message: string | null;
  readonly expectedHead: string | null;
}

function demandHead(pull: Pull, expectedHead: string | null): void {
  if (expectedHead !== null && expectedHead !== pull.headSha) {
    throw new Problem(422, `The head SHA of this pull request is not the same as the expected head SHA.`);
  }
}

export async function enableAutoMerge(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  pull: Pull,
  request: AutoMergeRequest,
): Promise<void> {
  if (!repository.settings.allowAutoMerge) throw unprocessable('Auto merge is not allowed for this repository');
  if (pull.issue.state !== 'open') throw unprocessable('Pull request is closed');
  demandHead(pull, request.expectedHead);
  const state = await mergeState(repository, pull);
  if (state === 'draft') throw unprocessable('Pull request is in draft status');
  if (!needsQueue(repository, pull.baseRef)) {
    demandMethod(repository, pull.baseRef, request.method);
    if (state === 'clean') throw unprocessable('Pull request is in clean status');
    if (state === 'unstable') throw unprocessable('Pull request is in unstable status');
  }
  pull.autoMerge = {
    by: viewer,
    user: actorOf(viewer),
    method: request.method,
    title: request.title,
    message: request.message,
    at: hub.now(),
  };
  await emitPull(hub, repository, pull, 'auto_merge_enabled', actorOf(viewer));
  considerAutoMerge(hub, repository);
}

export async function disableAutoMerge(hub: Hub, repository: Repository, viewer: Viewer, pull: Pull): Promise<void> {
  if (pull.autoMerge === null) throw unprocessable("Can't disable auto-merge for this pull request");
  pull.autoMerge = null;
  await emitPull(hub, repository, pull, 'auto_merge_disabled', actorOf(viewer), {
    reason: 'Auto-merge was disabled by user',
  });
}

async function mergeIfReady(hub: Hub, repository: Repository, pull: Pull): Promise<void> {
  const { autoMerge } = pull;
  if (autoMerge === null || pull.issue.state !== 'open' || pull.draft) return;
  if ((await testMerge(repository, pull)).kind !== 'clean') return;
  const queue = needsQueue(repository, pull.baseRef);
  // The queue itself brings a late branch up to date.
  const ignored = queue ? ['queue', 'behind'] : [];
  const missing = (await unmet(repository, pull, null)).filter(({ kind }) => !ignored.includes(kind));
  if (missing.length > 0) return;
  if (queue) {
    await joinQueue(hub, repository, autoMerge.by, pull, false);
    considerQueue(hub, repository);
    return;
  }
  const { title, message, method } = autoMerge;
  await performMerge(hub, repository, autoMerge.by, pull, { method, title, message, expectedHead: null });
}

/** Looks, after the answer has gone out, at every pull request that waits to be merged. */
export function considerAutoMerge(hub: Hub, repository: Repository): void {
  const waiting = [...repository.issues.values()].flatMap(({ pull, state }) =>
    pull !== null && state === 'open' && pull.autoMerge !== null ? [pull] : [],
  );
  for (const pull of waiting) {
    inBackground(hub, () => repository.lock.run(() => mergeIfReady(hub, repository, pull)));
  }
  considerQueue(hub, repository);
}
