/** /issues and their comments */
import {
  addComment,
  deleteComment,
  editComment,
  editIssue,
  emitIssue,
  findComment,
  findIssue,
  labelNamed,
  newIssue,
  type IssueEdit,
} from '../engine/issues.ts';
import { may } from '../engine/access.ts';
import { listReply } from '../http/page.ts';
import { isRecord, oneOf, optionalList, optionalString, requiredString, strings, type Input } from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { actorOf, appOf, findUser } from '../hub.ts';
import { forbidden } from '../problem.ts';
import type { Comment, Issue, Repository } from '../state.ts';
import { commentView, issueView } from '../views/issue.ts';
import {
  created,
  ISSUES_READ,
  ISSUES_TRIAGE,
  ISSUES_WRITE,
  noContent,
  numberParam,
  ok,
  repositoryRoute,
} from './shared.ts';

export function labelNames(input: Input): readonly string[] | null {
  const list = optionalList(input, 'labels');
  if (list === null) return null;
  return list.flatMap((item) =>
    typeof item === 'string' ? [item] : isRecord(item) && typeof item['name'] === 'string' ? [item['name']] : [],
  );
}

function since(context: Context): number {
  const text = context.query.get('since');
  return text === null ? -Infinity : Date.parse(text);
}

/** Second precision, as everything GitHub compares. */
function notBefore(at: number, limit: number): boolean {
  return Math.floor(at / 1000) * 1000 >= limit;
}

function listIssues(repository: Repository, context: Context): Promise<Reply> {
  const { query } = context;
  const state = query.get('state') ?? 'open';
  const labels = (query.get('labels') ?? '').split(',').filter((name) => name !== '');
  const creator = query.get('creator')?.toLowerCase() ?? null;
  const sort = query.get('sort') ?? 'created';
  const key = (issue: Issue): number =>
    sort === 'updated' ? issue.updatedAt : sort === 'comments' ? issue.comments.length : issue.number;
  const sign = query.get('direction') === 'asc' ? 1 : -1;
  const found = [...repository.issues.values()]
    .filter(
      (issue) =>
        (state === 'all' || issue.state === state) &&
        labels.every((name) => issue.labels.some((label) => label.name.toLowerCase() === name.toLowerCase())) &&
        (creator === null || issue.author.login.toLowerCase() === creator) &&
        notBefore(issue.updatedAt, since(context)),
    )
    .sort((a, b) => sign * (key(a) - key(b) || a.number - b.number));
  return listReply(context, found, (issue) => issueView(context.hub, repository, issue));
}

function createIssue(repository: Repository, context: Context): Reply {
  const { body, hub, viewer } = context;
  const issue = newIssue(hub, repository, {
    title: requiredString(body, 'title'),
    body: optionalString(body, 'body'),
    author: actorOf(viewer),
    app: appOf(viewer),
  });
  // People without triage rights may not label; GitHub drops their labels without a word.
  if (may(repository, viewer, ISSUES_TRIAGE)) {
    issue.labels = (labelNames(body) ?? []).map((name) => labelNamed(hub, repository, name));
    issue.assignees.push(...(strings(body, 'assignees') ?? []).map((login) => findUser(hub, login)));
  }
  emitIssue(hub, repository, issue, 'opened', actorOf(viewer));
  return created(issueView(hub, repository, issue));
}

function patchIssue(repository: Repository, context: Context): Reply {
  const { body, hub, viewer } = context;
  const issue = findIssue(repository, numberParam(context, 'issue_number'));
  const own = issue.author.id === actorOf(viewer).id;
  if (!own && !may(repository, viewer, ISSUES_TRIAGE)) throw forbidden('Must have admin rights to Repository.');
  const edit: IssueEdit = {
    title: optionalString(body, 'title'),
    body: 'body' in body ? optionalString(body, 'body') : undefined,
    state: oneOf(body, 'state', ['open', 'closed']),
    stateReason: optionalString(body, 'state_reason'),
    labels: labelNames(body),
    assignees: strings(body, 'assignees'),
  };
  editIssue(hub, repository, viewer, issue, edit);
  return ok(issueView(hub, repository, issue));
}

function allComments(repository: Repository, context: Context): Promise<Reply> {
  const { query } = context;
  const byUpdate = query.get('sort') === 'updated';
  const sign = query.get('direction') === 'desc' ? -1 : 1;
  const key = (comment: Comment): number => (byUpdate ? comment.updatedAt : comment.createdAt);
  const found = [...repository.comments.values()]
    .filter((comment) => notBefore(comment.updatedAt, since(context)))
    .sort((a, b) => sign * (key(a) - key(b) || a.id - b.id));
  return listReply(context, found, (comment) => commentView(context.hub, repository, comment));
}

function demandOwn(repository: Repository, context: Context, comment: Comment): void {
  const own = comment.author.id === actorOf(context.viewer).id;
  const writer = may(repository, context.viewer, { permission: 'issues', access: 'write', role: 'write' });
  if (!own && !writer) throw forbidden('Must have admin rights to Repository.');
}

export const issueRoutes: readonly Route[] = [
  repositoryRoute('GET', '/issues', ISSUES_READ, listIssues),
  repositoryRoute('POST', '/issues', ISSUES_WRITE, createIssue),
  repositoryRoute('GET', '/issues/{issue_number}', ISSUES_READ, (repository, context) =>
    ok(issueView(context.hub, repository, findIssue(repository, numberParam(context, 'issue_number')))),
  ),
  repositoryRoute('PATCH', '/issues/{issue_number}', ISSUES_WRITE, patchIssue),
  repositoryRoute('GET', '/issues/{issue_number}/comments', ISSUES_READ, (repository, context) => {
    const issue = findIssue(repository, numberParam(context, 'issue_number'));
    const found = issue.comments.filter((comment) => notBefore(comment.updatedAt, since(context)));
    return listReply(context, found, (comment) => commentView(context.hub, repository, comment));
  }),
  repositoryRoute('POST', '/issues/{issue_number}/comments', ISSUES_WRITE, (repository, context) => {
    const issue = findIssue(repository, numberParam(context, 'issue_number'));
    const comment = addComment(context.hub, repository, context.viewer, issue, requiredString(context.body, 'body'));
    return created(commentView(context.hub, repository, comment));
  }),
  repositoryRoute('GET', '/issues/comments', ISSUES_READ, allComments),
  repositoryRoute('GET', '/issues/comments/{comment_id}', ISSUES_READ, (repository, context) =>
    ok(commentView(context.hub, repository, findComment(repository, numberParam(context, 'comment_id')))),
  ),
  repositoryRoute('PATCH', '/issues/comments/{comment_id}', ISSUES_WRITE, (repository, context) => {
    const comment = findComment(repository, numberParam(context, 'comment_id'));
    demandOwn(repository, context, comment);
    editComment(context.hub, repository, context.viewer, comment, requiredString(context.body, 'body'));
    return ok(commentView(context.hub, repository, comment));
  }),
  repositoryRoute('DELETE', '/issues/comments/{comment_id}', ISSUES_WRITE, (repository, context) => {
    const comment = findComment(repository, numberParam(context, 'comment_id'));
    demandOwn(repository, context, comment);
    deleteComment(context.hub, repository, context.viewer, comment);
    return noContent;
  }),
];
