/** What a pull request or a commit is about. */
import { explain, isHttpFailure, type GitHubClient } from './client.ts';
import type { Place } from './read.ts';

interface Files {
  readonly nodes: readonly { readonly path: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

interface Answer {
  readonly repository: {
    readonly pullRequest: {
      readonly isCrossRepository: boolean;
      readonly mergeCommit: { readonly oid: string } | null;
      readonly files: Files | null;
    } | null;
  };
}

/**
 * Every file: who must agree to a change depends on each. GitHub itself lists at most 3,000. A fork's pull request that is not merged
 * is about nothing: a stranger must not choose what a bare command means.
 */
export async function readPullScope(
  client: GitHubClient,
  place: Place,
  number: number,
): Promise<{ paths: string[]; commit: string | null } | null> {
  const document = `query Scope($owner: String!, $repo: String!, $number: Int!, $after: String) { repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) { isCrossRepository mergeCommit { oid } files(first: 100, after: $after) { nodes { path } pageInfo { hasNextPage endCursor } } } } }`;
  const paths: string[] = [];
  try {
    for (let after: string | null = null; ;) {
      const answer: Answer = await client.graphql<Answer>(document, { ...place, number, after });
      const pull = answer.repository.pullRequest;
      if (pull === null) return null;
      const commit = pull.mergeCommit?.oid ?? null;
      if (pull.isCrossRepository && commit === null) return { commit, paths: [] };
      paths.push(...(pull.files?.nodes ?? []).map(({ path }) => path));
      after = pull.files?.pageInfo.hasNextPage === true ? pull.files.pageInfo.endCursor : null;
      if (after === null) return { commit, paths };
    }
  } catch (error) {
    // A number that is an issue is not an error: GitHub says that it could not resolve to a PullRequest.
    if (error instanceof Error && !isHttpFailure(error) && /could not resolve/i.test(error.message)) return null;
    throw explain(error, `read #${number}`);
  }
}

/** The first 300 files: what a comment on a larger commit is about must be named in it. */
export async function readCommitScope(
  client: GitHubClient,
  place: Place,
  sha: string,
): Promise<{ paths: string[]; commit: string }> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/commits/{ref}', { ...place, ref: sha });
    return { commit: data.sha, paths: (data.files ?? []).map(({ filename }) => filename) };
  } catch (error) {
    throw explain(error, `read commit ${sha.slice(0, 7)}`);
  }
}
