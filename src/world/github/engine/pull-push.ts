/**
 * What a push does to the pull requests from and to the branch.
 */
import { NO_OBJECT } from '../git/repository.ts';
import { actorOf, type Hub } from '../hub.ts';
import type { Pull, Repository, Viewer } from '../state.ts';
import { closePull, emitPull, recordMerge } from './pulls.ts';
import { considerAutoMerge } from './auto-merge.ts';
import { leaveQueue } from './merge-queue.ts';
import { dismissesStale, rulesOf } from './rules.ts';

interface BranchMove {
  readonly branch: string;
  readonly before: string;
  readonly after: string;
}

export function openPulls(repository: Repository): readonly Pull[] {
  return [...repository.issues.values()].flatMap(({ pull, state }) =>
    pull !== null && state === 'open' && !pull.merging ? [pull] : [],
  );
}

async function headMoved(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  pull: Pull,
  { before, after }: BranchMove,
): Promise<void> {
  pull.headSha = after;
  pull.issue.updatedAt = hub.now();
  await repository.git.updateRefs([{ ref: `refs/pull/${pull.issue.number}/head`, to: after, from: null }]);
  if (rulesOf(repository, pull.baseRef).some(({ rule }) => dismissesStale(rule))) {
    for (const review of pull.reviews) if (review.state === 'APPROVED') review.state = 'DISMISSED';
  }
  if (pull.queued) await leaveQueue(hub, repository, pull, 'BRANCH_UPDATED');
  await emitPull(hub, repository, pull, 'synchronize', actorOf(viewer), { before, after });
}

/** Pull requests into a branch that now holds their head are merged, whoever put it there. */
async function baseMoved(hub: Hub, repository: Repository, viewer: Viewer, pull: Pull, after: string): Promise<void> {
  if (pull.headSha !== pull.baseSha && (await repository.git.isAncestor(pull.headSha, after))) {
    await recordMerge(hub, repository, viewer, pull, pull.headSha);
    return;
  }
  pull.baseSha = after;
}

export async function pullsAfterPush(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  move: BranchMove,
): Promise<void> {
  for (const pull of openPulls(repository)) {
    if (pull.fork === null && pull.headRef === move.branch) {
      if (move.after === NO_OBJECT) await closePull(hub, repository, pull, actorOf(viewer));
      else await headMoved(hub, repository, viewer, pull, move);
    } else if (pull.baseRef === move.branch) {
      if (move.after === NO_OBJECT) await closePull(hub, repository, pull, actorOf(viewer));
      else await baseMoved(hub, repository, viewer, pull, move.after);
    }
  }
  considerAutoMerge(hub, repository);
}
