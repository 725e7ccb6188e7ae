/** Open pull requests, and the check runs: ours with which we speak about them, and those of gates. */
import { bareLogin } from '../../plan/incident.ts';
import { RollbackError } from '../../errors.ts';
import type { CheckAnswer, GateRun, OpenPull, PublishedCheck } from '../../ports.ts';
import { explain, isGraphqlFailure, type GitHubClient } from './client.ts';
import { ask, type Place } from './read.ts';
import { loginOf } from './talk.ts';

interface Node {
  readonly number: number;
  readonly headRefOid: string;
  readonly headRefName: string;
  readonly author: { readonly __typename: string; readonly login: string } | null;
  readonly isCrossRepository: boolean;
  readonly mergeable: 'MERGEABLE' | 'CONFLICTING' | 'UNKNOWN';
  readonly potentialMergeCommit: { readonly oid: string } | null;
  readonly changedFiles: number;
  readonly files: { readonly nodes: readonly { readonly path: string }[] } | null;
}

const FIELDS = `number headRefOid headRefName author { __typename login } isCrossRepository mergeable potentialMergeCommit { oid }
  changedFiles files(first: 100) { nodes { path } }`;

/** Open pull requests into this branch, the newest 100; or the one of this number, none when it is closed or there is no such. */
export async function listOpenPulls(
  client: GitHubClient,
  place: Place,
  base: string,
  number: number | null,
): Promise<OpenPull[]> {
  if (number !== null) {
    const document = `query OpenPull($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) {
      pullRequest(number: $number) { state baseRefName ${FIELDS} } } }`;
    const { repository } = await ask<{
      repository: { pullRequest: (Node & { readonly state: string; readonly baseRefName: string }) | null };
    }>(client, document, { ...place, number }, `read #${number}`).catch((error: unknown) => {
      if (error instanceof RollbackError && isNoPull(error.cause)) return { repository: { pullRequest: null } };
      throw error;
    });
    const pull = repository.pullRequest;
    return pull?.state === 'OPEN' && pull.baseRefName === base ? [toOpenPull(pull)] : [];
  }
  const document = `query OpenPulls($owner: String!, $repo: String!, $base: String!) { repository(owner: $owner, name: $repo) {
    pullRequests(states: [OPEN], baseRefName: $base, last: 100) { nodes { ${FIELDS} } } } }`;
  const { repository } = await ask<{ repository: { pullRequests: { nodes: readonly Node[] } } }>(
    client,
    document,
    { ...place, base },
    'list the open pull requests',
  );
  return repository.pullRequests.nodes.map(toOpenPull);
}

/** GitHub answers a number that is no pull request with an error, not with null. */
function isNoPull(error: unknown): boolean {
  return (
    isGraphqlFailure(error) &&
    error.errors.every(({ type, path }) => type === 'NOT_FOUND' && path?.at(-1) === 'pullRequest')
  );
}

function toOpenPull(node: Node): OpenPull {
  const paths = (node.files?.nodes ?? []).map(({ path }) => path);
  return {
    number: node.number,
    head: node.headRefOid,
    branch: node.headRefName,
    author: loginOf(node.author),
    fork: node.isCrossRepository,
    merged: node.mergeable === 'MERGEABLE' ? (node.potentialMergeCommit?.oid ?? null) : null,
    conflicting: node.mergeable === 'CONFLICTING',
    paths,
    allPaths: node.changedFiles <= paths.length,
  };
}

/** The newest check run of this name of each App on a commit. Failures are left to be told by whoever asks. */
export async function checkRunsOf(client: GitHubClient, place: Place, sha: string, name: string) {
  const about = { ...place, ref: sha, check_name: name, filter: 'latest', per_page: 100 } as const;
  const { data } = await client.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', about);
  return data.check_runs;
}

/** Our check run of this name on the commit says this from now on; nothing is written when it says so already. */
export async function writeCheck(
  client: GitHubClient,
  place: Place,
  us: string,
  { sha, name, conclusion, title, summary, actions = [] }: PublishedCheck,
): Promise<void> {
  const output = { title, summary };
  const told = {
    name,
    status: 'completed' as const,
    conclusion,
    output,
    actions: actions.map((action) => ({ ...action })),
  };
  try {
    const runs = await checkRunsOf(client, place, sha, name);
    const run = runs.find(({ app }) => app?.slug === bareLogin(us));
    if (run === undefined) {
      await client.request('POST /repos/{owner}/{repo}/check-runs', { ...place, head_sha: sha, ...told });
    } else if (run.conclusion !== conclusion || run.output.title !== title || run.output.summary !== summary) {
      await client.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
        ...place,
        check_run_id: run.id,
        ...told,
      });
    }
  } catch (error) {
    throw explain(error, `write the check ${name} on ${sha.slice(0, 7)}`);
  }
}

/** A finished check run of ours; nothing where one of this name stands on the commit already. */
export async function answerCheck(
  client: GitHubClient,
  place: Place,
  sha: string,
  { name, conclusion, title, summary }: CheckAnswer,
): Promise<void> {
  try {
    const runs = await checkRunsOf(client, place, sha, name);
    if (runs.length > 0) return;
    await client.request('POST /repos/{owner}/{repo}/check-runs', {
      ...place,
      ...{ name, head_sha: sha, status: 'completed', conclusion, output: { title, summary } },
    });
  } catch (error) {
    throw explain(error, `answer the check ${name} on ${sha.slice(0, 7)}`);
  }
}

export async function listGateRuns(client: GitHubClient, place: Place, sha: string): Promise<GateRun[]> {
  try {
    // A commit of a monorepo may have more check runs than one page holds.
    const runs = await client.paginate('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...place,
      ref: sha,
      per_page: 100,
      filter: 'latest',
    });
    return runs
      .filter((run) => run.name.startsWith('lastgood/gate/') && run.status === 'completed')
      .map((run) => ({
        id: run.id,
        name: run.name,
        externalId: run.external_id ?? '',
        sha: run.head_sha,
        conclusion: run.conclusion,
        appSlug: run.app?.slug ?? '',
        text: run.output.text ?? '',
        completedAt: run.completed_at,
      }));
  } catch (error) {
    throw explain(error, `read the check runs of ${sha.slice(0, 7)}`);
  }
}

/** One label more; those that are there stay. */
export async function addLabel(client: GitHubClient, place: Place, number: number, label: string): Promise<void> {
  try {
    const url = 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels';
    await client.request(url, { ...place, issue_number: number, labels: [label] });
  } catch (error) {
    throw explain(error, `label #${number}`);
  }
}
