import type { Probot } from 'probot';
import { branchKey } from '../src/plan/identity.ts';
import { READY_CHECK } from '../src/control/ready-check.ts';
import { PROOF_CHECK } from '../src/control/ready-migrations.ts';
import { RELEASE_CHECK } from '../src/control/release-check.ts';
import type { Spoken } from '../src/control/command.ts';
import type { Page } from '../src/ports.ts';
import type { Origin } from './errand.ts';
import type { Porter } from './porter.ts';

/**
 * Webhooks in, hints out. Nothing is decided here: every handler ends in the same look at the world. A handler resolves once its
 * hint is kept, and GitHub is answered then; a failure is answered with 500, so that the delivery can be asked for again.
 */
export function webhooks(porter: Porter): (app: Probot) => void {
  return (app) => {
    app.on('issue_comment.created', async ({ payload }) => {
      const page = { kind: 'issue', number: payload.issue.number } as const;
      await porter.comment(originOf(payload), spokenOn(page, payload.comment));
    });
    app.on('commit_comment.created', async ({ payload }) => {
      const page = { kind: 'commit', sha: payload.comment.commit_id } as const;
      await porter.comment(originOf(payload), spokenOn(page, payload.comment));
    });
    app.on('check_run.completed', async ({ payload }) => {
      const { check_run: run } = payload;
      if (run.name.startsWith('lastgood/gate/')) {
        const gate = {
          id: run.id,
          name: run.name,
          externalId: run.external_id,
          sha: run.head_sha,
          conclusion: run.conclusion,
          appSlug: run.app?.slug ?? '',
          text: run.output.text ?? '',
          completedAt: run.completed_at,
        };
        await porter.gate(originOf(payload), gate);
      }
      if (run.name === PROOF_CHECK) await porter.ready(originOf(payload), { head: run.head_sha });
      await wake(porter, originOf(payload), run.check_suite.head_branch);
    });
    app.on('check_suite.completed', ({ payload }) => wake(porter, originOf(payload), payload.check_suite.head_branch));
    app.on('status', async ({ payload }) => {
      if (payload.context === PROOF_CHECK) await porter.ready(originOf(payload), { head: payload.sha });
      for (const branch of payload.branches) await wake(porter, originOf(payload), branch.name);
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
    app.on('merge_group.checks_requested', async ({ payload }) => {
      const { merge_group: group, repository, installation } = payload;
      if (!repository) return;
      const { head_sha: head, base_ref: ref } = group;
      await porter.mergeGroup(originOf({ repository, installation }), { head, base: ref.replace('refs/heads/', '') });
    });
    app.on('deployment_protection_rule.requested', async ({ payload }) => {
      const { environment, deployment, deployment_callback_url: callback, repository, installation } = payload;
      if (environment === undefined || deployment === undefined || callback === undefined) return;
      await porter.protect(originOf({ repository, installation }), { environment, sha: deployment.sha }, callback);
    });
    app.on('push', async ({ payload }) => {
      await porter.wakeAll(originOf(payload));
      if (payload.ref === `refs/heads/${payload.repository.default_branch}`)
        await porter.changes(originOf(payload), null);
    });
    app.on(
      ['pull_request.opened', 'pull_request.synchronize', 'pull_request.reopened', 'pull_request.ready_for_review'],
      ({ payload }) => proposed(porter, originOf(payload), payload.pull_request.number),
    );
    app.on('pull_request.edited', async ({ payload }) => {
      if (payload.changes.base) await proposed(porter, originOf(payload), payload.pull_request.number);
    });
    app.on('check_run.rerequested', async ({ payload }) => {
      const [pull] = payload.check_run.pull_requests;
      if (pull && payload.check_run.name === RELEASE_CHECK) await porter.changes(originOf(payload), pull.number);
      if (pull && payload.check_run.name === READY_CHECK)
        await porter.ready(originOf(payload), { number: pull.number });
    });
    app.on('check_run.requested_action', ({ payload }) => {
      const { check_run: run, requested_action: action, sender } = payload;
      return porter.press(originOf(payload), {
        checkRunId: run.id,
        check: run.name,
        sha: run.head_sha,
        action: action?.identifier ?? '',
        by: sender.login,
        isBot: sender.type !== 'User',
        at: new Date().toISOString(),
      });
    });
  };
}

interface SaidOnGitHub {
  readonly id: number;
  readonly user: { readonly login: string; readonly type?: string } | null;
  readonly body: string;
  readonly created_at: string;
}

function spokenOn(page: Page, { id, user, body, created_at: createdAt }: SaidOnGitHub): Spoken {
  return { commentId: id, page, author: user?.login ?? 'ghost', isBot: user?.type !== 'User', body, createdAt };
}

async function proposed(porter: Porter, origin: Origin, number: number): Promise<void> {
  await porter.changes(origin, number);
  await porter.ready(origin, { number });
}

async function wake(porter: Porter, origin: Origin, branch: string | null | undefined): Promise<void> {
  const key = branchKey(branch ?? '');
  if (key) await porter.wake(origin, key);
}

function originOf(payload: { repository: { full_name: string }; installation?: { id: number } | undefined }): Origin {
  return { repository: payload.repository.full_name, installationId: payload.installation?.id ?? 0 };
}
