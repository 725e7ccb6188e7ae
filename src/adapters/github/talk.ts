import type { CheckAnswer, Comment, GateRun, Reaction } from '../../ports.ts';
import { explain, type GitHubClient } from './client.ts';
import { bareLogin } from '../../plan/incident.ts';
import type { Place } from './read.ts';

interface RestComment {
  readonly id: number | bigint;
  readonly body?: string | undefined;
  readonly user: { readonly login: string } | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly issue_url: string;
}

const toComment = (comment: RestComment): Comment & { issue: number } => ({
  id: Number(comment.id),
  author: comment.user?.login ?? 'ghost',
  body: comment.body ?? '',
  edited: comment.updated_at !== comment.created_at,
  createdAt: comment.created_at,
  issue: Number(comment.issue_url.slice(comment.issue_url.lastIndexOf('/') + 1)),
});

export async function listComments(
  client: GitHubClient,
  place: Place,
  issue: number,
  since: string | null,
): Promise<Comment[]> {
  try {
    const found = await client.paginate('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...place,
      issue_number: issue,
      per_page: 100,
      ...(since === null ? {} : { since }),
    });
    return found.map(toComment);
  } catch (error) {
    throw explain(error, `read the comments of #${issue}`);
  }
}

export async function listRecentComments(
  client: GitHubClient,
  place: Place,
  since: string,
): Promise<(Comment & { issue: number })[]> {
  try {
    const found = await client.paginate('GET /repos/{owner}/{repo}/issues/comments', {
      ...place,
      since,
      sort: 'updated',
      direction: 'desc',
      per_page: 100,
    });
    return found.map(toComment);
  } catch (error) {
    throw explain(error, 'read recent comments');
  }
}

export async function postComment(client: GitHubClient, place: Place, issue: number, body: string): Promise<number> {
  try {
    const { data } = await client.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...place,
      issue_number: issue,
      body,
    });
    return Number(data.id);
  } catch (error) {
    throw explain(error, `comment on #${issue}`);
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

/** GitHub keeps one reaction a kind and person: repeating it changes nothing. */
export async function addReaction(
  client: GitHubClient,
  place: Place,
  commentId: number,
  content: Reaction,
): Promise<void> {
  try {
    await client.request('POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', {
      ...place,
      comment_id: commentId,
      content,
    });
  } catch (error) {
    throw explain(error, `react to comment ${commentId}`);
  }
}

export async function hasOurReaction(
  client: GitHubClient,
  place: Place,
  us: string,
  commentId: number,
): Promise<boolean> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', {
      ...place,
      comment_id: commentId,
      per_page: 100,
    });
    return data.some((reaction) => bareLogin(reaction.user?.login ?? '') === bareLogin(us));
  } catch (error) {
    throw explain(error, `read the reactions to comment ${commentId}`);
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

/** A finished check run of ours; nothing where one of this name stands on the commit already. */
export async function answerCheck(
  client: GitHubClient,
  place: Place,
  sha: string,
  { name, conclusion, title, summary }: CheckAnswer,
): Promise<void> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...place,
      ref: sha,
      check_name: name,
      filter: 'latest',
    });
    if (data.check_runs.length > 0) return;
    await client.request('POST /repos/{owner}/{repo}/check-runs', {
      ...place,
      ...{ name, head_sha: sha, status: 'completed', conclusion, output: { title, summary } },
    });
  } catch (error) {
    throw explain(error, `answer the check ${name} on ${sha.slice(0, 7)}`);
  }
}

export async function listGateRuns(client: GitHubClient, place: Place, sha: string): Promise<GateRun[]> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...place,
      ref: sha,
      per_page: 100,
      filter: 'latest',
    });
    return data.check_runs
      .filter((run) => run.name.startsWith('lastgood/gate/') && run.status === 'completed')
      .map((run) => ({
        id: Number(run.id),
        name: run.name,
        externalId: run.external_id ?? '',
        sha: run.head_sha,
        conclusion: run.conclusion,
        appSlug: run.app?.slug ?? '',
        text: run.output.text ?? '',
        completedAt: run.completed_at,
      }));
  } catch (error) {
    throw explain(error, `read the check runs of ${sha.slice(0, 7)}`);
  }
}
