/**
 * Custom deployment protection rules: a workflow run waits at an environment until an App has answered.
 */
import { nodeId } from '../node-id.ts';
import type { Hub } from '../hub.ts';
import { forbidden, notFound, unprocessable } from '../problem.ts';
import type { App, HeldRun, Repository, User, Viewer } from '../state.ts';
import { deploymentView } from '../views/deployment.ts';
import { apiUrl } from '../views/repository.ts';
import { createDeployment } from './deployments.ts';
import { emit } from './events.ts';

export interface HoldInput {
  readonly environment: string;
  readonly ref: string;
  /** The event of the workflow run. */
  readonly event: string;
  readonly app: App;
}

/** A run reaches the environment: its deployment is made, and the App is asked. Returns the run's id. */
export async function holdRun(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  sender: User,
  { environment, ref, event, app }: HoldInput,
): Promise<number> {
  const deployment = await createDeployment(hub, repository, viewer, {
    ...{ ref, task: 'deploy', environment, description: null, payload: {} },
    ...{ transient: false, production: environment === 'production', autoMerge: false, requiredContexts: [] },
  });
  const runId = hub.nextId();
  repository.heldRuns.set(runId, { runId, environment, app, state: 'waiting', comments: [] });
  const pulls = [...repository.issues.values()].flatMap(({ pull }) =>
    pull !== null && pull.headSha === deployment.sha ? [{ number: pull.issue.number, id: pull.id }] : [],
  );
  const body = {
    environment,
    event,
    sha: deployment.sha,
    ref,
    deployment_callback_url: `${apiUrl(hub, repository)}/actions/runs/${runId}/deployment_protection_rule`,
    deployment: deploymentView(hub, repository, deployment),
    pull_requests: pulls.map(({ number, id }) => ({
      id,
      number,
      url: `${apiUrl(hub, repository)}/pulls/${number}`,
      node_id: nodeId('PullRequest', repository.id, number),
    })),
  };
  emit(hub, repository, { event: 'deployment_protection_rule', action: 'requested', sender, body, everybody: false });
  return runId;
}

const COMMENTS = 10;
const COMMENT_MAX = 1_024;

/** An answer, or with `state` null a word about how far it is. */
export function answerRun(
  repository: Repository,
  viewer: Viewer,
  runId: number,
  answer: { readonly environment: string; readonly state: 'approved' | 'rejected' | null; readonly comment: string },
): HeldRun {
  const run = repository.heldRuns.get(runId);
  if (run === undefined || run.environment !== answer.environment) throw notFound();
  if (viewer.kind !== 'installation' || viewer.app.id !== run.app.id)
    throw forbidden('Resource not accessible by integration');
  if (run.state !== 'waiting') throw unprocessable('This deployment protection rule has already been answered');
  if (answer.comment.length > COMMENT_MAX)
    throw unprocessable(`comment is too long (maximum is ${COMMENT_MAX} characters)`);
  if (answer.state === null && run.comments.length >= COMMENTS)
    throw unprocessable(`No more than ${COMMENTS} status reports are allowed`);
  run.comments.push(answer.comment);
  if (answer.state !== null) run.state = answer.state;
  return run;
}
