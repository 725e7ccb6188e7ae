/**
 * What the checks and statuses of a commit say together.
 */
import type { RequiredCheck } from '../rule-state.ts';
import type { CheckRun, CheckSuite, Status } from '../commit-state.ts';
import type { Repository } from '../state.ts';

export type CheckState = 'expected' | 'pending' | 'failing' | 'passing';

/** Conclusions that a required check may have and still let a merge pass. */
const PASSING = new Set(['success', 'neutral', 'skipped']);

export function runsOf(repository: Repository, suite: CheckSuite): readonly CheckRun[] {
  return [...repository.checks.values()].filter((run) => run.suite.id === suite.id);
}

/** The newest run of each name and app on a commit. */
export function latestRuns(repository: Repository, sha: string): readonly CheckRun[] {
  const latest = new Map<string, CheckRun>();
  for (const run of repository.checks.values()) {
    if (run.headSha === sha) latest.set(`${run.suite.app.id} ${run.name}`, run);
  }
  return [...latest.values()];
}

/** The newest status of each context on a commit, newest first. */
export function latestStatuses(repository: Repository, sha: string): readonly Status[] {
  const latest = new Map<string, Status>();
  for (const status of repository.statuses) if (status.sha === sha) latest.set(status.context, status);
  return [...latest.values()].sort((a, b) => b.id - a.id);
}

function stateOfRun(run: CheckRun): CheckState {
  if (run.status !== 'completed') return 'pending';
  return run.conclusion !== null && PASSING.has(run.conclusion) ? 'passing' : 'failing';
}

function stateOfStatus({ state }: Status): CheckState {
  return state === 'success' ? 'passing' : state === 'pending' ? 'pending' : 'failing';
}

const WORST_FIRST: readonly CheckState[] = ['failing', 'pending', 'expected', 'passing'];

function worst(states: readonly CheckState[]): CheckState {
  return WORST_FIRST.find((state) => states.includes(state)) ?? 'expected';
}

/** How a required check stands on a commit: every answer under its name by the right app must pass, and one must exist. */
export function requiredState(repository: Repository, sha: string, { context, app }: RequiredCheck): CheckState {
  const runs = latestRuns(repository, sha).filter(
    (run) => run.name === context && (app === null || run.suite.app.id === app),
  );
  const statuses = latestStatuses(repository, sha).filter(
    (status) => status.context === context && (app === null || status.app?.id === app),
  );
  return worst([...runs.map(stateOfRun), ...statuses.map(stateOfStatus)]);
}

/** Everything on a commit taken together; null when nothing ever reported. */
export function overallState(repository: Repository, sha: string): CheckState | null {
  const states = [
    ...latestRuns(repository, sha).map(stateOfRun),
    ...latestStatuses(repository, sha).map(stateOfStatus),
  ];
  return states.length === 0 ? null : worst(states);
}

/** The state that GET /commits/{ref}/status folds statuses into. */
export function combinedState(statuses: readonly Status[]): string {
  if (statuses.length === 0) return 'pending';
  const state = worst(statuses.map(stateOfStatus));
  return state === 'passing' ? 'success' : state === 'failing' ? 'failure' : 'pending';
}

export function suiteConclusion(
  repository: Repository,
  suite: CheckSuite,
): { readonly status: string; readonly conclusion: string | null } {
  const runs = runsOf(repository, suite);
  if (runs.length === 0) return { status: 'queued', conclusion: null };
  if (runs.some((run) => run.status !== 'completed')) return { status: 'in_progress', conclusion: null };
  const failed = runs.find((run) => stateOfRun(run) === 'failing');
  if (failed !== undefined) return { status: 'completed', conclusion: failed.conclusion };
  const succeeded = runs.some((run) => run.conclusion === 'success');
  return { status: 'completed', conclusion: succeeded ? 'success' : (runs[0]?.conclusion ?? 'neutral') };
}
