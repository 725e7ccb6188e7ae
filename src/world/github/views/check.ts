/** Check runs, check suites and commit statuses as REST shows them. */
import { nodeId } from '../node-id.ts';
import type { Hub } from '../hub.ts';
import type { CheckRun, CheckSuite, Status } from '../commit-state.ts';
import type { Pull, Repository } from '../state.ts';
import { runsOf, suiteConclusion } from '../engine/check-state.ts';
import { simpleCommitView } from './commit.ts';
import { apiUrl, pageUrl, repositoryView } from './repository.ts';
import { iso, isoOrNull } from './time.ts';
import { appView, userView } from './user.ts';

function minimalPull(hub: Hub, repository: Repository, pull: Pull): Record<string, unknown> {
  const api = apiUrl(hub, repository);
  const repo = { id: repository.id, url: api, name: repository.name };
  return {
    id: pull.id,
    number: pull.issue.number,
    url: `${api}/pulls/${pull.issue.number}`,
    head: { ref: pull.headRef, sha: pull.headSha, repo },
    base: { ref: pull.baseRef, sha: pull.baseSha, repo },
  };
}

function openPullsAt(repository: Repository, sha: string): readonly Pull[] {
  return [...repository.issues.values()].flatMap(({ pull, state }) =>
    pull !== null && state === 'open' && pull.headSha === sha ? [pull] : [],
  );
}

export function checkRunView(hub: Hub, repository: Repository, run: CheckRun): Record<string, unknown> {
  const url = `${apiUrl(hub, repository)}/check-runs/${run.id}`;
  const html = `${pageUrl(hub, repository)}/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CheckRun', repository.id, run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: isoOrNull(run.startedAt),
    completed_at: isoOrNull(run.completedAt),
    output: {
      title: run.output.title,
      summary: run.output.summary,
      text: run.output.text,
      annotations_count: run.output.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suite.id },
    app: appView(hub, run.suite.app),
    pull_requests: openPullsAt(repository, run.headSha).map((pull) => minimalPull(hub, repository, pull)),
  };
}

export async function checkSuiteView(
  hub: Hub,
  repository: Repository,
  suite: CheckSuite,
): Promise<Record<string, unknown>> {
  const url = `${apiUrl(hub, repository)}/check-suites/${suite.id}`;
  const commit = await repository.git.store.commit(suite.headSha);
  return {
    id: suite.id,
    node_id: nodeId('CheckSuite', repository.id, suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...suiteConclusion(repository, suite),
    url,
    before: commit?.parents[0] ?? null,
    after: suite.headSha,
    pull_requests: openPullsAt(repository, suite.headSha).map((pull) => minimalPull(hub, repository, pull)),
    app: appView(hub, suite.app),
    repository: repositoryView(hub, repository),
    created_at: iso(suite.createdAt),
    updated_at: iso(suite.updatedAt),
    head_commit: commit === null ? null : simpleCommitView(commit),
    latest_check_runs_count: runsOf(repository, suite).length,
    check_runs_url: `${url}/check-runs`,
  };
}

export function statusView(hub: Hub, repository: Repository, status: Status): Record<string, unknown> {
  return {
    url: `${apiUrl(hub, repository)}/statuses/${status.sha}`,
    avatar_url: `${hub.url}/avatars/u/${status.creator.id}`,
    id: status.id,
    node_id: nodeId('StatusContext', repository.id, status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: iso(status.createdAt),
    updated_at: iso(status.createdAt),
    creator: userView(hub, status.creator),
  };
}
