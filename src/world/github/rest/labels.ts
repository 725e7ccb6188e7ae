/** /labels, and the labels of issues and pull requests */
import { editIssue, findIssue, labelNamed, type IssueEdit } from '../engine/issues.ts';
import { listReply } from '../http/page.ts';
import { optionalString, requiredString } from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { Problem, notFound, validationFailed } from '../problem.ts';
import type { Label, Repository } from '../state.ts';
import { labelView } from '../views/issue.ts';
import { labelNames } from './issues.ts';
import { created, ISSUES_READ, ISSUES_TRIAGE, noContent, numberParam, ok, param, repositoryRoute } from './shared.ts';

function findLabel(repository: Repository, context: Context): Label {
  const label = repository.labels.get(param(context, 'name').toLowerCase());
  if (label === undefined) throw notFound();
  return label;
}

function createLabel(repository: Repository, context: Context): Reply {
  const name = requiredString(context.body, 'name');
  if (repository.labels.has(name.toLowerCase()))
    throw validationFailed({ resource: 'Label', code: 'already_exists', field: 'name' });
  const label = labelNamed(context.hub, repository, name);
  label.color = optionalString(context.body, 'color') ?? 'ededed';
  label.description = optionalString(context.body, 'description');
  return created(labelView(context.hub, repository, label));
}

function patchLabel(repository: Repository, context: Context): Reply {
  const label = findLabel(repository, context);
  const name = optionalString(context.body, 'new_name') ?? label.name;
  repository.labels.delete(label.name.toLowerCase());
  repository.labels.set(name.toLowerCase(), label);
  label.name = name;
  label.color = optionalString(context.body, 'color') ?? label.color;
  label.description = optionalString(context.body, 'description') ?? label.description;
  return ok(labelView(context.hub, repository, label));
}

type Change = (now: readonly string[], context: Context) => readonly string[];

/** Sets the labels of an issue to what a change makes of the present ones. */
function change(make: Change): (repository: Repository, context: Context) => Reply {
  return (repository, context) => {
    const issue = findIssue(repository, numberParam(context, 'issue_number'));
    const labels = make(
      issue.labels.map(({ name }) => name),
      context,
    );
    const edit: IssueEdit = { title: null, body: undefined, state: null, stateReason: null, assignees: null, labels };
    editIssue(context.hub, repository, context.viewer, issue, edit);
    return ok(issue.labels.map((label) => labelView(context.hub, repository, label)));
  };
}

function without(now: readonly string[], context: Context): readonly string[] {
  const name = param(context, 'name').toLowerCase();
  if (!now.some((label) => label.toLowerCase() === name))
    throw new Problem(404, 'Label does not exist', { type: 'NOT_FOUND' });
  return now.filter((label) => label.toLowerCase() !== name);
}

export const labelRoutes: readonly Route[] = [
  repositoryRoute('GET', '/labels', ISSUES_READ, (repository, context) =>
    listReply(context, [...repository.labels.values()], (label) => labelView(context.hub, repository, label)),
  ),
  repositoryRoute('POST', '/labels', ISSUES_TRIAGE, createLabel),
  repositoryRoute('GET', '/labels/{name}', ISSUES_READ, (repository, context) =>
    ok(labelView(context.hub, repository, findLabel(repository, context))),
  ),
  repositoryRoute('PATCH', '/labels/{name}', ISSUES_TRIAGE, patchLabel),
  repositoryRoute('DELETE', '/labels/{name}', ISSUES_TRIAGE, (repository, context) => {
    const label = findLabel(repository, context);
    repository.labels.delete(label.name.toLowerCase());
    for (const issue of repository.issues.values()) issue.labels = issue.labels.filter(({ id }) => id !== label.id);
    return noContent;
  }),
  repositoryRoute('GET', '/issues/{issue_number}/labels', ISSUES_READ, (repository, context) => {
    const issue = findIssue(repository, numberParam(context, 'issue_number'));
    return listReply(context, issue.labels, (label) => labelView(context.hub, repository, label));
  }),
  repositoryRoute(
    'POST',
    '/issues/{issue_number}/labels',
    ISSUES_TRIAGE,
    change((now, { body }) => [...new Set([...now, ...(labelNames(body) ?? [])])]),
  ),
  repositoryRoute(
    'PUT',
    '/issues/{issue_number}/labels',
    ISSUES_TRIAGE,
    change((_, { body }) => labelNames(body) ?? []),
  ),
  repositoryRoute('DELETE', '/issues/{issue_number}/labels/{name}', ISSUES_TRIAGE, change(without)),
  repositoryRoute('DELETE', '/issues/{issue_number}/labels', ISSUES_TRIAGE, (repository, context) => {
    change(() => [])(repository, context);
    return noContent;
  }),
];
