/** /deployments, and the two dispatches that start workflows */
import { PUSH } from '../engine/access.ts';
import { addDeploymentStatus, createDeployment, findDeployment } from '../engine/deployments.ts';
import { answerRun } from '../engine/deployment-protection.ts';
import { emit } from '../engine/events.ts';
import { listReply } from '../http/page.ts';
import { oneOf, optionalBoolean, optionalString, record, requiredString, strings } from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { actorOf } from '../hub.ts';
import { notFound, unprocessable } from '../problem.ts';
import type { Repository } from '../state.ts';
import { deploymentStatusView, deploymentView } from '../views/deployment.ts';
import {
  created,
  DEPLOYMENTS_READ,
  DEPLOYMENTS_WRITE,
  noContent,
  numberParam,
  ok,
  param,
  repositoryRoute,
} from './shared.ts';

const STATES = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'] as const;

function listDeployments(repository: Repository, context: Context): Promise<Reply> {
  const { query } = context;
  const filters = ['sha', 'ref', 'task', 'environment'] as const;
  const found = [...repository.deployments.values()]
    .filter((deployment) => filters.every((key) => query.get(key) === null || query.get(key) === deployment[key]))
    .toReversed();
  return listReply(context, found, (deployment) => deploymentView(context.hub, repository, deployment));
}

async function create(repository: Repository, context: Context): Promise<Reply> {
  const { body, hub, viewer } = context;
  const environment = optionalString(body, 'environment') ?? 'production';
  const deployment = await createDeployment(hub, repository, viewer, {
    ref: requiredString(body, 'ref'),
    task: optionalString(body, 'task') ?? 'deploy',
    environment,
    description: optionalString(body, 'description'),
    payload: body['payload'] ?? {},
    transient: optionalBoolean(body, 'transient_environment') ?? false,
    production: optionalBoolean(body, 'production_environment') ?? environment === 'production',
    autoMerge: optionalBoolean(body, 'auto_merge') ?? true,
    requiredContexts: strings(body, 'required_contexts'),
  });
  return created(deploymentView(hub, repository, deployment));
}

function createStatus(repository: Repository, context: Context): Reply {
  const { body, hub, viewer } = context;
  const deployment = findDeployment(repository, numberParam(context, 'deployment_id'));
  const state = oneOf(body, 'state', STATES);
  if (state === null) throw unprocessable('Invalid request.\n\n"state" wasn\'t supplied.');
  const status = addDeploymentStatus(hub, repository, viewer, deployment, {
    state,
    description: optionalString(body, 'description') ?? '',
    logUrl: optionalString(body, 'log_url') ?? optionalString(body, 'target_url') ?? '',
    environmentUrl: optionalString(body, 'environment_url') ?? '',
    environment: optionalString(body, 'environment'),
    autoInactive: optionalBoolean(body, 'auto_inactive') ?? true,
  });
  return created(deploymentStatusView(hub, repository, deployment, status));
}

function dispatch(repository: Repository, context: Context): Reply {
  const { body, hub, viewer } = context;
  const type = requiredString(body, 'event_type');
  emit(hub, repository, {
    event: 'repository_dispatch',
    action: type,
    sender: actorOf(viewer),
    body: { branch: repository.defaultBranch, client_payload: record(body['client_payload']) },
  });
  return noContent;
}

function dispatchWorkflow(repository: Repository, context: Context): Reply {
  const { body, hub, viewer } = context;
  emit(hub, repository, {
    event: 'workflow_dispatch',
    action: null,
    sender: actorOf(viewer),
    body: { ref: requiredString(body, 'ref'), inputs: record(body['inputs']), workflow: param(context, 'workflow_id') },
  });
  return noContent;
}

export const deploymentRoutes: readonly Route[] = [
  repositoryRoute('GET', '/deployments', DEPLOYMENTS_READ, listDeployments),
  repositoryRoute('POST', '/deployments', DEPLOYMENTS_WRITE, create),
  repositoryRoute('GET', '/deployments/{deployment_id}', DEPLOYMENTS_READ, (repository, context) =>
    ok(deploymentView(context.hub, repository, findDeployment(repository, numberParam(context, 'deployment_id')))),
  ),
  repositoryRoute('GET', '/deployments/{deployment_id}/statuses', DEPLOYMENTS_READ, (repository, context) => {
    const deployment = findDeployment(repository, numberParam(context, 'deployment_id'));
    return listReply(context, deployment.statuses.toReversed(), (status) =>
      deploymentStatusView(context.hub, repository, deployment, status),
    );
  }),
  repositoryRoute('POST', '/deployments/{deployment_id}/statuses', DEPLOYMENTS_WRITE, createStatus),
  repositoryRoute(
    'GET',
    '/deployments/{deployment_id}/statuses/{status_id}',
    DEPLOYMENTS_READ,
    (repository, context) => {
      const deployment = findDeployment(repository, numberParam(context, 'deployment_id'));
      const status = deployment.statuses.find(({ id }) => id === numberParam(context, 'status_id'));
      if (status === undefined) throw notFound();
      return ok(deploymentStatusView(context.hub, repository, deployment, status));
    },
  ),
  repositoryRoute(
    'POST',
    '/actions/runs/{run_id}/deployment_protection_rule',
    DEPLOYMENTS_WRITE,
    (repository, context) => {
      answerRun(repository, context.viewer, numberParam(context, 'run_id'), {
        environment: requiredString(context.body, 'environment_name'),
        state: oneOf(context.body, 'state', ['approved', 'rejected']),
        comment: optionalString(context.body, 'comment') ?? '',
      });
      return noContent;
    },
  ),
  repositoryRoute('POST', '/dispatches', PUSH, dispatch),
  repositoryRoute(
    'POST',
    '/actions/workflows/{workflow_id}/dispatches',
    { permission: 'actions', access: 'write', role: 'write' },
    dispatchWorkflow,
  ),
];
