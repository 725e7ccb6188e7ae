/**
 * Reviews of pull requests.
 */
import { actorOf, type Hub } from '../hub.ts';
import { Problem } from '../problem.ts';
import type { Pull, Repository, Review, Viewer } from '../state.ts';
import { reviewView, simplePullView } from '../views/pull.ts';
import { considerAutoMerge } from './auto-merge.ts';
import { emit } from './events.ts';

export interface ReviewInput {
  readonly event: 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT';
  readonly body: string;
  /** The commit that was looked at; null: the head. */
  readonly commit: string | null;
}

const STATES = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const;

/** 422 with bare sentences in `errors`, as this endpoint has it. */
function plain(message: string): Problem {
  return new Problem(422, `Unprocessable Entity: "${message}"`);
}

function told(hub: Hub, repository: Repository, viewer: Viewer, pull: Pull, review: Review, action: string): void {
  const body = {
    review: { ...reviewView(hub, repository, pull, review), state: review.state.toLowerCase() },
    pull_request: simplePullView(hub, repository, pull, null),
  };
  emit(hub, repository, { event: 'pull_request_review', action, sender: actorOf(viewer), body });
}

// Async like every other writer, so that callers need not know which of them wait for git.
export function addReview(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  pull: Pull,
  input: ReviewInput,
): Promise<Review> {
  const author = actorOf(viewer);
  if (author.id === pull.issue.author.id && input.event !== 'COMMENT') {
    const verb = input.event === 'APPROVE' ? 'approve' : 'request changes on';
    return Promise.reject(plain(`Can not ${verb} your own pull request`));
  }
  const review: Review = {
    id: hub.nextId(),
    author,
    submittedAt: hub.now(),
    commit: input.commit ?? pull.headSha,
    body: input.body,
    state: STATES[input.event],
  };
  pull.reviews.push(review);
  pull.requested = pull.requested.filter(({ id }) => id !== author.id);
  pull.issue.updatedAt = hub.now();
  told(hub, repository, viewer, pull, review, 'submitted');
  considerAutoMerge(hub, repository);
  return Promise.resolve(review);
}

export function dismissReview(hub: Hub, repository: Repository, viewer: Viewer, pull: Pull, review: Review): void {
  if (review.state === 'COMMENTED' || review.state === 'DISMISSED')
    throw plain('Can not dismiss a commented pull request review');
  review.state = 'DISMISSED';
  told(hub, repository, viewer, pull, review, 'dismissed');
}
