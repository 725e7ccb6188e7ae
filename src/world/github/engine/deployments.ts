/**
 * Deployments and their statuses.
 */
import { actorOf, appOf, type Hub } from '../hub.ts';
import { notFound, Problem, unprocessable } from '../problem.ts';
import type { Deployment, DeploymentStatus } from '../commit-state.ts';
import type { Repository, Viewer } from '../state.ts';
import { deploymentStatusView, deploymentView } from '../views/deployment.ts';
import { latestRuns, latestStatuses, overallState, requiredState } from './check-state.ts';
import { emit } from './events.ts';

export interface DeploymentInput extends Pick<
  Deployment,
  'ref' | 'task' | 'environment' | 'description' | 'payload' | 'transient' | 'production'
> {
  readonly autoMerge: boolean;
  /** Null: everything that reported on the commit must pass. */
  readonly requiredContexts: readonly string[] | null;
}

const MAX_DESCRIPTION = 140;

function demandContexts(repository: Repository, sha: string, contexts: readonly string[] | null): void {
  const conflict = (): Problem => new Problem(409, 'Conflict: Commit status checks failed for the ref.');
  if (contexts !== null) {
    if (contexts.some((context) => requiredState(repository, sha, { context, app: null }) !== 'passing'))
      throw conflict();
    return;
  }
  const reported = latestRuns(repository, sha).length + latestStatuses(repository, sha).length > 0;
  if (reported && overallState(repository, sha) !== 'passing') throw conflict();
}

export async function createDeployment(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  input: DeploymentInput,
): Promise<Deployment> {
  const { git } = repository;
  const commit = await git.resolveCommit(input.ref);
  if (commit === null) throw unprocessable(`No ref found for: ${input.ref}`);
  if ((input.description?.length ?? 0) > MAX_DESCRIPTION) {
    throw unprocessable(`description is too long (maximum is ${MAX_DESCRIPTION} characters)`);
  }
  const trunk = await git.branch(repository.defaultBranch);
  if (input.autoMerge && trunk !== null && (await git.aheadBehind(trunk, commit.sha)).behind > 0) {
    throw new Problem(409, `Conflict merging ${repository.defaultBranch} into ${input.ref}.`);
  }
  demandContexts(repository, commit.sha, input.requiredContexts);
  const deployment: Deployment = {
    id: hub.nextId(),
    sha: commit.sha,
    ref: input.ref,
    task: input.task,
    environment: input.environment,
    description: input.description,
    payload: input.payload,
    transient: input.transient,
    production: input.production,
    creator: actorOf(viewer),
    app: appOf(viewer),
    createdAt: hub.now(),
    statuses: [],
  };
  repository.deployments.set(deployment.id, deployment);
  const body = { deployment: deploymentView(hub, repository, deployment), workflow: null, workflow_run: null };
  emit(hub, repository, { event: 'deployment', action: 'created', sender: actorOf(viewer), body });
  return deployment;
}

export function findDeployment(repository: Repository, id: number): Deployment {
  const deployment = repository.deployments.get(id);
  if (deployment === undefined) throw notFound();
  return deployment;
}

export type DeploymentStatusInput = Pick<DeploymentStatus, 'state' | 'description' | 'logUrl' | 'environmentUrl'> & {
  readonly environment: string | null;
  readonly autoInactive: boolean;
};

/** A success makes the environment's earlier deployments inactive, unless told not to. */
export function addDeploymentStatus(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  deployment: Deployment,
  input: DeploymentStatusInput,
): DeploymentStatus {
  if (input.description.length > MAX_DESCRIPTION) {
    throw unprocessable(`description is too long (maximum is ${MAX_DESCRIPTION} characters)`);
  }
  const add = (to: Deployment, state: string): DeploymentStatus => {
    const own = to === deployment;
    const status: DeploymentStatus = {
      id: hub.nextId(),
      state,
      description: own ? input.description : '',
      environment: own ? (input.environment ?? to.environment) : to.environment,
      logUrl: own ? input.logUrl : '',
      environmentUrl: own ? input.environmentUrl : '',
      creator: actorOf(viewer),
      app: appOf(viewer),
      createdAt: hub.now(),
    };
    to.statuses.push(status);
    return status;
  };
  const status = add(deployment, input.state);
  if (input.state === 'success' && input.autoInactive) {
    for (const other of repository.deployments.values()) {
      const earlier = other.id < deployment.id && other.environment === deployment.environment;
      if (earlier && !other.transient && !other.production && other.statuses.at(-1)?.state === 'success')
        add(other, 'inactive');
    }
  }
  const body = {
    deployment: deploymentView(hub, repository, deployment),
    deployment_status: deploymentStatusView(hub, repository, deployment, status),
    check_run: null,
    workflow: null,
    workflow_run: null,
  };
  emit(hub, repository, { event: 'deployment_status', action: 'created', sender: actorOf(viewer), body });
  return status;
}
