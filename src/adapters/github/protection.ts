/** The answer to a custom deployment protection rule, and reports on the way. */
import { explain, type GitHubClient, isHttpFailure } from './client.ts';
import type { Place } from './read.ts';

/** `state` null: a report. A run that was answered before, by us or by a person who stepped over the rule, is none of our business. */
export async function sendProtection(
  client: GitHubClient,
  place: Place,
  { runId, environment }: { readonly runId: number; readonly environment: string },
  { state, comment }: { readonly state: 'approved' | 'rejected' | null; readonly comment: string },
): Promise<void> {
  try {
    await client.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule', {
      ...place,
      run_id: runId,
      environment_name: environment,
      comment,
      ...(state === null ? {} : { state }),
    } as { owner: string; repo: string; run_id: number; environment_name: string; comment: string });
  } catch (error) {
    if (isHttpFailure(error) && error.status === 422) return;
    throw explain(error, `answer the protection rule of ${environment} for run ${runId}`);
  }
}
