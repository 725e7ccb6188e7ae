/** Issues, comments, labels and reactions as REST shows them. */
import { nodeId } from '../node-id.ts';
import type { Hub } from '../hub.ts';
import type { Comment, CommitComment, Issue, Label, Reaction, Repository, User } from '../state.ts';
import { apiUrl, pageUrl } from './repository.ts';
import { iso, isoOrNull } from './time.ts';
import { appOrNull, userView } from './user.ts';

const CONTENTS = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const;

function rollup(url: string, reactions: readonly Reaction[]): Record<string, unknown> {
  const count = (content: string): number => reactions.filter((reaction) => reaction.content === content).length;
  return {
    url,
    total_count: reactions.length,
    ...Object.fromEntries(CONTENTS.map((content) => [content, count(content)])),
  };
}

/** What a person is to a repository. */
export function associationOf(repository: Repository, user: User): string {
  if (repository.owner.id === user.id) return 'OWNER';
  if (repository.collaborators.has(user.login.toLowerCase())) {
    return repository.owner.type === 'Organization' ? 'MEMBER' : 'COLLABORATOR';
  }
  return user.type === 'Bot' ? 'CONTRIBUTOR' : 'NONE';
}

export function labelView(hub: Hub, repository: Repository, label: Label): Record<string, unknown> {
  return {
    id: label.id,
    node_id: nodeId('Label', repository.id, label.id),
    url: `${apiUrl(hub, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description ?? '',
  };
}

export function reactionView(hub: Hub, reaction: Reaction): Record<string, unknown> {
  return {
    id: reaction.id,
    node_id: nodeId('Reaction', reaction.id),
    user: userView(hub, reaction.user),
    content: reaction.content,
    created_at: iso(reaction.createdAt),
  };
}

export function commentView(hub: Hub, repository: Repository, comment: Comment): Record<string, unknown> {
  const url = `${apiUrl(hub, repository)}/issues/comments/${comment.id}`;
  const kind = comment.issue.pull === null ? 'issues' : 'pull';
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', repository.id, comment.id),
    url,
    html_url: `${pageUrl(hub, repository)}/${kind}/${comment.issue.number}#issuecomment-${comment.id}`,
    issue_url: `${apiUrl(hub, repository)}/issues/${comment.issue.number}`,
    user: userView(hub, comment.author),
    created_at: iso(comment.createdAt),
    updated_at: iso(comment.updatedAt),
    body: comment.body,
    author_association: associationOf(repository, comment.author),
    reactions: rollup(`${url}/reactions`, comment.reactions),
    performed_via_github_app: appOrNull(hub, comment.app),
  };
}

export function commitCommentView(hub: Hub, repository: Repository, comment: CommitComment): Record<string, unknown> {
  const url = `${apiUrl(hub, repository)}/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId('CommitComment', repository.id, comment.id),
    url,
    html_url: `${pageUrl(hub, repository)}/commit/${comment.commit}#commitcomment-${comment.id}`,
    ...{ commit_id: comment.commit, path: null, position: null, line: null },
    user: userView(hub, comment.author),
    created_at: iso(comment.createdAt),
    updated_at: iso(comment.updatedAt),
    body: comment.body,
    author_association: associationOf(repository, comment.author),
    reactions: rollup(`${url}/reactions`, comment.reactions),
  };
}

export function issueView(hub: Hub, repository: Repository, issue: Issue): Record<string, unknown> {
  const url = `${apiUrl(hub, repository)}/issues/${issue.number}`;
  const page = pageUrl(hub, repository);
  const { pull } = issue;
  const html = `${page}/${pull === null ? 'issues' : 'pull'}/${issue.number}`;
  const [assignee] = issue.assignees;
  return {
    id: issue.id,
    node_id:
      pull === null ? nodeId('Issue', repository.id, issue.number) : nodeId('PullRequest', repository.id, issue.number),
    url,
    repository_url: apiUrl(hub, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: html,
    number: issue.number,
    title: issue.title,
    user: userView(hub, issue.author),
    labels: issue.labels.map((label) => labelView(hub, repository, label)),
    state: issue.state,
    state_reason: issue.stateReason,
    locked: issue.locked,
    active_lock_reason: null,
    assignee: assignee === undefined ? null : userView(hub, assignee),
    assignees: issue.assignees.map((user) => userView(hub, user)),
    milestone: null,
    comments: issue.comments.length,
    created_at: iso(issue.createdAt),
    updated_at: iso(issue.updatedAt),
    closed_at: isoOrNull(issue.closedAt),
    closed_by: issue.closedBy === null ? null : userView(hub, issue.closedBy),
    author_association: associationOf(repository, issue.author),
    body: issue.body,
    reactions: rollup(`${url}/reactions`, issue.reactions),
    performed_via_github_app: appOrNull(hub, issue.app),
    ...(pull === null
      ? {}
      : {
          draft: pull.draft,
          pull_request: {
            url: `${apiUrl(hub, repository)}/pulls/${issue.number}`,
            html_url: html,
            diff_url: `${html}.diff`,
            patch_url: `${html}.patch`,
            merged_at: isoOrNull(pull.mergedAt),
          },
        }),
  };
}
