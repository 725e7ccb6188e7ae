/** /check-runs, /check-suites, /statuses and what a commit's checks say together */
import { combinedState, latestRuns, latestStatuses, runsOf } from '../engine/check-state.ts';
import {
  createCheckRun,
  createStatus,
  findCheckRun,
  rerequestRun,
  rerequestSuite,
  suiteFor,
  updateCheckRun,
  type CheckInput,
} from '../engine/checks.ts';
import { listReply, pageOf } from '../http/page.ts';
import { isRecord, oneOf, optionalList, optionalString, record, requiredString, type Input } from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { actorOf, appOf } from '../hub.ts';
import { forbidden, notFound, unprocessable } from '../problem.ts';
import type { CheckRun, CheckSuite } from '../commit-state.ts';
import type { Repository } from '../state.ts';
import { checkRunView, checkSuiteView, statusView } from '../views/check.ts';
import { apiUrl, repositoryView } from '../views/repository.ts';
import {
  CHECKS_READ,
  CHECKS_WRITE,
  created,
  numberParam,
  ok,
  param,
  repositoryRoute,
  STATUSES_READ,
  STATUSES_WRITE,
} from './shared.ts';

const CONCLUSIONS = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'success',
  'skipped',
  'stale',
  'timed_out',
] as const;

function time(input: Input, key: string): number | null {
  const text = optionalString(input, key);
  return text === null ? null : Date.parse(text);
}

function checkInput(body: Input): CheckInput {
  const output = record(body['output']);
  return {
    name: optionalString(body, 'name'),
    status: oneOf(body, 'status', ['queued', 'in_progress', 'completed']),
    conclusion: oneOf(body, 'conclusion', CONCLUSIONS),
    startedAt: time(body, 'started_at'),
    completedAt: time(body, 'completed_at'),
    detailsUrl: optionalString(body, 'details_url'),
    externalId: optionalString(body, 'external_id'),
    output: isRecord(body['output'])
      ? {
          title: optionalString(output, 'title'),
          summary: optionalString(output, 'summary'),
          text: optionalString(output, 'text'),
          annotations: optionalList(output, 'annotations') ?? [],
        }
      : null,
    actions:
      optionalList(body, 'actions')
        ?.filter(isRecord)
        .map((action) => ({
          label: requiredString(action, 'label'),
          description: requiredString(action, 'description'),
          identifier: requiredString(action, 'identifier'),
        })) ?? null,
  };
}

async function shaOf(repository: Repository, context: Context): Promise<string> {
  const name = param(context, 'ref');
  const commit = await repository.git.resolveCommit(name);
  if (commit === null) throw unprocessable(`No commit found for SHA: ${name}`);
  return commit.sha;
}

function runsReply(repository: Repository, context: Context, runs: readonly CheckRun[]): Reply {
  const { query } = context;
  const name = query.get('check_name');
  const app = query.get('app_id');
  const status = query.get('status');
  const found = runs.filter(
    (run) =>
      (name === null || run.name === name) &&
      (app === null || run.suite.app.id === Number(app)) &&
      (status === null || run.status === status),
  );
  const page = pageOf(context, found.toReversed());
  const check_runs = page.items.map((run) => checkRunView(context.hub, repository, run));
  return { status: 200, body: { total_count: page.total, check_runs }, headers: page.headers };
}

function suiteOf(repository: Repository, context: Context): CheckSuite {
  const suite = repository.suites.get(numberParam(context, 'check_suite_id'));
  if (suite === undefined) throw notFound();
  return suite;
}

async function combined(repository: Repository, context: Context): Promise<Reply> {
  const sha = await shaOf(repository, context);
  const statuses = latestStatuses(repository, sha);
  const api = apiUrl(context.hub, repository);
  const page = pageOf(context, statuses);
  return ok({
    state: combinedState(statuses),
    statuses: page.items.map((status) => statusView(context.hub, repository, status)),
    sha,
    total_count: page.total,
    repository: repositoryView(context.hub, repository),
    commit_url: `${api}/commits/${sha}`,
    url: `${api}/commits/${sha}/status`,
  });
}

export const checkRoutes: readonly Route[] = [
  repositoryRoute('POST', '/check-runs', CHECKS_WRITE, async (repository, context) => {
    requiredString(context.body, 'name');
    const sha = requiredString(context.body, 'head_sha');
    return created(
      checkRunView(
        context.hub,
        repository,
        await createCheckRun(context.hub, repository, context.viewer, sha, checkInput(context.body)),
      ),
    );
  }),
  repositoryRoute('GET', '/check-runs/{check_run_id}', CHECKS_READ, (repository, context) =>
    ok(checkRunView(context.hub, repository, findCheckRun(repository, numberParam(context, 'check_run_id')))),
  ),
  repositoryRoute('PATCH', '/check-runs/{check_run_id}', CHECKS_WRITE, async (repository, context) => {
    const run = findCheckRun(repository, numberParam(context, 'check_run_id'));
    await updateCheckRun(context.hub, repository, context.viewer, run, checkInput(context.body));
    return ok(checkRunView(context.hub, repository, run));
  }),
  repositoryRoute('POST', '/check-runs/{check_run_id}/rerequest', CHECKS_WRITE, async (repository, context) => {
    const run = findCheckRun(repository, numberParam(context, 'check_run_id'));
    await rerequestRun(context.hub, repository, actorOf(context.viewer), run);
    return created({});
  }),
  repositoryRoute('POST', '/check-suites/{check_suite_id}/rerequest', CHECKS_WRITE, async (repository, context) => {
    await rerequestSuite(context.hub, repository, actorOf(context.viewer), suiteOf(repository, context));
    return created({});
  }),
  repositoryRoute('GET', '/commits/{ref}/check-runs', CHECKS_READ, async (repository, context) => {
    const sha = await shaOf(repository, context);
    const all = [...repository.checks.values()].filter((run) => run.headSha === sha);
    return runsReply(repository, context, context.query.get('filter') === 'all' ? all : latestRuns(repository, sha));
  }),
  repositoryRoute('POST', '/check-suites', CHECKS_WRITE, async (repository, context) => {
    const app = appOf(context.viewer);
    if (app === null) throw forbidden('You must authenticate via a GitHub App.');
    const sha = requiredString(context.body, 'head_sha');
    if ((await repository.git.store.commit(sha)) === null) throw unprocessable(`No commit found for SHA: ${sha}`);
    return created(await checkSuiteView(context.hub, repository, await suiteFor(context.hub, repository, app, sha)));
  }),
  repositoryRoute('GET', '/check-suites/{check_suite_id}', CHECKS_READ, async (repository, context) =>
    ok(await checkSuiteView(context.hub, repository, suiteOf(repository, context))),
  ),
  repositoryRoute('GET', '/check-suites/{check_suite_id}/check-runs', CHECKS_READ, (repository, context) =>
    runsReply(repository, context, runsOf(repository, suiteOf(repository, context))),
  ),
  repositoryRoute('GET', '/commits/{ref}/check-suites', CHECKS_READ, async (repository, context) => {
    const sha = await shaOf(repository, context);
    const app = context.query.get('app_id');
    const suites = [...repository.suites.values()].filter(
      (suite) => suite.headSha === sha && (app === null || suite.app.id === Number(app)),
    );
    const page = pageOf(context, suites);
    const check_suites = await Promise.all(page.items.map((suite) => checkSuiteView(context.hub, repository, suite)));
    return { status: 200, body: { total_count: page.total, check_suites }, headers: page.headers };
  }),
  repositoryRoute('POST', '/statuses/{sha}', STATUSES_WRITE, async (repository, context) => {
    const { body } = context;
    const state = oneOf(body, 'state', ['error', 'failure', 'pending', 'success']);
    if (state === null) throw unprocessable('Invalid request.\n\n"state" wasn\'t supplied.');
    const status = await createStatus(context.hub, repository, context.viewer, {
      sha: param(context, 'sha'),
      state,
      context: optionalString(body, 'context') ?? 'default',
      description: optionalString(body, 'description'),
      targetUrl: optionalString(body, 'target_url'),
    });
    return created(statusView(context.hub, repository, status));
  }),
  repositoryRoute('GET', '/commits/{ref}/status', STATUSES_READ, combined),
  repositoryRoute('GET', '/commits/{ref}/statuses', STATUSES_READ, async (repository, context) => {
    const sha = await shaOf(repository, context);
    const statuses = repository.statuses.filter((status) => status.sha === sha).toReversed();
    return listReply(context, statuses, (status) => statusView(context.hub, repository, status));
  }),
];
