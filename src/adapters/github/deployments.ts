/** GitHub's own list of what was deployed where: one entry for each release that a gate judged and for each rollback, found again by its commit. */
import type { DeploymentState } from '../../ports.ts';
import { explain, type GitHubClient } from './client.ts';
import type { Place } from './read.ts';

/** Says the state once: nothing is written where the newest status of our entry already is this one. */
export async function tellDeployment(
  client: GitHubClient,
  place: Place,
  { task, sha, environment, state, description, url }: DeploymentState,
): Promise<void> {
  try {
    const which = { ...place, sha, environment, per_page: 100 };
    const { data } = await client.request('GET /repos/{owner}/{repo}/deployments', which);
    // A workflow or another tool that deploys tells its own release.
    if (task === 'release' && data.some((other) => other.task !== 'release' && other.task !== 'rollback')) return;
    const known = data.find((deployment) => deployment.task === task);
    const id = known?.id ?? (await create(client, place, { task, sha, environment, description }));
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
      ...(url === null ? {} : { log_url: url }),
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
  { task, sha, environment, description }: Pick<DeploymentState, 'task' | 'sha' | 'environment' | 'description'>,
): Promise<number | bigint> {
  const { data } = await client.request('POST /repos/{owner}/{repo}/deployments', {
    ...place,
    ...{ ref: sha, environment, task, description: description.slice(0, DESCRIPTION) },
    // It is merged already: GitHub is neither to merge nor to wait for anything.
    ...{ auto_merge: false, required_contexts: [], transient_environment: false },
  });
  if (!('id' in data)) throw new Error(data.message ?? 'GitHub made no deployment');
  return data.id;
}
