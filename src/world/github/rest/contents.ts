/** /contents */
import { READ } from '../engine/access.ts';
import { entryAt } from '../git/tree-edit.ts';
import { typeOf, type TreeEntry } from '../git/objects.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { notFound, Problem } from '../problem.ts';
import type { Repository } from '../state.ts';
import { apiUrl, pageUrl } from '../views/repository.ts';
import { ok, repositoryRoute } from './shared.ts';

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

export const contentRoutes: readonly Route[] = [
  repositoryRoute('GET', '/contents/{path}', READ, contents),
  repositoryRoute('GET', '/contents', READ, contents),
];
