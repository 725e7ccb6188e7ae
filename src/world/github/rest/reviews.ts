/** /pulls/{pull_number}/reviews and /requested_reviewers */
import { addReview, dismissReview } from '../engine/reviews.ts';
import { emitPull } from '../engine/pulls.ts';
import { listReply } from '../http/page.ts';
import { oneOf, optionalString, requiredString, strings } from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { actorOf, findUser } from '../hub.ts';
import { notFound, unprocessable } from '../problem.ts';
import type { Repository, Review } from '../state.ts';
import { reviewView, simplePullView } from '../views/pull.ts';
import { userView } from '../views/user.ts';
import { created, numberParam, ok, PULLS_READ, PULLS_WRITE, repositoryRoute } from './shared.ts';
import { pullOf } from './pulls.ts';

function findReview(repository: Repository, context: Context): Review {
  const id = numberParam(context, 'review_id');
  const review = pullOf(repository, context).reviews.find((candidate) => candidate.id === id);
  if (review === undefined) throw notFound();
  return review;
}

async function createReview(repository: Repository, context: Context): Promise<Reply> {
  const { body, hub, viewer } = context;
  const pull = pullOf(repository, context);
  const event = oneOf(body, 'event', ['APPROVE', 'REQUEST_CHANGES', 'COMMENT']);
  if (event === null) throw unprocessable('Pending reviews are not kept by the local GitHub: name an event.');
  const text = optionalString(body, 'body') ?? '';
  if (event !== 'APPROVE' && text === '') throw unprocessable('Unprocessable Entity: "Body can\'t be blank"');
  const review = await addReview(hub, repository, viewer, pull, {
    event,
    body: text,
    commit: optionalString(body, 'commit_id'),
  });
  return ok(reviewView(hub, repository, pull, review));
}

async function requestReviewers(repository: Repository, context: Context): Promise<Reply> {
  const { hub, viewer } = context;
  const pull = pullOf(repository, context);
  const asked = (strings(context.body, 'reviewers') ?? []).map((login) => findUser(hub, login));
  if (asked.some(({ id }) => id === pull.issue.author.id)) {
    throw unprocessable('Review cannot be requested from pull request author.');
  }
  for (const user of asked) {
    if (!pull.requested.some(({ id }) => id === user.id)) pull.requested.push(user);
    const requested_reviewer = userView(hub, user);
    await emitPull(hub, repository, pull, 'review_requested', actorOf(viewer), { requested_reviewer });
  }
  return created(simplePullView(hub, repository, pull, null));
}

export const reviewRoutes: readonly Route[] = [
  repositoryRoute('GET', '/pulls/{pull_number}/reviews', PULLS_READ, (repository, context) => {
    const pull = pullOf(repository, context);
    return listReply(context, pull.reviews, (review) => reviewView(context.hub, repository, pull, review));
  }),
  repositoryRoute('POST', '/pulls/{pull_number}/reviews', PULLS_WRITE, createReview),
  repositoryRoute('GET', '/pulls/{pull_number}/reviews/{review_id}', PULLS_READ, (repository, context) =>
    ok(reviewView(context.hub, repository, pullOf(repository, context), findReview(repository, context))),
  ),
  repositoryRoute('PUT', '/pulls/{pull_number}/reviews/{review_id}/dismissals', PULLS_WRITE, (repository, context) => {
    requiredString(context.body, 'message');
    const pull = pullOf(repository, context);
    const review = findReview(repository, context);
    dismissReview(context.hub, repository, context.viewer, pull, review);
    return ok(reviewView(context.hub, repository, pull, review));
  }),
  repositoryRoute('GET', '/pulls/{pull_number}/requested_reviewers', PULLS_READ, (repository, context) =>
    ok({ users: pullOf(repository, context).requested.map((user) => userView(context.hub, user)), teams: [] }),
  ),
  repositoryRoute('POST', '/pulls/{pull_number}/requested_reviewers', PULLS_WRITE, requestReviewers),
  repositoryRoute('DELETE', '/pulls/{pull_number}/requested_reviewers', PULLS_WRITE, (repository, context) => {
    const pull = pullOf(repository, context);
    const gone = strings(context.body, 'reviewers') ?? [];
    pull.requested = pull.requested.filter(({ login }) => !gone.includes(login));
    return ok(simplePullView(context.hub, repository, pull, null));
  }),
];
