/** Reviews of a pull request. */
import type { Pull, Review } from '../../ports.ts';
import type { GitHubClient } from './client.ts';
import { ask, type Place } from './read.ts';

interface Node {
  readonly state: 'PENDING' | 'COMMENTED' | 'APPROVED' | 'CHANGES_REQUESTED' | 'DISMISSED';
  readonly author: { readonly __typename: string; readonly login: string } | null;
  readonly commit: { readonly oid: string } | null;
}

/** The newest 100, oldest first. A review that was dismissed says nothing any more. */
export async function readReviews(client: GitHubClient, place: Place, pull: Pull): Promise<Review[]> {
  const document = `query Reviews($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) { reviews(last: 100) { nodes { state author { __typename login } commit { oid } } } } } }`;
  const { repository } = await ask<{
    repository: { pullRequest: { reviews: { nodes: readonly Node[] } | null } | null };
  }>(client, document, { ...place, number: pull.number }, `read the reviews of #${pull.number}`);
  return (repository.pullRequest?.reviews?.nodes ?? []).map(({ state, author, commit }) => ({
    by: author?.login ?? '',
    isBot: author?.__typename !== 'User',
    state: state === 'APPROVED' ? 'approved' : state === 'CHANGES_REQUESTED' ? 'changes-requested' : 'other',
    head: commit?.oid ?? '',
  }));
}
