/** Refs, commits, trees, blobs and tags in GraphQL. */
import { entryAt } from '../git/tree-edit.ts';
import { typeOf, type Commit, type Person, type TreeEntry } from '../git/objects.ts';
import type { Ref } from '../git/repository.ts';
import type { Hub } from '../hub.ts';
import { nodeId } from '../node-id.ts';
import { changesOf, userByEmail } from '../views/commit.ts';
import { apiUrl, pageUrl } from '../views/repository.ts';
import { iso } from '../views/time.ts';
import { pullsOfCommit } from '../engine/commit-pulls.ts';
import { historyArgs } from '../rest/commits.ts';
import type { Repository, Viewer } from '../state.ts';
import { actorOrNull } from './actor-node.ts';
import { checkSuiteNode, latestStatusNode, rollupNode } from './check-nodes.ts';
import { connection, type Fields, type PageArgs } from './connection.ts';
import { pullNode } from './pull-node.ts';

/** Where a node is, and who looks at it. */
export interface Scope {
  readonly hub: Hub;
  readonly viewer: Viewer;
  readonly repository: Repository;
}

function common(
  { hub, repository }: Scope,
  kind: 'Commit' | 'Tree' | 'Blob' | 'Tag',
  sha: string,
): Record<string, unknown> {
  return {
    __typename: kind,
    id: nodeId(kind, repository.id, sha),
    oid: sha,
    abbreviatedOid: sha.slice(0, 7),
    commitUrl: `${pageUrl(hub, repository)}/commit/${sha}`,
  };
}

export async function objectNode(scope: Scope, sha: string): Promise<Fields | null> {
  const object = await scope.repository.git.store.read(sha);
  if (object === null) return null;
  switch (object.type) {
    case 'commit':
      return commitNode(scope, object.sha);
    case 'tree':
      return treeNode(scope, object.sha, '');
    case 'blob':
      return blobNode(scope, object.sha, object.data);
    case 'tag':
      return tagNode(scope, object.sha);
  }
}

/** `name`, `name:path` or a sha: what git calls a revision. */
export async function expressionNode(scope: Scope, expression: string): Promise<Fields | null> {
  const { git } = scope.repository;
  const colon = expression.indexOf(':');
  const name = colon < 0 ? expression : expression.slice(0, colon);
  if (colon < 0 && /^[0-9a-f]{40}$/.test(name)) return objectNode(scope, name);
  const commit = await git.resolveCommit(name);
  if (commit === null) return null;
  if (colon < 0) return commitNode(scope, commit.sha);
  const path = expression.slice(colon + 1);
  const entry = await entryAt(git.store, commit.tree, path);
  if (entry === null) return null;
  return entry.mode === '040000' ? treeNode(scope, entry.sha, path) : objectNode(scope, entry.sha);
}

function blobNode(scope: Scope, sha: string, data: Buffer): Fields {
  const isBinary = data.subarray(0, 8000).includes(0);
  const isTruncated = data.length > 512_000;
  return {
    ...common(scope, 'Blob', sha),
    byteSize: data.length,
    isBinary,
    isTruncated,
    text: isBinary ? null : data.subarray(0, 512_000).toString('utf8'),
  };
}

function treeNode(scope: Scope, sha: string, path: string): Fields {
  return {
    ...common(scope, 'Tree', sha),
    entries: async () =>
      ((await scope.repository.git.store.tree(sha)) ?? []).map((entry) => entryNode(scope, entry, path)),
  };
}

function entryNode(scope: Scope, entry: TreeEntry, folder: string): Fields {
  const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
  const type = typeOf(entry.mode);
  return {
    __typename: 'TreeEntry',
    name: entry.name,
    path,
    type,
    mode: Number.parseInt(entry.mode, 8),
    oid: entry.sha,
    size: async () => (await scope.repository.git.store.blob(entry.sha))?.length ?? 0,
    byteSize: async () => (await scope.repository.git.store.blob(entry.sha))?.length ?? 0,
    extension: /\.[^.]*$/.exec(entry.name)?.[0] ?? null,
    object: () =>
      type === 'tree' ? treeNode(scope, entry.sha, path) : type === 'blob' ? objectNode(scope, entry.sha) : null,
  };
}

async function tagNode(scope: Scope, sha: string): Promise<Fields | null> {
  const tag = await scope.repository.git.store.tag(sha);
  if (tag === null) return null;
  return {
    ...common(scope, 'Tag', sha),
    name: tag.name,
    message: tag.message,
    tagger: gitActor(scope.hub, tag.tagger),
    target: () => objectNode(scope, tag.object.sha),
  };
}

function gitActor(hub: Hub, person: Person): Fields {
  return {
    __typename: 'GitActor',
    name: person.name,
    email: person.email,
    date: iso(person.at),
    user: () => {
      const user = userByEmail(hub, person.email);
      // A bot is no User: GraphQL has none to show here.
      return actorOrNull(hub, user?.type === 'User' ? user : null);
    },
  };
}

interface HistoryArgs extends PageArgs {
  readonly path?: string | null;
  readonly since?: string | null;
  readonly until?: string | null;
}

export async function commitNode(scope: Scope, sha: string): Promise<Fields | null> {
  const commit = await scope.repository.git.store.commit(sha);
  return commit === null ? null : commitFields(scope, commit);
}

function commitFields(scope: Scope, commit: Commit): Fields {
  const { hub, repository } = scope;
  const [headline = '', ...rest] = commit.message.split('\n');
  const count = async (key: 'additions' | 'deletions'): Promise<number> =>
    (await changesOf(repository, commit)).reduce((sum, file) => sum + file[key], 0);
  return {
    ...common(scope, 'Commit', commit.sha),
    url: `${pageUrl(hub, repository)}/commit/${commit.sha}`,
    treeUrl: `${pageUrl(hub, repository)}/tree/${commit.sha}`,
    message: commit.message,
    messageHeadline: headline,
    messageBody: rest.join('\n').trim(),
    committedDate: iso(commit.committer.at),
    authoredDate: iso(commit.author.at),
    author: gitActor(hub, commit.author),
    committer: gitActor(hub, commit.committer),
    committedViaWeb: repository.verified.has(commit.sha),
    authoredByCommitter: commit.author.email === commit.committer.email,
    additions: () => count('additions'),
    deletions: () => count('deletions'),
    changedFilesIfAvailable: async () => (await changesOf(repository, commit)).length,
    signature: () =>
      repository.verified.has(commit.sha)
        ? { __typename: 'GpgSignature', isValid: true, state: 'VALID', wasSignedByGitHub: true }
        : null,
    tree: () => treeNode(scope, commit.tree, ''),
    file: async ({ path }: { readonly path: string }) => {
      const entry = await entryAt(repository.git.store, commit.tree, path);
      const slash = path.lastIndexOf('/');
      return entry === null ? null : entryNode(scope, entry, slash < 0 ? '' : path.slice(0, slash));
    },
    parents: (args: PageArgs) => connection('parents', commit.parents, args, (parent) => commitNode(scope, parent)),
    history: async (args: HistoryArgs) => {
      const filters = { path: args.path ?? null, since: args.since ?? null, until: args.until ?? null, author: null };
      const shas = await repository.git.revList(historyArgs(commit.sha, filters));
      return connection('history', shas, args, (parent) => commitNode(scope, parent));
    },
    associatedPullRequests: async (args: PageArgs) =>
      connection('associatedPullRequests', await pullsOfCommit(repository, commit.sha), args, (pull) =>
        pullNode(scope, pull),
      ),
    statusCheckRollup: () => rollupNode(scope, commit.sha),
    status: () => latestStatusNode(scope, commit.sha),
    checkSuites: (args: PageArgs) =>
      connection(
        'checkSuites',
        [...repository.suites.values()].filter(({ headSha }) => headSha === commit.sha),
        args,
        (suite) => checkSuiteNode(scope, suite),
      ),
  };
}

export function refNode(scope: Scope, ref: Ref): Fields {
  const [, kind = '', ...name] = ref.ref.split('/');
  return {
    __typename: 'Ref',
    id: nodeId('Ref', scope.repository.id, ref.ref),
    name: name.join('/'),
    prefix: `refs/${kind}/`,
    target: () => objectNode(scope, ref.sha),
    associatedPullRequests: (args: PageArgs & { readonly states?: readonly string[] | null }) => {
      const pulls = [...scope.repository.issues.values()].flatMap(({ pull }) =>
        pull !== null && pull.headRef === name.join('/') && (args.states?.includes(pullState(pull)) ?? true)
          ? [pull]
          : [],
      );
      return connection('associatedPullRequests', pulls, args, (pull) => pullNode(scope, pull));
    },
    repository: () => ({
      nameWithOwner: `${scope.repository.owner.login}/${scope.repository.name}`,
      url: apiUrl(scope.hub, scope.repository),
    }),
  };
}

function pullState(pull: { readonly mergedAt: number | null; readonly issue: { readonly state: string } }): string {
  return pull.mergedAt !== null ? 'MERGED' : pull.issue.state.toUpperCase();
}
