/**
 * Check runs, check suites and commit statuses, and what their arrival sets off.
 */
import { actorOf, appOf, type Hub } from '../hub.ts';
import { forbidden, notFound, unprocessable } from '../problem.ts';
import type { CheckAction, CheckRun, CheckSuite, Status } from '../commit-state.ts';
import type { App, Repository, User, Viewer } from '../state.ts';
import { checkRunView, checkSuiteView, statusView } from '../views/check.ts';
import { commitView } from '../views/commit.ts';
import { iso } from '../views/time.ts';
import { considerAutoMerge } from './auto-merge.ts';
import { emit } from './events.ts';
import { suiteConclusion } from './check-state.ts';
import {
  demandItems,
  demandLength,
  demandOutput,
  demandSchema,
  MAX_ACTIONS,
  MAX_ANNOTATIONS,
  MAX_STATUS,
} from './limits.ts';

export interface CheckInput {
  readonly name: string | null;
  readonly status: CheckRun['status'] | null;
  readonly conclusion: string | null;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly detailsUrl: string | null;
  readonly externalId: string | null;
  readonly output: {
    readonly title: string | null;
    readonly summary: string | null;
    readonly text: string | null;
    readonly annotations: readonly unknown[];
  } | null;
  readonly actions: readonly CheckAction[] | null;
}

export async function suiteFor(hub: Hub, repository: Repository, app: App, headSha: string): Promise<CheckSuite> {
  for (const suite of repository.suites.values()) {
    if (suite.app.id === app.id && suite.headSha === headSha) return suite;
  }
  const branches = await repository.git.refs('refs/heads/');
  const headBranch = branches.find(({ sha }) => sha === headSha)?.ref.slice('refs/heads/'.length) ?? null;
  const suite: CheckSuite = { id: hub.nextId(), app, headSha, headBranch, createdAt: hub.now(), updatedAt: hub.now() };
  repository.suites.set(suite.id, suite);
  return suite;
}

const LIMITS = { label: 20, description: 40, identifier: 20 } as const;

function demandActions(actions: readonly CheckAction[]): void {
  demandItems('actions', actions, MAX_ACTIONS);
  for (const action of actions)
    for (const key of ['label', 'description', 'identifier'] as const) demandSchema(action[key], LIMITS[key]);
}

function apply(hub: Hub, run: CheckRun, input: CheckInput): void {
  if (input.actions !== null) demandActions(input.actions);
  const completed = input.status === 'completed' || (input.conclusion !== null && input.status === null);
  if (completed && (input.conclusion ?? run.conclusion) === null) {
    throw unprocessable('Invalid request.\n\n"conclusion" wasn\'t supplied.');
  }
  run.name = input.name ?? run.name;
  run.detailsUrl = input.detailsUrl ?? run.detailsUrl;
  run.externalId = input.externalId ?? run.externalId;
  run.actions = input.actions ?? run.actions;
  if (input.output !== null) {
    const { title, summary, text, annotations } = input.output;
    if (summary === null || (title ?? run.output.title) === null)
      throw unprocessable('Invalid request.\n\n"title", "summary" weren\'t supplied.');
    demandItems('annotations', annotations, MAX_ANNOTATIONS);
    demandOutput(summary);
    demandOutput(text);
    run.output = {
      title: title ?? run.output.title,
      summary,
      text: text ?? run.output.text,
      annotations: [...run.output.annotations, ...annotations],
    };
  }
  if (completed) {
    run.status = 'completed';
    run.conclusion = input.conclusion ?? run.conclusion;
    run.completedAt = input.completedAt ?? hub.now();
  } else if (input.status !== null) {
    run.status = input.status;
    run.conclusion = null;
    run.completedAt = null;
  }
  if (run.status !== 'queued') run.startedAt = input.startedAt ?? run.startedAt ?? hub.now();
  run.suite.updatedAt = hub.now();
}

/** Tells of a run, and of its suite once the last run is through; a finished check may let an auto-merge go. */
async function told(hub: Hub, repository: Repository, run: CheckRun, action: string, sender: User): Promise<void> {
  const suite = await checkSuiteView(hub, repository, run.suite);
  const view = { ...checkRunView(hub, repository, run), check_suite: suite };
  emit(hub, repository, { event: 'check_run', action, sender, body: { check_run: view } });
  if (run.status !== 'completed') return;
  if (suiteConclusion(repository, run.suite).status === 'completed') {
    emit(hub, repository, { event: 'check_suite', action: 'completed', sender, body: { check_suite: suite } });
  }
  considerAutoMerge(hub, repository);
}

export async function createCheckRun(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  headSha: string,
  input: CheckInput,
): Promise<CheckRun> {
  const app = appOf(viewer);
  if (app === null) throw forbidden('You must authenticate via a GitHub App.');
  if ((await repository.git.store.commit(headSha)) === null) throw unprocessable(`No commit found for SHA: ${headSha}`);
  const suite = await suiteFor(hub, repository, app, headSha);
  const run: CheckRun = {
    id: hub.nextId(),
    suite,
    headSha,
    name: input.name ?? '',
    externalId: '',
    detailsUrl: null,
    status: 'queued',
    conclusion: null,
    startedAt: null,
    completedAt: null,
    output: { title: null, summary: null, text: null, annotations: [] },
    actions: [],
  };
  apply(hub, run, input);
  repository.checks.set(run.id, run);
  await told(hub, repository, run, 'created', actorOf(viewer));
  if (run.status === 'completed') await told(hub, repository, run, 'completed', actorOf(viewer));
  return run;
}

export function findCheckRun(repository: Repository, id: number): CheckRun {
  const run = repository.checks.get(id);
  if (run === undefined) throw notFound();
  return run;
}

export async function updateCheckRun(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  run: CheckRun,
  input: CheckInput,
): Promise<void> {
  if (appOf(viewer)?.id !== run.suite.app.id)
    throw forbidden(
      `Invalid app_id \`${run.suite.app.id}\` - check run can only be modified by the GitHub App that created it.`,
    );
  const was = run.status;
  apply(hub, run, input);
  if (run.status === 'completed' && was !== 'completed') await told(hub, repository, run, 'completed', actorOf(viewer));
}

/** Somebody asks for a run again; only the app that made it is told, and answers with a new one. */
export async function rerequestRun(hub: Hub, repository: Repository, sender: User, run: CheckRun): Promise<void> {
  if (run.status !== 'completed') throw forbidden('This check run is not rerequestable');
  const view = { ...checkRunView(hub, repository, run), check_suite: await checkSuiteView(hub, repository, run.suite) };
  emit(hub, repository, {
    event: 'check_run',
    action: 'rerequested',
    sender,
    body: { check_run: view },
    everybody: false,
  });
}

/** The same for everything an app said about a commit. */
export async function rerequestSuite(hub: Hub, repository: Repository, sender: User, suite: CheckSuite): Promise<void> {
  const body = { check_suite: await checkSuiteView(hub, repository, suite) };
  emit(hub, repository, { event: 'check_suite', action: 'rerequested', sender, body, everybody: false });
}

/** Somebody clicks a button of a check run; only the app that made it is told. */
export async function clickAction(
  hub: Hub,
  repository: Repository,
  sender: User,
  run: CheckRun,
  identifier: string,
): Promise<void> {
  if (!run.actions.some((action) => action.identifier === identifier))
    throw unprocessable(`The check run has no action '${identifier}'`);
  const view = { ...checkRunView(hub, repository, run), check_suite: await checkSuiteView(hub, repository, run.suite) };
  const body = { check_run: view, requested_action: { identifier } };
  emit(hub, repository, { event: 'check_run', action: 'requested_action', sender, body, everybody: false });
}

export async function createStatus(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  input: Pick<Status, 'sha' | 'state' | 'context' | 'description' | 'targetUrl'>,
): Promise<Status> {
  const commit = await repository.git.store.commit(input.sha);
  if (commit === null) throw unprocessable(`No commit found for SHA: ${input.sha}`);
  demandLength('Status', 'description', input.description ?? '', MAX_STATUS);
  const status: Status = {
    ...input,
    id: hub.nextId(),
    creator: actorOf(viewer),
    app: appOf(viewer),
    createdAt: hub.now(),
  };
  repository.statuses.push(status);
  const branches = (await repository.git.refs('refs/heads/')).filter(({ sha }) => sha === input.sha);
  emit(hub, repository, {
    event: 'status',
    action: null,
    sender: actorOf(viewer),
    body: {
      ...statusView(hub, repository, status),
      sha: input.sha,
      name: repository.name,
      commit: commitView(hub, repository, commit),
      branches: branches.map(({ ref, sha }) => ({
        name: ref.slice('refs/heads/'.length),
        commit: { sha },
        protected: false,
      })),
      created_at: iso(status.createdAt),
    },
  });
  considerAutoMerge(hub, repository);
  return status;
}
