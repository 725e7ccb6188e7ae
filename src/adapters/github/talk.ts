import type { Comment, CommentAt, Page, Reaction } from '../../ports.ts';
import { explain, type GitHubClient, isHttpFailure } from './client.ts';
import { bareLogin } from '../../plan/incident.ts';
import type { Place } from './read.ts';

interface RestComment {
  readonly id: number | bigint;
  readonly body?: string | undefined;
  readonly user: { readonly login: string } | null;
  readonly created_at: string;
  readonly updated_at: string;
}

const toComment = (comment: RestComment): Comment => ({
  id: Number(comment.id),
  author: comment.user?.login ?? 'ghost',
  body: comment.body ?? '',
  edited: comment.updated_at !== comment.created_at,
  createdAt: comment.created_at,
});

const wordsOf = (page: Page): string => (page.kind === 'issue' ? `#${page.number}` : `commit ${page.sha.slice(0, 7)}`);

export async function listComments(
  client: GitHubClient,
  place: Place,
  page: Page,
  since: string | null,
): Promise<Comment[]> {
  try {
    if (page.kind === 'commit') {
      const url = 'GET /repos/{owner}/{repo}/commits/{commit_sha}/comments';
      const found = await client.paginate(url, { ...place, commit_sha: page.sha, per_page: 100 });
      return found.filter((comment) => since === null || comment.created_at >= since).map(toComment);
    }
    const found = await client.paginate('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...place,
      issue_number: page.number,
      per_page: 100,
      ...(since === null ? {} : { since }),
    });
    return found.map(toComment);
  } catch (error) {
    throw explain(error, `read the comments of ${wordsOf(page)}`);
  }
}

export async function listRecentComments(
  client: GitHubClient,
  place: Place,
  since: string,
): Promise<(Comment & CommentAt)[]> {
  try {
    const [onIssues, onCommits] = await Promise.all([
      client.paginate('GET /repos/{owner}/{repo}/issues/comments', {
        ...place,
        since,
        sort: 'updated',
        direction: 'desc',
        per_page: 100,
      }),
      newestOnCommits(client, place),
    ]);
    const issueOf = (url: string): Page => ({ kind: 'issue', number: Number(url.slice(url.lastIndexOf('/') + 1)) });
    return [
      ...onIssues.map((comment) => ({ ...toComment(comment), page: issueOf(comment.issue_url) })),
      ...onCommits.filter(({ createdAt }) => Date.parse(createdAt) >= Date.parse(since)),
    ];
  } catch (error) {
    throw explain(error, 'read recent comments');
  }
}

interface CommitCommentNode {
  readonly databaseId: number | null;
  readonly body: string;
  readonly author: { readonly __typename: string; readonly login: string } | null;
  readonly createdAt: string;
  readonly lastEditedAt: string | null;
  readonly commit: { readonly oid: string } | null;
}

/** As REST says it: GraphQL names an App without its suffix, as it would name a person. */
export function loginOf(author: { readonly __typename: string; readonly login: string } | null): string {
  if (author === null) return 'ghost';
  return author.__typename === 'User' ? author.login : `${author.login}[bot]`;
}

/** REST lists them oldest first, from the first one of the repository: only GraphQL begins at the end. */
async function newestOnCommits(client: GitHubClient, place: Place): Promise<(Comment & CommentAt)[]> {
  const document = `query CommitComments($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) {
    commitComments(last: 100) { nodes { databaseId body author { __typename login } createdAt lastEditedAt commit { oid } } } } }`;
  const { repository } = await client.graphql<{
    repository: { commitComments: { nodes: readonly CommitCommentNode[] } };
  }>(document, { ...place });
  return repository.commitComments.nodes.flatMap(({ databaseId, body, author, createdAt, lastEditedAt, commit }) =>
    databaseId === null || commit === null
      ? []
      : [
          {
            id: databaseId,
            page: { kind: 'commit' as const, sha: commit.oid },
            author: loginOf(author),
            body,
            edited: lastEditedAt !== null,
            createdAt,
          },
        ],
  );
}

export async function postComment(client: GitHubClient, place: Place, page: Page, body: string): Promise<number> {
  try {
    if (page.kind === 'commit') {
      const url = 'POST /repos/{owner}/{repo}/commits/{commit_sha}/comments';
      const { data } = await client.request(url, { ...place, commit_sha: page.sha, body });
      return data.id;
    }
    const url = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
    const { data } = await client.request(url, { ...place, issue_number: page.number, body });
    return Number(data.id);
  } catch (error) {
    throw explain(error, `comment on ${wordsOf(page)}`);
  }
}

export async function patchComment(client: GitHubClient, place: Place, id: number, body: string): Promise<void> {
  try {
    await client.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      ...place,
      comment_id: id,
      body,
    });
  } catch (error) {
    throw explain(error, `edit comment ${id}`);
  }
}

export async function removeComment(client: GitHubClient, place: Place, id: number): Promise<void> {
  try {
    await client.request('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', { ...place, comment_id: id });
  } catch (error) {
    // Another replica was faster.
    if (isHttpFailure(error) && error.status === 404) return;
    throw explain(error, `delete comment ${id}`);
  }
}

export async function openIssue(client: GitHubClient, place: Place, title: string, body: string): Promise<number> {
  try {
    const { data } = await client.request('POST /repos/{owner}/{repo}/issues', { ...place, title, body });
    return data.number;
  } catch (error) {
    throw explain(error, 'open an issue');
  }
}

/** People's issues, and pull requests, are theirs to close; a page of ours with another title is about something else. */
export async function closeOwnIssue(
  client: GitHubClient,
  place: Place,
  us: string,
  { number, title }: { readonly number: number; readonly title: string },
): Promise<void> {
  try {
    const about = { ...place, issue_number: number };
    const { data } = await client.request('GET /repos/{owner}/{repo}/issues/{issue_number}', about);
    const isOurs = data.pull_request === undefined && bareLogin(data.user?.login ?? '') === bareLogin(us);
    if (isOurs && data.title === title && data.state === 'open')
      await client.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
        ...about,
        state: 'closed',
        state_reason: 'completed',
      });
  } catch (error) {
    throw explain(error, `close issue #${number}`);
  }
}

/** GitHub keeps one reaction a kind and person: repeating it changes nothing. */
export async function addReaction(
  client: GitHubClient,
  place: Place,
  { page, id }: CommentAt,
  content: Reaction,
): Promise<void> {
  try {
    const about = { ...place, comment_id: id, content };
    await (page.kind === 'commit'
      ? client.request('POST /repos/{owner}/{repo}/comments/{comment_id}/reactions', about)
      : client.request('POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', about));
  } catch (error) {
    throw explain(error, `react to comment ${id}`);
  }
}

const REACTIONS = ['rocket', 'confused', 'eyes'] as const satisfies readonly Reaction[];

export async function readOurReaction(
  client: GitHubClient,
  place: Place,
  us: string,
  { page, id }: CommentAt,
): Promise<Reaction | null> {
  try {
    const about = { ...place, comment_id: id, per_page: 100 };
    const { data } = await (page.kind === 'commit'
      ? client.request('GET /repos/{owner}/{repo}/comments/{comment_id}/reactions', about)
      : client.request('GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', about));
    const ours = data.filter(({ user }) => user?.login === us);
    return REACTIONS.find((content) => ours.some((reaction) => reaction.content === content)) ?? null;
  } catch (error) {
    throw explain(error, `read the reactions to comment ${id}`);
  }
}

export async function listRecentCommits(
  client: GitHubClient,
  place: Place,
  since: string,
  most: number,
): Promise<string[]> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/commits', { ...place, since, per_page: most });
    return data.map((commit) => commit.sha);
  } catch (error) {
    throw explain(error, 'read the newest commits');
  }
}
