/** /git/blobs, /git/trees, /git/commits */
import { PUSH, READ } from '../engine/access.ts';
import type { Mode, Person } from '../git/objects.ts';
import { typeOf } from '../git/objects.ts';
import { EMPTY_TREE } from '../git/store.ts';
import { editTree, listTree, MissingPath, type PathChange } from '../git/tree-edit.ts';
import { isRecord, optionalList, optionalString, record, requiredString, strings, type Input } from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { actorOf } from '../hub.ts';
import { notFound, unprocessable } from '../problem.ts';
import { nodeId } from '../node-id.ts';
import type { Repository } from '../state.ts';
import { gitCommitView, noreply } from '../views/commit.ts';
import { apiUrl } from '../views/repository.ts';
import { created, ok, param, repositoryRoute } from './shared.ts';

export function personFrom(input: Input, fallback: Person): Person {
  const date = optionalString(input, 'date');
  return {
    name: optionalString(input, 'name') ?? fallback.name,
    email: optionalString(input, 'email') ?? fallback.email,
    at: date === null ? fallback.at : Date.parse(date),
  };
}

async function getBlob(repository: Repository, context: Context): Promise<Reply> {
  const sha = param(context, 'file_sha');
  const blob = await repository.git.store.blob(sha);
  if (blob === null) throw notFound();
  return ok({
    sha,
    node_id: nodeId('Blob', repository.id, sha),
    size: blob.length,
    url: `${apiUrl(context.hub, repository)}/git/blobs/${sha}`,
    content: `${(blob.toString('base64').match(/.{1,60}/g) ?? []).join('\n')}\n`,
    encoding: 'base64',
  });
}

function createBlob(repository: Repository, context: Context): Reply {
  const content = optionalString(context.body, 'content') ?? '';
  const encoding = optionalString(context.body, 'encoding') ?? 'utf-8';
  const sha = repository.git.store.writeBlob(Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'));
  return created({ sha, url: `${apiUrl(context.hub, repository)}/git/blobs/${sha}` });
}

/** GitHub stops a tree at 100,000 entries and says so. */
const MAX_ENTRIES = 100_000;

async function treeReply(
  repository: Repository,
  context: Context,
  sha: string,
  recursive: boolean,
): Promise<Record<string, unknown>> {
  const { store } = repository.git;
  const api = apiUrl(context.hub, repository);
  const entries = await listTree(store, sha, recursive);
  const tree = await Promise.all(
    entries.slice(0, MAX_ENTRIES).map(async (entry) => {
      const type = typeOf(entry.mode);
      const size = type === 'blob' ? ((await store.blob(entry.sha))?.length ?? 0) : null;
      return {
        path: entry.path,
        mode: entry.mode,
        type,
        sha: entry.sha,
        ...(size === null ? {} : { size }),
        ...(type === 'commit' ? {} : { url: `${api}/git/${type}s/${entry.sha}` }),
      };
    }),
  );
  return { sha, url: `${api}/git/trees/${sha}`, tree, truncated: entries.length > MAX_ENTRIES };
}

/** A tree by its own sha, a commit's sha, or a branch or tag. */
async function treeSha(repository: Repository, name: string): Promise<string> {
  if ((await repository.git.store.tree(name)) !== null) return name;
  const commit = await repository.git.resolveCommit(name);
  if (commit === null) throw notFound();
  return commit.tree;
}

const MODES: readonly Mode[] = ['100644', '100755', '120000', '040000', '160000'];

async function treeChange(repository: Repository, item: Input): Promise<PathChange> {
  const { store } = repository.git;
  if (item['sha'] === null) return null;
  const mode = MODES.find((known) => known === item['mode']);
  if (mode === undefined) throw unprocessable('tree.mode must be one of 100644, 100755, 040000, 160000, 120000');
  const sha = optionalString(item, 'sha');
  const content = optionalString(item, 'content');
  if (sha === null) {
    if (content === null) throw unprocessable('Must supply tree.sha or tree.content');
    return { mode, sha: store.writeBlob(Buffer.from(content)) };
  }
  if (mode !== '160000' && (await store.read(sha))?.type !== typeOf(mode))
    throw unprocessable(`tree.sha ${sha} is not a valid ${typeOf(mode)}`);
  return { mode, sha };
}

async function createTree(repository: Repository, context: Context): Promise<Reply> {
  const items = optionalList(context.body, 'tree') ?? [];
  const base = optionalString(context.body, 'base_tree');
  if (items.length === 0) throw unprocessable('Invalid tree info');
  const changes = new Map<string, PathChange>();
  for (const item of items.filter(isRecord)) {
    const path = requiredString(item, 'path');
    if (path.startsWith('/') || /(^|\/)(\.{0,2}|\.git)(\/|$)/.test(path))
      throw unprocessable(`tree.path contains a malformed path component`);
    changes.set(path, await treeChange(repository, item));
  }
  try {
    const root = base === null ? EMPTY_TREE : await treeSha(repository, base);
    const sha = await editTree(repository.git.store, root, changes);
    return created(await treeReply(repository, context, sha, false));
  } catch (error) {
    if (error instanceof MissingPath) throw unprocessable('GitRPC::BadObjectState');
    throw error;
  }
}

async function createCommit(repository: Repository, context: Context): Promise<Reply> {
  const { store } = repository.git;
  const { body, hub } = context;
  const tree = requiredString(body, 'tree');
  const parents = strings(body, 'parents') ?? [];
  if ((await store.tree(tree)) === null) throw unprocessable('Tree SHA does not exist');
  for (const parent of parents) {
    if ((await store.commit(parent)) === null)
      throw unprocessable('Parent SHA does not exist or is not a commit object');
  }
  const actor = actorOf(context.viewer);
  const self: Person = { name: actor.login, email: actor.email === '' ? noreply(actor) : actor.email, at: hub.now() };
  const author = personFrom(record(body['author']), self);
  const committer = personFrom(record(body['committer']), body['author'] === undefined ? self : author);
  const sha = store.writeCommit({ tree, parents, author, committer, message: requiredString(body, 'message') });
  // GitHub signs for an app only what the app leaves entirely to it.
  const unsaid = body['author'] === undefined && body['committer'] === undefined && body['signature'] === undefined;
  if (unsaid && context.viewer.kind === 'installation') repository.verified.add(sha);
  const commit = await store.commit(sha);
  if (commit === null) throw notFound();
  return created(gitCommitView(hub, repository, commit));
}

export const gitObjectRoutes: readonly Route[] = [
  repositoryRoute('GET', '/git/blobs/{file_sha}', READ, getBlob),
  repositoryRoute('POST', '/git/blobs', PUSH, createBlob),
  repositoryRoute('GET', '/git/trees/{tree_sha}', READ, async (repository, context) => {
    const sha = await treeSha(repository, param(context, 'tree_sha'));
    return ok(await treeReply(repository, context, sha, context.query.has('recursive')));
  }),
  repositoryRoute('POST', '/git/trees', PUSH, createTree),
  repositoryRoute('GET', '/git/commits/{commit_sha}', READ, async (repository, context) => {
    const commit = await repository.git.store.commit(param(context, 'commit_sha'));
    if (commit === null) throw notFound();
    return ok(gitCommitView(context.hub, repository, commit));
  }),
  repositoryRoute('POST', '/git/commits', PUSH, createCommit),
];
