/** /contents */
import { PUSH, READ } from '../engine/access.ts';
import { github, signature } from '../engine/merge.ts';
import { demandPush, moveRefs } from '../engine/refs.ts';
import { editTree, entryAt } from '../git/tree-edit.ts';
import { typeOf, type TreeEntry } from '../git/objects.ts';
import { optionalString, requiredString } from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { actorOf } from '../hub.ts';
import { notFound, Problem, unprocessable } from '../problem.ts';
import type { Repository } from '../state.ts';
import { gitCommitView } from '../views/commit.ts';
import { apiUrl, pageUrl } from '../views/repository.ts';
import { created, ok, param, repositoryRoute } from './shared.ts';

interface Place {
  readonly path: string;
  readonly ref: string;
}

function kindOf(entry: TreeEntry): string {
  if (entry.mode === '120000') return 'symlink';
  return { tree: 'dir', blob: 'file', commit: 'submodule' }[typeOf(entry.mode)];
}

async function entryView(
  context: Context,
  repository: Repository,
  entry: TreeEntry,
  { path, ref }: Place,
): Promise<Record<string, unknown>> {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  const type = typeOf(entry.mode);
  const self = `${apiUrl(context.hub, repository)}/contents/${encoded}?ref=${encodeURIComponent(ref)}`;
  const git = `${apiUrl(context.hub, repository)}/git/${type}s/${entry.sha}`;
  const html = `${pageUrl(context.hub, repository)}/${type}/${encodeURIComponent(ref)}/${encoded}`;
  return {
    name: entry.name,
    path,
    sha: entry.sha,
    size: type === 'blob' ? ((await repository.git.store.blob(entry.sha))?.length ?? 0) : 0,
    url: self,
    html_url: html,
    git_url: git,
    download_url:
      type === 'blob' ? `${pageUrl(context.hub, repository)}/raw/${encodeURIComponent(ref)}/${encoded}` : null,
    type: kindOf(entry),
    _links: { self, git, html },
  };
}

const MAX_INLINE = 1_048_576;

async function fileReply(context: Context, repository: Repository, entry: TreeEntry, place: Place): Promise<Reply> {
  const blob = await repository.git.store.blob(entry.sha);
  if (blob === null) throw notFound();
  if (context.accept.includes('.raw'))
    return { status: 200, body: blob, headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' } };
  const view = await entryView(context, repository, entry, place);
  if (entry.mode === '120000') return ok({ ...view, target: blob.toString('utf8') });
  if (blob.length > MAX_INLINE) return ok({ ...view, content: '', encoding: 'none' });
  const content = `${(blob.toString('base64').match(/.{1,60}/g) ?? []).join('\n')}\n`;
  return ok({ ...view, content, encoding: 'base64' });
}

async function contents(repository: Repository, context: Context): Promise<Reply> {
  const path = (context.params['path'] ?? '').replace(/^\/+|\/+$/g, '');
  const ref = context.query.get('ref') ?? repository.defaultBranch;
  const commit = await repository.git.resolveCommit(ref);
  if (commit === null) throw new Problem(404, `No commit found for the ref ${ref}`, { type: 'NOT_FOUND' });
  const entry = await entryAt(repository.git.store, commit.tree, path);
  if (entry === null) throw notFound();
  if (entry.mode !== '040000') return fileReply(context, repository, entry, { path, ref });
  const children = (await repository.git.store.tree(entry.sha)) ?? [];
  const list = await Promise.all(
    children.map((child) =>
      entryView(context, repository, child, { path: path === '' ? child.name : `${path}/${child.name}`, ref }),
    ),
  );
  if (!context.accept.includes('.object')) return ok(list);
  return ok({ ...(await entryView(context, repository, entry, { path, ref })), entries: list });
}

/** One file of a branch: made, changed (with the blob it replaces), or removed. */
async function write(repository: Repository, context: Context, kind: 'put' | 'delete'): Promise<Reply> {
  const { hub, viewer, body } = context;
  const { git } = repository;
  const path = param(context, 'path');
  const branch = optionalString(body, 'branch') ?? repository.defaultBranch;
  const tip = await git.resolveCommit(`refs/heads/${branch}`);
  if (tip === null) throw new Problem(404, `Branch ${branch} not found`, { type: 'NOT_FOUND' });
  const old = await entryAt(git.store, tip.tree, path);
  const expected = optionalString(body, 'sha');
  if (old === null && kind === 'delete') throw notFound();
  if (old !== null && expected === null) throw unprocessable('Invalid request.\n\n"sha" wasn\'t supplied.');
  if (old !== null && expected !== old.sha) throw new Problem(409, `${path} does not match ${expected ?? ''}`);
  const text = kind === 'put' ? Buffer.from(requiredString(body, 'content'), 'base64') : null;
  const change = text === null ? null : { mode: old?.mode ?? '100644', sha: git.store.writeBlob(text) };
  const tree = await editTree(git.store, tip.tree, new Map([[path, change]]));
  const author = signature(actorOf(viewer), hub.now());
  const to = git.store.writeCommit({
    ...{ tree, parents: [tip.sha], author, committer: github(hub.now()), message: requiredString(body, 'message') },
  });
  const move = { ref: `refs/heads/${branch}`, to, from: tip.sha };
  await demandPush(repository, viewer, move, false);
  repository.verified.add(to);
  if (!(await moveRefs(hub, repository, viewer, [move]))) throw new Problem(409, `${branch} has moved`);
  const entry = await entryAt(git.store, tree, path);
  const commit = await git.store.commit(to);
  if (commit === null) throw notFound();
  const view = {
    content: entry === null ? null : await entryView(context, repository, entry, { path, ref: branch }),
    commit: gitCommitView(hub, repository, commit),
  };
  return old === null ? created(view) : ok(view);
}

export const contentRoutes: readonly Route[] = [
  repositoryRoute('PUT', '/contents/{path}', PUSH, (repository, context) => write(repository, context, 'put')),
  repositoryRoute('DELETE', '/contents/{path}', PUSH, (repository, context) => write(repository, context, 'delete')),
  repositoryRoute('GET', '/contents/{path}', READ, contents),
  repositoryRoute('GET', '/contents', READ, contents),
];
