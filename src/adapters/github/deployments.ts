/** GitHub's own list of what was deployed where: one entry for each rollback, found again by its commit. */
import type { DeploymentState } from '../../ports.ts';
import { explain, type GitHubClient } from './client.ts';
import type { Place } from './read.ts';

/** Says the state once: nothing is written where the newest status of our entry already is this one. */
export async function tellDeployment(
  client: GitHubClient,
  place: Place,
  { sha, environment, state, description, url }: DeploymentState,
): Promise<void> {
  try {
    const which = { ...place, sha, task: 'rollback', environment };
    const { data } = await client.request('GET /repos/{owner}/{repo}/deployments', which);
    const id = data[0]?.id ?? (await create(client, place, { sha, environment, description }));
    const { data: said } = await client.request('GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
      ...place,
      deployment_id: Number(id),
      per_page: 1,
    });
    if (said[0]?.state === state) return;
    await client.request('POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
      ...place,
      deployment_id: Number(id),
      state,
      description: description.slice(0, DESCRIPTION),
      log_url: url,
    });
  } catch (error) {
    throw explain(error, `write the deployment of ${sha.slice(0, 7)} to ${environment}`);
  }
}

/** GitHub's limit. */
const DESCRIPTION = 140;

async function create(
  client: GitHubClient,
  place: Place,
  { sha, environment, description }: Pick<DeploymentState, 'sha' | 'environment' | 'description'>,
): Promise<number | bigint> {
  const { data } = await client.request('POST /repos/{owner}/{repo}/deployments', {
    ...place,
    ...{ ref: sha, environment, task: 'rollback', description: description.slice(0, DESCRIPTION) },
    // It is merged already: GitHub is neither to merge nor to wait for anything.
    ...{ auto_merge: false, required_contexts: [], transient_environment: false },
  });
  if (!('id' in data)) throw new Error(data.message ?? 'GitHub made no deployment');
  return data.id;
}
