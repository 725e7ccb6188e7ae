/** What GitHub says of our pull requests. */
import { isSecond, LABELS } from '../../plan/identity.ts';
import { bareLogin } from '../../plan/incident.ts';
import type { Pull } from '../../ports.ts';
import { parseBlock } from '../../report/memory.ts';
import type { GitHubClient } from './client.ts';
import { ask, type Place } from './read.ts';

export const PULL_FIELDS = `id number url body state merged createdAt mergedAt headRefName headRefOid baseRefName mergeStateStatus
  mergedBy { login } mergeCommit { oid } author { __typename login } editor { __typename login } isInMergeQueue
  autoMergeRequest { enabledBy { __typename login } }
  potentialMergeCommit { tree { oid } } baseRef { target { ... on Commit { tree { oid } } } }
  comments(first: 20) { nodes { author { __typename login } body } }
  labels(first: 20) { nodes { name } }
  commits(last: 5) { totalCount nodes { commit { oid author { user { login } name } signature { isValid wasSignedByGitHub } } } }`;

interface ActorNode {
  readonly __typename: string;
  readonly login: string;
}

export interface PullNode {
  readonly id: string;
  readonly number: number;
  readonly url: string;
  readonly body: string;
  readonly state: 'OPEN' | 'CLOSED' | 'MERGED';
  readonly createdAt: string;
  readonly mergedAt: string | null;
  readonly headRefName: string;
  readonly headRefOid: string;
  readonly baseRefName: string;
  readonly mergeStateStatus: string;
  readonly mergedBy: { readonly login: string } | null;
  readonly mergeCommit: { readonly oid: string } | null;
  readonly author: ActorNode | null;
  readonly editor: ActorNode | null;
  readonly autoMergeRequest?: { readonly enabledBy: ActorNode | null } | null;
  readonly isInMergeQueue?: boolean;
  readonly potentialMergeCommit?: { readonly tree: { readonly oid: string } } | null;
  readonly baseRef?: { readonly target: { readonly tree?: { readonly oid: string } } | null } | null;
  readonly comments?: { readonly nodes: readonly { readonly author: ActorNode | null; readonly body: string }[] };
  readonly labels: { readonly nodes: readonly { readonly name: string }[] } | null;
  readonly commits: {
    readonly totalCount: number;
    readonly nodes: readonly {
      readonly commit: {
        readonly author: { readonly user: { readonly login: string } | null; readonly name: string | null } | null;
        readonly signature: { readonly isValid: boolean; readonly wasSignedByGitHub: boolean } | null;
      };
    }[];
  };
}

const MERGE_STATES: Readonly<Record<string, Pull['mergeState']>> = {
  CLEAN: 'clean',
  HAS_HOOKS: 'clean',
  // UNSTABLE: only checks that nobody requires are missing or red.
  UNSTABLE: 'clean',
  BLOCKED: 'blocked',
  BEHIND: 'behind',
  DIRTY: 'dirty',
};

/** GraphQL names an App without its suffix: only the type tells it from a person who took the same login. */
export function isUs(actor: ActorNode | null, us: string): boolean {
  if (actor === null || bareLogin(actor.login) !== bareLogin(us)) return false;
  return (actor.__typename === 'Bot') === us.endsWith('[bot]');
}

/** A merge that would give the tree that the base already has. */
function isEmpty({ state, potentialMergeCommit: merged, baseRef }: PullNode): boolean {
  const now = baseRef?.target?.tree?.oid;
  return state === 'OPEN' && now !== undefined && merged?.tree.oid === now;
}

/** On a pull request of a person the memory stands in a comment of ours: the first one that holds any. */
function adoptedMemory(node: PullNode, us: string): string | null {
  if (isUs(node.author, us)) return null;
  return node.comments?.nodes.find(({ author, body }) => isUs(author, us) && parseBlock(body) !== null)?.body ?? null;
}

export function toPull(node: PullNode, us: string): Pull {
  const adopted = adoptedMemory(node, us);
  const commits = node.commits.nodes.map(({ commit }) => commit);
  // An App's commit through the API is signed by GitHub itself: another writer can copy the name, not the signature. Only an
  // Enterprise Server may have signing switched off.
  const signs = /^https:\/\/(github\.com|[^/]+\.ghe\.com)\//.test(node.url);
  const ourCommits = commits.every(
    ({ author, signature }) =>
      (author?.user?.login ?? author?.name) === us &&
      (signature === null ? !signs : signature.isValid && signature.wasSignedByGitHub),
  );
  return {
    id: node.id,
    number: node.number,
    url: node.url,
    branch: node.headRefName,
    state: node.state === 'OPEN' ? 'open' : node.state === 'MERGED' ? 'merged' : 'closed',
    head: node.headRefOid,
    base: node.baseRefName,
    ours:
      isUs(node.author, us) &&
      (node.editor === null || isUs(node.editor, us)) &&
      ourCommits &&
      node.commits.totalCount <= 5,
    body: adopted ?? node.body,
    queued: node.isInMergeQueue === true,
    empty: isEmpty(node),
    adopted: adopted !== null,
    labels: node.labels?.nodes.map((label) => label.name) ?? [],
    mergeState: MERGE_STATES[node.mergeStateStatus] ?? 'unknown',
    autoMerge: !node.autoMergeRequest ? 'off' : isUs(node.autoMergeRequest.enabledBy, us) ? 'ours' : 'theirs',
    createdAt: new Date(node.createdAt).toISOString(),
    mergedAt: node.mergedAt === null ? null : new Date(node.mergedAt).toISOString(),
    mergedBy: node.mergedBy?.login ?? null,
    mergeCommit: node.mergeCommit?.oid ?? null,
  };
}

interface Page {
  readonly nodes: readonly PullNode[];
  readonly pageInfo?: { readonly hasPreviousPage: boolean; readonly startCursor: string | null };
}

/** Nobody can open this many from forks before GitHub stops them. */
const MOST_PAGES = 50;

/** One request, but where forks have so many of this branch name that ours may stand behind them. */
export async function findPull(client: GitHubClient, place: Place, us: string, branch: string): Promise<Pull | null> {
  const document = `query FindPull($owner: String!, $repo: String!, $branch: String!, $before: String) {
    repository(owner: $owner, name: $repo) { pullRequests(headRefName: $branch, last: 20, before: $before) {
      pageInfo { hasPreviousPage startCursor } nodes { ${PULL_FIELDS} } } } }`;
  let newest: Pull | null = null;
  let before: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: { repository: { pullRequests: Page } } = await ask(
      client,
      document,
      { ...place, branch, before },
      `look for ${branch}`,
    );
    const { nodes, pageInfo } = answer.repository.pullRequests;
    // A fork can have a branch of the same name: only what we opened can be a rollback of ours.
    const pulls = nodes.filter((node) => isUs(node.author, us)).map((node) => toPull(node, us));
    // A closed one can be followed by a second try from the same branch: the newest counts.
    const alive = pulls.findLast((pull) => pull.state !== 'closed');
    if (alive) return alive;
    newest ??= pulls.at(-1) ?? null;
    if (pageInfo?.hasPreviousPage !== true) break;
    before = pageInfo.startCursor;
  }
  return newest;
}

/** Ours that carry no label of an end: by label, and by branch for those that crashed before the label. */
export async function listUnfinished(client: GitHubClient, place: Place, us: string): Promise<Pull[]> {
  const document = `query Unfinished($owner: String!, $repo: String!, $active: String!, $called: String!) { repository(owner: $owner, name: $repo) {
    labelled: pullRequests(labels: [$active], last: 50) { nodes { ${PULL_FIELDS} } }
    called: pullRequests(labels: [$called], last: 50) { nodes { ${PULL_FIELDS} } }
    recent: pullRequests(last: 20) { nodes { ${PULL_FIELDS} } } } }`;
  const { repository } = await ask<{
    repository: Record<'labelled' | 'called' | 'recent', { nodes: readonly PullNode[] }>;
  }>(client, document, { ...place, active: LABELS.active, called: LABELS.called }, 'list the rollbacks under way');
  const found = new Map<number, Pull>();
  for (const node of [...repository.labelled.nodes, ...repository.called.nodes, ...repository.recent.nodes]) {
    const pull = toPull(node, us);
    const ours = pull.branch.startsWith('rollback/') && isUs(node.author, us);
    if ((ours || pull.adopted === true) && !isFinished(pull)) found.set(pull.number, pull);
  }
  return [...found.values()];
}

export function isFinished(pull: Pull): boolean {
  if ([LABELS.recovered, LABELS.relieved, LABELS.superseded].some((label) => pull.labels.includes(label))) return true;
  // Reopened by a person, it goes on.
  if (pull.labels.includes(LABELS.cancelled)) return pull.state === 'closed';
  return pull.state !== 'open' && pull.labels.includes(LABELS.escalated);
}

interface OpenedNode {
  readonly number: number;
  readonly headRefName: string;
  readonly createdAt: string;
  readonly author: ActorNode | null;
}

/**
 * Rollbacks of ours from branches that begin so, since then. By their labels: in a busy repository they are soon not among the newest
 * pull requests. And by branch, for those that have no label yet.
 */
export async function countOpened(
  client: GitHubClient,
  place: Place,
  { us, prefix, since }: { readonly us: string; readonly prefix: string; readonly since: string },
): Promise<number> {
  const fields = 'nodes { number headRefName createdAt author { __typename login } }';
  const labelled = Object.values(LABELS).map(
    (name, i) => `l${i}: pullRequests(labels: ["${name}"], last: 100) { ${fields} }`,
  );
  const document = `query Opened($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) {
    ${labelled.join('\n')}
    recent: pullRequests(last: 50) { ${fields} } } }`;
  const { repository } = await ask<{ repository: Record<string, { nodes: readonly OpenedNode[] }> }>(
    client,
    document,
    { ...place },
    'count the rollbacks of today',
  );
  const found = Object.values(repository).flatMap(({ nodes }) => nodes);
  const counted = found.filter(
    ({ author, headRefName: branch, createdAt }) =>
      isUs(author, us) && branch.startsWith(prefix) && !isSecond(branch) && Date.parse(createdAt) >= Date.parse(since),
  );
  return new Set(counted.map(({ number }) => number)).size;
}
