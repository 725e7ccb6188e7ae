/** Deployments and their statuses as REST shows them. */
import { nodeId } from '../node-id.ts';
import type { Hub } from '../hub.ts';
import type { Deployment, DeploymentStatus } from '../commit-state.ts';
import type { Repository } from '../state.ts';
import { apiUrl } from './repository.ts';
import { iso } from './time.ts';
import { appOrNull, userView } from './user.ts';

export function deploymentView(hub: Hub, repository: Repository, deployment: Deployment): Record<string, unknown> {
  const url = `${apiUrl(hub, repository)}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: nodeId('Deployment', repository.id, deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: userView(hub, deployment.creator),
    created_at: iso(deployment.createdAt),
    updated_at: iso(deployment.statuses.at(-1)?.createdAt ?? deployment.createdAt),
    statuses_url: `${url}/statuses`,
    repository_url: apiUrl(hub, repository),
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: appOrNull(hub, deployment.app),
  };
}

export function deploymentStatusView(
  hub: Hub,
  repository: Repository,
  deployment: Deployment,
  status: DeploymentStatus,
): Record<string, unknown> {
  const url = `${apiUrl(hub, repository)}/deployments/${deployment.id}`;
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', repository.id, status.id),
    state: status.state,
    creator: userView(hub, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: iso(status.createdAt),
    updated_at: iso(status.createdAt),
    deployment_url: url,
    repository_url: apiUrl(hub, repository),
    performed_via_github_app: appOrNull(hub, status.app),
  };
}
