import type { PathCommit } from '../../plan/changes.ts';
import type { Overview } from '../../ports.ts';
import { explain, type GitHubClient, isHttpFailure } from './client.ts';

/** Where a question goes: owner and name of one repository. */
export interface Place {
  readonly owner: string;
  readonly repo: string;
}

interface BlobNode {
  readonly text: string | null;
}

const OVERVIEW = `query Overview($owner: String!, $repo: String!) {
  repository(owner: $owner, name: $repo) {
    autoMergeAllowed squashMergeAllowed mergeCommitAllowed rebaseMergeAllowed
    defaultBranchRef { name target { oid } }
    root: object(expression: "HEAD:lastgood.yml") { ... on Blob { text } }
    hidden: object(expression: "HEAD:.github/lastgood.yml") { ... on Blob { text } }
  }
}`;

interface OverviewAnswer {
  readonly repository: {
    readonly autoMergeAllowed: boolean;
    readonly squashMergeAllowed: boolean;
    readonly mergeCommitAllowed: boolean;
    readonly rebaseMergeAllowed: boolean;
    readonly defaultBranchRef: { readonly name: string; readonly target: { readonly oid: string } } | null;
    readonly root: BlobNode | null;
    readonly hidden: BlobNode | null;
  };
}

export async function readOverview(client: GitHubClient, place: Place): Promise<Overview> {
  const { repository } = await ask<OverviewAnswer>(client, OVERVIEW, { ...place }, `read ${place.owner}/${place.repo}`);
  const file = (path: string, node: BlobNode | null) =>
    typeof node?.text === 'string' ? { path, text: node.text } : null;
  return {
    defaultBranch: repository.defaultBranchRef?.name ?? 'main',
    head: repository.defaultBranchRef?.target.oid ?? '',
    playbook: file('lastgood.yml', repository.root) ?? file('.github/lastgood.yml', repository.hidden),
    autoMergeAllowed: repository.autoMergeAllowed,
    mergeMethods: [
      ...(repository.squashMergeAllowed ? (['squash'] as const) : []),
      ...(repository.mergeCommitAllowed ? (['merge'] as const) : []),
      ...(repository.rebaseMergeAllowed ? (['rebase'] as const) : []),
    ],
  };
}

interface CommitNode {
  readonly oid: string;
  readonly message: string;
  readonly committedDate: string;
  readonly author: { readonly name: string | null; readonly user: { readonly login: string } | null } | null;
  readonly parents: { readonly nodes: readonly { readonly oid: string }[] };
  readonly associatedPullRequests: {
    readonly nodes: readonly {
      readonly number: number;
      readonly title: string;
      readonly mergedAt: string | null;
      readonly mergeCommit: {
        readonly oid: string;
        readonly parents: { readonly nodes: readonly { readonly oid: string }[] };
      } | null;
    }[];
  };
}

const COMMIT = `oid message committedDate author { name user { login } } parents(first: 2) { nodes { oid } }
  associatedPullRequests(first: 1) { nodes { number title mergedAt mergeCommit { oid parents(first: 2) { nodes { oid } } } } }`;

/** One request for all paths; commits that touched several of them appear once, newest first. */
export async function readHistory(
  client: GitHubClient,
  place: Place,
  paths: readonly string[],
  head: string,
  depth = 30,
): Promise<PathCommit[]> {
  const variables: Record<string, unknown> = { ...place, head };
  const fields = paths.map((path, i) => {
    variables[`p${i}`] = path;
    return `h${i}: history(first: ${depth}, path: $p${i}) { nodes { ${COMMIT} } }`;
  });
  const document = `query History($owner: String!, $repo: String!, $head: GitObjectID!, ${paths.map((_, i) => `$p${i}: String!`).join(', ')}) {
    repository(owner: $owner, name: $repo) { object(oid: $head) { ... on Commit { ${fields.join('\n')} } } } }`;
  const answer = await ask<{ repository: { object: Record<string, { nodes: readonly CommitNode[] }> | null } }>(
    client,
    document,
    variables,
    `read the history of ${paths.join(', ')}`,
  );
  const found = new Map<string, PathCommit>();
  for (const { nodes } of Object.values(answer.repository.object ?? {}))
    for (const node of nodes) found.set(node.oid, pathCommit(node));
  return [...found.values()].sort((a, b) => b.committedAt.localeCompare(a.committedAt));
}

function pathCommit(node: CommitNode): PathCommit {
  const pull = node.associatedPullRequests.nodes[0];
  return {
    sha: node.oid,
    parents: node.parents.nodes.map((parent) => parent.oid),
    message: node.message,
    author: node.author?.user?.login ?? node.author?.name ?? 'unknown',
    committedAt: new Date(node.committedDate).toISOString(),
    pull: pull
      ? {
          number: pull.number,
          title: pull.title,
          mergedAt: pull.mergedAt,
          mergeCommit: pull.mergeCommit?.oid ?? null,
          mergeParents: pull.mergeCommit?.parents.nodes.map((parent) => parent.oid) ?? [],
        }
      : null,
  };
}

export async function readRole(client: GitHubClient, place: Place, login: string): Promise<string> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
      ...place,
      username: login,
    });
    return data.role_name;
  } catch (error) {
    // GitHub answers 404 for somebody it does not know here: nobody, and therefore nothing.
    if (isHttpFailure(error) && error.status === 404) return 'none';
    throw explain(error, `read the role of ${login}`);
  }
}

/** Membership as GitHub knows it now. An invitation that was not accepted is none; a team we may not see throws nothing but false. */
export async function isActiveMember(client: GitHubClient, team: string, login: string): Promise<boolean> {
  const [org = '', team_slug = ''] = team.replace(/^@/, '').split('/');
  try {
    const { data } = await client.request('GET /orgs/{org}/teams/{team_slug}/memberships/{username}', {
      ...{ org, team_slug, username: login },
    });
    return data.state === 'active';
  } catch (error) {
    // 404: no member, no such team, or a team that the App may not see. All of them are no permission.
    if (isKeptFromUs(error)) return false;
    throw explain(error, `ask whether ${login} is in ${team}`);
  }
}

/** Not there, or not for us to see; a limit that is over by itself is neither. */
export function isKeptFromUs(error: unknown): boolean {
  return (
    isHttpFailure(error) &&
    (error.status === 404 || error.status === 403) &&
    explain(error, 'read').code !== 'github-unavailable'
  );
}

export async function readActiveRules(client: GitHubClient, place: Place, branch: string): Promise<string[]> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', { ...place, branch });
    return data.map((rule) => rule.type);
  } catch (error) {
    throw explain(error, `read the rules of ${branch}`);
  }
}

/** The full sha behind a sha prefix, tag or branch; null when GitHub knows none. */
export async function resolveRevision(client: GitHubClient, place: Place, name: string): Promise<string | null> {
  const document = `query Resolve($owner: String!, $repo: String!, $name: String!) { repository(owner: $owner, name: $repo) {
    object(expression: $name) { __typename oid ... on Tag { target { oid } } } } }`;
  const { repository } = await ask<{
    repository: { object: { __typename: string; oid: string; target?: { oid: string } } | null };
  }>(client, document, { ...place, name }, `look up ${name}`);
  if (repository.object?.__typename === 'Commit') return repository.object.oid;
  return repository.object?.target?.oid ?? null;
}

/** True when `sha` is `ancestor` or has it in its past. Unknown commits contain nothing. */
export async function descendsFrom(
  client: GitHubClient,
  place: Place,
  sha: string,
  ancestor: string,
): Promise<boolean> {
  if (sha === ancestor) return true;
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
      ...place,
      basehead: `${ancestor}...${sha}`,
      per_page: 1,
    });
    return data.status === 'ahead' || data.status === 'identical';
  } catch (error) {
    if (isHttpFailure(error) && error.status === 404) return false;
    throw explain(error, `compare ${ancestor.slice(0, 7)} with ${sha.slice(0, 7)}`);
  }
}

export async function ask<Answer>(
  client: GitHubClient,
  document: string,
  variables: Record<string, unknown>,
  wanted: string,
): Promise<Answer> {
  try {
    return await client.graphql<Answer>(document, variables);
  } catch (error) {
    throw explain(error, wanted);
  }
}
