import type { JobVerdict } from '../../ports.ts';
import { checkRunsOf } from './checks.ts';
import { explain, isHttpFailure, type GitHubClient } from './client.ts';
import type { Place } from './read.ts';

/**
 * What a check run or a commit status of this name says about a commit, the newest of each kind; null: nobody has said anything.
 * One failure outweighs a success. A right to read statuses that the App does not have leaves the check runs.
 */
export async function readJobVerdict(
  client: GitHubClient,
  place: Place,
  sha: string,
  name: string,
): Promise<JobVerdict | null> {
  const said = [...(await fromChecks(client, place, sha, name)), ...(await fromStatuses(client, place, sha, name))];
  return (
    said.find(({ state }) => state === 'failure') ?? said.find(({ state }) => state === 'pending') ?? said[0] ?? null
  );
}

async function fromChecks(client: GitHubClient, place: Place, sha: string, name: string): Promise<JobVerdict[]> {
  try {
    const runs = await checkRunsOf(client, place, sha, name);
    return runs.map(({ status, conclusion, output }) => ({
      // Skipped and neutral prove nothing.
      state: status !== 'completed' ? 'pending' : conclusion === 'success' ? 'success' : 'failure',
      says: output.title ?? conclusion ?? status,
    }));
  } catch (error) {
    throw explain(error, `read ${name} of ${sha.slice(0, 7)}`);
  }
}

async function fromStatuses(client: GitHubClient, place: Place, sha: string, name: string): Promise<JobVerdict[]> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/commits/{ref}/statuses', {
      ...place,
      ref: sha,
      per_page: 100,
    });
    const newest = data.find(({ context }) => context === name);
    if (!newest) return [];
    const { state, description } = newest;
    return [{ state: state === 'success' || state === 'pending' ? state : 'failure', says: description ?? state }];
  } catch (error) {
    if (isHttpFailure(error) && error.status === 403) return [];
    throw explain(error, `read the statuses of ${sha.slice(0, 7)}`);
  }
}
