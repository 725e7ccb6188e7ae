/** Checks, suites and statuses in GraphQL. */
import {
  combinedState,
  latestRuns,
  latestStatuses,
  overallState,
  requiredState,
  runsOf,
  suiteConclusion,
} from '../engine/check-state.ts';
import { requiredChecks, rulesOf } from '../engine/rules.ts';
import { nodeId } from '../node-id.ts';
import { pageUrl } from '../views/repository.ts';
import { iso, isoOrNull } from '../views/time.ts';
import type { CheckRun, CheckSuite, Status } from '../commit-state.ts';
import type { Pull } from '../state.ts';
import { actorNode, appNode } from './actor-node.ts';
import { connection, type Fields, type PageArgs } from './connection.ts';
import type { Scope } from './git-nodes.ts';

const ROLLUP = { expected: 'EXPECTED', pending: 'PENDING', failing: 'FAILURE', passing: 'SUCCESS' } as const;

interface RequiredArgs {
  readonly pullRequestNumber?: number | null;
}

function isRequired({ repository }: Scope, sha: string, context: string, { pullRequestNumber }: RequiredArgs): boolean {
  const pull: Pull | null = repository.issues.get(pullRequestNumber ?? 0)?.pull ?? null;
  if (pull?.headSha !== sha) return false;
  return rulesOf(repository, pull.baseRef).some(({ rule }) =>
    requiredChecks(rule).some(
      (check) => check.context === context && requiredState(repository, sha, check) !== 'expected',
    ),
  );
}

export function checkRunNode(scope: Scope, run: CheckRun): Fields {
  const { hub, repository } = scope;
  return {
    __typename: 'CheckRun',
    id: nodeId('CheckRun', repository.id, run.id),
    databaseId: run.id,
    name: run.name,
    status: run.status.toUpperCase(),
    conclusion: run.conclusion?.toUpperCase() ?? null,
    startedAt: isoOrNull(run.startedAt),
    completedAt: isoOrNull(run.completedAt),
    externalId: run.externalId,
    detailsUrl: run.detailsUrl ?? `${pageUrl(hub, repository)}/runs/${run.id}`,
    title: run.output.title,
    summary: run.output.summary,
    text: run.output.text,
    url: `${pageUrl(hub, repository)}/runs/${run.id}`,
    permalink: `${pageUrl(hub, repository)}/runs/${run.id}`,
    checkSuite: () => checkSuiteNode(scope, run.suite),
    isRequired: (args: RequiredArgs) => isRequired(scope, run.headSha, run.name, args),
  };
}

function statusContextNode(scope: Scope, status: Status): Fields {
  return {
    __typename: 'StatusContext',
    id: nodeId('StatusContext', scope.repository.id, status.id),
    context: status.context,
    state: status.state.toUpperCase(),
    description: status.description,
    targetUrl: status.targetUrl,
    createdAt: iso(status.createdAt),
    creator: actorNode(scope.hub, status.creator),
    isRequired: (args: RequiredArgs) => isRequired(scope, status.sha, status.context, args),
  };
}

export function checkSuiteNode(scope: Scope, suite: CheckSuite): Fields {
  const { status, conclusion } = suiteConclusion(scope.repository, suite);
  return {
    __typename: 'CheckSuite',
    id: nodeId('CheckSuite', scope.repository.id, suite.id),
    databaseId: suite.id,
    status: status.toUpperCase(),
    conclusion: conclusion?.toUpperCase() ?? null,
    createdAt: iso(suite.createdAt),
    updatedAt: iso(suite.updatedAt),
    app: appNode(scope.hub, suite.app),
    checkRuns: (args: PageArgs) =>
      connection('checkRuns', runsOf(scope.repository, suite), args, (run) => checkRunNode(scope, run)),
  };
}

/** Everything that reported on a commit; null when nothing did. */
export function rollupNode(scope: Scope, sha: string): Fields | null {
  const state = overallState(scope.repository, sha);
  if (state === null) return null;
  const contexts: readonly (() => Fields)[] = [
    ...latestRuns(scope.repository, sha).map((run) => () => checkRunNode(scope, run)),
    ...latestStatuses(scope.repository, sha).map((status) => () => statusContextNode(scope, status)),
  ];
  return {
    __typename: 'StatusCheckRollup',
    id: nodeId('Status', scope.repository.id, sha),
    state: ROLLUP[state],
    contexts: (args: PageArgs) => connection('contexts', contexts, args, (make) => make()),
  };
}

/** The commit statuses alone; null when there are none. */
export function latestStatusNode(scope: Scope, sha: string): Fields | null {
  const statuses = latestStatuses(scope.repository, sha);
  if (statuses.length === 0) return null;
  return {
    __typename: 'Status',
    id: nodeId('Status', scope.repository.id, sha),
    state: combinedState(statuses).toUpperCase(),
    contexts: statuses.map((status) => statusContextNode(scope, status)),
    context: ({ name }: { readonly name: string }) => {
      const status = statuses.find((candidate) => candidate.context === name);
      return status === undefined ? null : statusContextNode(scope, status);
    },
  };
}
