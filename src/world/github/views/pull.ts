/** Pull requests and reviews as REST shows them. */
import { nodeId } from '../node-id.ts';
import type { Hub } from '../hub.ts';
import type { Pull, Repository, Review } from '../state.ts';
import { associationOf, labelView } from './issue.ts';
import { apiUrl, pageUrl, repositoryView } from './repository.ts';
import { iso, isoOrNull } from './time.ts';
import { userView } from './user.ts';

function sideView(hub: Hub, repository: Repository, ref: string, sha: string): Record<string, unknown> {
  return {
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: userView(hub, repository.owner),
    repo: repositoryView(hub, repository),
  };
}

function autoMergeView(hub: Hub, { autoMerge, issue }: Pull): Record<string, unknown> | null {
  if (autoMerge === null) return null;
  return {
    enabled_by: userView(hub, autoMerge.user),
    merge_method: autoMerge.method,
    commit_title: autoMerge.title ?? `${issue.title} (#${issue.number})`,
    commit_message: autoMerge.message ?? '',
  };
}

/** What lists carry. `testMerge` is the merge that GitHub tries while the request is open; null when not known. */
export function simplePullView(
  hub: Hub,
  repository: Repository,
  pull: Pull,
  testMerge: string | null,
): Record<string, unknown> {
  const { issue } = pull;
  const api = apiUrl(hub, repository);
  const url = `${api}/pulls/${issue.number}`;
  const issueUrl = `${api}/issues/${issue.number}`;
  const html = `${pageUrl(hub, repository)}/pull/${issue.number}`;
  const statuses = `${api}/statuses/${pull.headSha}`;
  const [assignee] = issue.assignees;
  return {
    url,
    id: pull.id,
    node_id: nodeId('PullRequest', repository.id, issue.number),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issueUrl,
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: userView(hub, issue.author),
    body: issue.body,
    created_at: iso(issue.createdAt),
    updated_at: iso(issue.updatedAt),
    closed_at: isoOrNull(issue.closedAt),
    merged_at: isoOrNull(pull.mergedAt),
    merge_commit_sha: pull.mergeCommit ?? testMerge,
    assignee: assignee === undefined ? null : userView(hub, assignee),
    assignees: issue.assignees.map((user) => userView(hub, user)),
    requested_reviewers: pull.requested.map((user) => userView(hub, user)),
    requested_teams: [],
    labels: issue.labels.map((label) => labelView(hub, repository, label)),
    milestone: null,
    draft: pull.draft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${issueUrl}/comments`,
    statuses_url: statuses,
    head: sideView(hub, pull.fork ?? repository, pull.headRef, pull.headSha),
    base: sideView(hub, repository, pull.baseRef, pull.baseSha),
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: issueUrl },
      comments: { href: `${issueUrl}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${api}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: associationOf(repository, issue.author),
    auto_merge: autoMergeView(hub, pull),
    active_lock_reason: null,
  };
}

export interface PullFacts {
  readonly mergeable: boolean | null;
  readonly state: string;
  readonly testMerge: string | null;
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly files: number;
}

export function pullView(hub: Hub, repository: Repository, pull: Pull, facts: PullFacts): Record<string, unknown> {
  return {
    ...simplePullView(hub, repository, pull, facts.testMerge),
    merged: pull.mergedAt !== null,
    mergeable: facts.mergeable,
    rebaseable: facts.mergeable,
    mergeable_state: facts.state,
    merged_by: pull.mergedBy === null ? null : userView(hub, pull.mergedBy),
    comments: pull.issue.comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: facts.commits,
    additions: facts.additions,
    deletions: facts.deletions,
    changed_files: facts.files,
  };
}

export function reviewView(hub: Hub, repository: Repository, pull: Pull, review: Review): Record<string, unknown> {
  const html = `${pageUrl(hub, repository)}/pull/${pull.issue.number}#pullrequestreview-${review.id}`;
  const url = `${apiUrl(hub, repository)}/pulls/${pull.issue.number}`;
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', repository.id, review.id),
    user: userView(hub, review.author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: url,
    author_association: associationOf(repository, review.author),
    _links: { html: { href: html }, pull_request: { href: url } },
    submitted_at: iso(review.submittedAt),
    commit_id: review.commit,
  };
}
