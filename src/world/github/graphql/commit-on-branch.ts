/** createCommitOnBranch: a signed commit by compare-and-swap, without file modes. */
import { demandPush, moveRefs } from '../engine/refs.ts';
import { github } from '../engine/merge.ts';
import { entryAt, editTree, MissingPath, type PathChange } from '../git/tree-edit.ts';
import { actorOf } from '../hub.ts';
import { isRecord, record } from '../http/input.ts';
import { Problem } from '../problem.ts';
import { noreply } from '../views/commit.ts';
import type { Scope } from './git-nodes.ts';

function listed(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Additions keep an existing file's mode only as far as GitHub does: they are always plain files. */
function changesOf({ repository }: Scope, fileChanges: unknown): ReadonlyMap<string, PathChange> {
  const { additions, deletions } = record(fileChanges);
  const changes = new Map<string, PathChange>();
  for (const { path } of listed(deletions)) changes.set(String(path), null);
  for (const { path, contents } of listed(additions)) {
    const sha = repository.git.store.writeBlob(Buffer.from(typeof contents === 'string' ? contents : '', 'base64'));
    changes.set(String(path), { mode: '100644', sha });
  }
  return changes;
}

export async function commitOnBranch(
  scope: Scope,
  branch: string,
  input: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { hub, repository, viewer } = scope;
  const { git } = repository;
  const expected = String(input['expectedHeadOid']);
  const tip = await git.branch(branch);
  if (tip === null)
    throw new Problem(404, `No branch named '${branch}' exists in the repository.`, { type: 'NOT_FOUND' });
  const stale = new Problem(422, `Expected branch to point to "${expected}" but it did not. Pull and try again.`, {
    type: 'STALE_DATA',
  });
  const parent = await git.store.commit(tip);
  if (tip !== expected || parent === null) throw stale;
  const changes = changesOf(scope, input['fileChanges']);
  for (const [path, change] of changes) {
    if (change === null && (await entryAt(git.store, parent.tree, path)) === null) {
      throw new Problem(422, `A path was requested for deletion which does not exist as of commit oid \`${tip}\``);
    }
  }
  const tree = await editTree(git.store, parent.tree, changes).catch((error: unknown) => {
    if (error instanceof MissingPath)
      throw new Problem(422, `A path was requested for deletion which does not exist as of commit oid \`${tip}\``);
    throw error;
  });
  const { headline, body } = record(input['message']);
  const actor = actorOf(viewer);
  const message = typeof body === 'string' && body !== '' ? `${String(headline)}\n\n${body}` : String(headline);
  const author = {
    name: actor.name ?? actor.login,
    email: actor.email === '' ? noreply(actor) : actor.email,
    at: hub.now(),
  };
  const to = git.store.writeCommit({ tree, parents: [tip], author, committer: github(hub.now()), message });
  const change = { ref: `refs/heads/${branch}`, to, from: tip };
  await demandPush(repository, viewer, change, false);
  repository.verified.add(to);
  if (!(await moveRefs(hub, repository, viewer, [change]))) throw stale;
  return to;
}
