/**
 * Issues, comments, labels and reactions.
 */
import { actorOf, appOf, findUser, type Hub } from '../hub.ts';
import { notFound, validationFailed } from '../problem.ts';
import type { App, Comment, Issue, Label, Reaction, Repository, User, Viewer } from '../state.ts';
import { commentView, issueView } from '../views/issue.ts';
import { emit } from './events.ts';
import { demandBody, demandLength, demandTitle, MAX_LABEL } from './limits.ts';

export interface IssueDraft {
  readonly title: string;
  readonly body: string | null;
  readonly author: User;
  readonly app: App | null;
}

export function newIssue(hub: Hub, repository: Repository, { title, body, author, app }: IssueDraft): Issue {
  if (title.trim() === '') throw validationFailed({ resource: 'Issue', field: 'title', code: 'missing_field' });
  demandTitle('Issue', title);
  demandBody('Issue', body ?? '');
  const now = hub.now();
  const issue: Issue = {
    id: hub.nextId(),
    number: repository.nextNumber,
    author,
    app,
    createdAt: now,
    reactions: [],
    comments: [],
    assignees: [],
    title,
    body,
    state: 'open',
    stateReason: null,
    labels: [],
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    locked: false,
    lastEditedAt: null,
    editor: null,
    pull: null,
  };
  repository.nextNumber += 1;
  repository.issues.set(issue.number, issue);
  return issue;
}

export function findIssue(repository: Repository, number: number): Issue {
  const issue = repository.issues.get(number);
  if (issue === undefined) throw notFound();
  return issue;
}

export function emitIssue(
  hub: Hub,
  repository: Repository,
  issue: Issue,
  action: string,
  sender: User,
  extra: Readonly<Record<string, unknown>> = {},
): void {
  emit(hub, repository, {
    event: 'issues',
    action,
    sender,
    body: { issue: issueView(hub, repository, issue), ...extra },
  });
}

function emitComment(
  hub: Hub,
  repository: Repository,
  comment: Comment,
  action: string,
  sender: User,
  extra: Readonly<Record<string, unknown>> = {},
): void {
  const body = {
    issue: issueView(hub, repository, comment.issue),
    comment: commentView(hub, repository, comment),
    ...extra,
  };
  emit(hub, repository, { event: 'issue_comment', action, sender, body });
}

export function addComment(hub: Hub, repository: Repository, viewer: Viewer, issue: Issue, body: string): Comment {
  if (body.trim() === '') throw validationFailed({ resource: 'IssueComment', field: 'body', code: 'missing_field' });
  demandBody('IssueComment', body);
  const now = hub.now();
  const comment: Comment = {
    id: hub.nextId(),
    issue,
    author: actorOf(viewer),
    app: appOf(viewer),
    createdAt: now,
    reactions: [],
    body,
    updatedAt: now,
    lastEditedAt: null,
  };
  issue.comments.push(comment);
  issue.updatedAt = now;
  repository.comments.set(comment.id, comment);
  emitComment(hub, repository, comment, 'created', actorOf(viewer));
  return comment;
}

export function findComment(repository: Repository, id: number): Comment {
  const comment = repository.comments.get(id);
  if (comment === undefined) throw notFound();
  return comment;
}

export function editComment(hub: Hub, repository: Repository, viewer: Viewer, comment: Comment, body: string): void {
  demandBody('IssueComment', body);
  const from = comment.body;
  comment.body = body;
  comment.updatedAt = hub.now();
  comment.lastEditedAt = hub.now();
  emitComment(hub, repository, comment, 'edited', actorOf(viewer), { changes: { body: { from } } });
}

export function deleteComment(hub: Hub, repository: Repository, viewer: Viewer, comment: Comment): void {
  repository.comments.delete(comment.id);
  comment.issue.comments.splice(comment.issue.comments.indexOf(comment), 1);
  emitComment(hub, repository, comment, 'deleted', actorOf(viewer));
}

/** The reaction, and whether it is new: a second one of the same kind by the same person is the first. */
export function react(
  hub: Hub,
  viewer: Viewer,
  reactions: Reaction[],
  content: string,
): { readonly reaction: Reaction; readonly created: boolean } {
  const user = actorOf(viewer);
  const known = reactions.find((reaction) => reaction.user.id === user.id && reaction.content === content);
  if (known !== undefined) return { reaction: known, created: false };
  const reaction: Reaction = { id: hub.nextId(), user, content, createdAt: hub.now() };
  reactions.push(reaction);
  return { reaction, created: true };
}

/** The label of a name, made on first use as GitHub does. */
export function labelNamed(hub: Hub, repository: Repository, name: string): Label {
  const known = repository.labels.get(name.toLowerCase());
  if (known !== undefined) return known;
  demandLength('Label', 'name', name, MAX_LABEL);
  const label: Label = { id: hub.nextId(), name, color: 'ededed', description: null };
  repository.labels.set(name.toLowerCase(), label);
  return label;
}

export interface IssueEdit {
  readonly title: string | null;
  /** Undefined: leave as it is. */
  readonly body: string | null | undefined;
  readonly state: 'open' | 'closed' | null;
  readonly stateReason: string | null;
  readonly labels: readonly string[] | null;
  readonly assignees: readonly string[] | null;
}

export function editIssue(hub: Hub, repository: Repository, viewer: Viewer, issue: Issue, edit: IssueEdit): void {
  const sender = actorOf(viewer);
  const changes: Record<string, unknown> = {};
  demandTitle('Issue', edit.title ?? '');
  demandBody('Issue', edit.body ?? '');
  if (edit.title !== null && edit.title !== issue.title) {
    changes['title'] = { from: issue.title };
    issue.title = edit.title;
  }
  if (edit.body !== undefined && edit.body !== issue.body) {
    changes['body'] = { from: issue.body ?? '' };
    issue.body = edit.body;
    issue.lastEditedAt = hub.now();
    issue.editor = sender;
  }
  if (edit.labels !== null) issue.labels = edit.labels.map((name) => labelNamed(hub, repository, name));
  if (edit.assignees !== null)
    issue.assignees.splice(0, Infinity, ...edit.assignees.map((login) => findUser(hub, login)));
  issue.updatedAt = hub.now();
  if (Object.keys(changes).length > 0) emitIssue(hub, repository, issue, 'edited', sender, { changes });
  if (edit.state === null || edit.state === issue.state) return;
  const closing = edit.state === 'closed';
  issue.state = edit.state;
  issue.stateReason = closing ? (edit.stateReason ?? 'completed') : 'reopened';
  issue.closedAt = closing ? hub.now() : null;
  issue.closedBy = closing ? sender : null;
  emitIssue(hub, repository, issue, closing ? 'closed' : 'reopened', sender);
}
