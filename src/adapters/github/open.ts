import { createHash } from 'node:crypto';
import type { FileEdit } from '../../plan/plan.ts';
import type { OpenRequest, Pull } from '../../ports.ts';
import { RollbackError, messageOf } from '../../errors.ts';
import { explain, type GitHubClient, isHttpFailure } from './client.ts';
import { findPull, PULL_FIELDS, type PullNode, toPull } from './pulls.ts';
import type { Place } from './read.ts';

const OPEN = `mutation Open($repository: ID!, $nameWithOwner: String!, $ref: String!, $branch: String!, $base: GitObjectID!, $baseBranch: String!,
    $headline: String!, $message: String!, $changes: FileChanges!, $title: String!, $text: String!) {
  createRef(input: { repositoryId: $repository, name: $ref, oid: $base }) { ref { name } }
  createCommitOnBranch(input: { branch: { repositoryNameWithOwner: $nameWithOwner, branchName: $branch }, expectedHeadOid: $base,
    message: { headline: $headline, body: $message }, fileChanges: $changes }) { commit { oid } }
  createPullRequest(input: { repositoryId: $repository, baseRefName: $baseBranch, headRefName: $branch, title: $title, body: $text }) {
    pullRequest { ${PULL_FIELDS} } } }`;

interface OpenAnswer {
  readonly createPullRequest: { readonly pullRequest: PullNode } | null;
}

/**
 * Branch, commit and pull request. Every part is refused by GitHub when it is there already, so a repeated or concurrent
 * call ends with the one pull request that exists.
 */
export async function openRollback(
  client: GitHubClient,
  place: Place,
  us: string,
  repositoryId: string,
  request: OpenRequest,
): Promise<Pull> {
  const changes = fileChanges(request);
  const opened =
    changes === null
      ? await openByTree(client, place, request)
      : await openInOneRequest(client, place, repositoryId, request, changes);
  if (opened) return toPull(opened, us);
  const existing = await findPull(client, place, us, request.branch);
  if (existing) return existing;
  // A branch without a commit of its own is what a crash left: move it to today's base, so that the next look can use it.
  await client
    .request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
      ...place,
      ref: `heads/${request.branch}`,
      sha: request.base,
      force: false,
    })
    .catch(() => undefined);
  throw new RollbackError(
    'github-conflict',
    `Could not open a pull request from ${request.branch}: the branch exists, its pull request does not`,
  );
}

async function openInOneRequest(
  client: GitHubClient,
  place: Place,
  repositoryId: string,
  request: OpenRequest,
  changes: FileChanges,
): Promise<PullNode | null> {
  try {
    const answer = await client.graphql<OpenAnswer>(OPEN, {
      repository: repositoryId,
      nameWithOwner: `${place.owner}/${place.repo}`,
      ref: `refs/heads/${request.branch}`,
      branch: request.branch,
      base: request.base,
      baseBranch: request.baseBranch,
      headline: request.commit.title,
      message: request.commit.body,
      changes,
      title: request.title,
      text: request.body,
    });
    return answer.createPullRequest?.pullRequest ?? null;
  } catch (error) {
    if (isHttpFailure(error)) throw explain(error, `open ${request.branch}`);
    // A crash may have left the branch, or the branch with its commit: what is missing was made, what was there was refused.
    const partial = (error as { data?: OpenAnswer | null }).data?.createPullRequest?.pullRequest;
    if (partial) return partial;
    const message = messageOf(error);
    if (/already exists|expected .* to (point|match|be)|No commits between|head/i.test(message)) return null;
    throw explain(error, `open ${request.branch}`);
  }
}

interface FileChanges {
  readonly additions: readonly { readonly path: string; readonly contents: string }[];
  readonly deletions: readonly { readonly path: string }[];
}

/** As the one-request form wants it; null where it would lose something (modes, links, bytes that are not text). */
function fileChanges(request: OpenRequest): FileChanges | null {
  const additions: { path: string; contents: string }[] = [];
  const deletions: { path: string }[] = [];
  for (const edit of request.edits) {
    if (edit.kind === 'delete') {
      deletions.push({ path: edit.path });
      continue;
    }
    if (edit.mode !== '100644') return null;
    const text = edit.kind === 'write' ? edit.text : request.texts.get(edit.blob);
    if (text === null || text === undefined) return null;
    if (edit.kind === 'restore' && blobId(text) !== edit.blob) return null;
    additions.push({ path: edit.path, contents: Buffer.from(text).toString('base64') });
  }
  return { additions, deletions };
}

function blobId(text: string): string {
  const bytes = Buffer.from(text);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** The same through trees and commits: keeps modes, links and bytes, at four requests instead of one. */
async function openByTree(client: GitHubClient, place: Place, request: OpenRequest): Promise<PullNode | null> {
  try {
    const tree = await client.request('POST /repos/{owner}/{repo}/git/trees', {
      ...place,
      base_tree: request.base,
      tree: request.edits.map(treeItem),
    });
    const commit = await client.request('POST /repos/{owner}/{repo}/git/commits', {
      ...place,
      message: `${request.commit.title}\n\n${request.commit.body}`,
      tree: tree.data.sha,
      parents: [request.base],
    });
    await client
      .request('POST /repos/{owner}/{repo}/git/refs', {
        ...place,
        ref: `refs/heads/${request.branch}`,
        sha: commit.data.sha,
      })
      .catch(ignoreExisting);
    await client
      .request('POST /repos/{owner}/{repo}/pulls', {
        ...place,
        head: request.branch,
        base: request.baseBranch,
        title: request.title,
        body: request.body,
      })
      .catch(ignoreExisting);
    return null;
  } catch (error) {
    throw explain(error, `open ${request.branch}`);
  }
}

function treeItem(edit: FileEdit): {
  path: string;
  mode: '100644' | '100755' | '120000' | '160000';
  type: 'blob' | 'commit';
  sha?: string | null;
  content?: string;
} {
  if (edit.kind === 'delete') return { path: edit.path, mode: '100644', type: 'blob', sha: null };
  const base = { path: edit.path, mode: edit.mode, type: edit.mode === '160000' ? 'commit' : 'blob' } as const;
  return edit.kind === 'restore' ? { ...base, sha: edit.blob } : { ...base, content: edit.text };
}

function ignoreExisting(error: unknown): void {
  if (isHttpFailure(error) && error.status === 422 && /already exists/i.test(error.message)) return;
  throw error;
}
