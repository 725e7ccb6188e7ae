import type { Probot } from 'probot';
import { branchKey } from '../src/plan/identity.ts';
import type { Porter } from './porter.ts';
import type { Origin } from './porter.ts';

/** Webhooks in, hints out. Nothing is decided here: every handler ends in the same look at the world. */
export function webhooks(porter: Porter): (app: Probot) => void {
  return (app) => {
    app.on('issue_comment.created', ({ payload }) => {
      const { comment, issue } = payload;
      const author = comment.user;
      porter.comment(originOf(payload), {
        commentId: comment.id,
        issue: issue.number,
        author: author?.login ?? 'ghost',
        isBot: author?.type !== 'User',
        body: comment.body,
        createdAt: comment.created_at,
      });
    });
    app.on('check_run.completed', ({ payload }) => {
      const { check_run: run } = payload;
      if (run.name.startsWith('lastgood/gate/')) {
        porter.gate(originOf(payload), {
          id: run.id,
          name: run.name,
          externalId: run.external_id,
          sha: run.head_sha,
          conclusion: run.conclusion,
          appSlug: run.app?.slug ?? '',
          text: run.output.text ?? '',
          completedAt: run.completed_at,
        });
      }
      wake(porter, originOf(payload), run.check_suite.head_branch);
    });
    app.on('check_suite.completed', ({ payload }) => wake(porter, originOf(payload), payload.check_suite.head_branch));
    app.on('status', ({ payload }) => {
      for (const branch of payload.branches) wake(porter, originOf(payload), branch.name);
    });
    // Not every action: our own labels and edits would make us look again and again.
    app.on(
      [
        'pull_request.closed',
        'pull_request.reopened',
        'pull_request.synchronize',
        'pull_request.dequeued',
        'pull_request.auto_merge_disabled',
        'pull_request_review.submitted',
      ],
      ({ payload }) => wake(porter, originOf(payload), payload.pull_request.head.ref),
    );
    app.on('push', ({ payload }) => porter.wakeAll(originOf(payload)));
  };
}

function wake(porter: Porter, origin: Origin, branch: string | null | undefined): void {
  const key = branchKey(branch ?? '');
  if (key) porter.wake(origin, key);
}

function originOf(payload: { repository: { full_name: string }; installation?: { id: number } | undefined }): Origin {
  return { repository: payload.repository.full_name, installationId: payload.installation?.id ?? 0 };
}
