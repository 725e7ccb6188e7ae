/** createCommitOnBranch: a signed commit by compare-and-swap, without file modes. */
import { demand, PUSH } from '../engine/access.ts';
import { demandPush, moveRefs } from '../engine/refs.ts';
import { github } from '../engine/merge.ts';
import { entryAt, editTree, MissingPath, type PathChange } from '../git/tree-edit.ts';
import { actorOf } from '../hub.ts';
import { isRecord, record } from '../http/input.ts';
import { Problem } from '../problem.ts';
import { partsOf } from '../node-id.ts';
import { noreply } from '../views/commit.ts';
import { commitNode, refNode, type Scope } from './git-nodes.ts';
import { repositoryById } from './queries.ts';

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

async function commitOnBranch(scope: Scope, branch: string, input: Readonly<Record<string, unknown>>): Promise<string> {
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

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** `branch` names a ref by id or by repository and name, so the repository is found differently here. */
export function createCommitOnBranch(asked: Pick<Scope, 'hub' | 'viewer'>): unknown {
  return ({ input }: { readonly input: Readonly<Record<string, unknown>> }) => {
    const branch = record(input['branch']);
    const id = text(branch['id']);
    const parts = id === null ? null : partsOf(['Ref'], id).parts;
    const name = text(branch['repositoryNameWithOwner'])?.toLowerCase();
    const repository =
      parts === null
        ? [...asked.hub.repositories.values()].find(
            ({ owner, name: repo }) => `${owner.login}/${repo}`.toLowerCase() === name,
          )
        : repositoryById(asked, Number(parts[0]));
    if (repository === undefined) {
      throw new Problem(404, `Could not resolve to a Repository with the name '${name ?? ''}'.`, { type: 'NOT_FOUND' });
    }
    demand(repository, asked.viewer, PUSH);
    const scope: Scope = { ...asked, repository };
    const ref = (parts?.[1] ?? text(branch['branchName']) ?? '').replace(/^refs\/heads\//, '');
    return repository.lock.run(async () => {
      const sha = await commitOnBranch(scope, ref, input);
      const moved = await repository.git.ref(`refs/heads/${ref}`);
      return {
        clientMutationId: text(input['clientMutationId']),
        commit: () => commitNode(scope, sha),
        ref: moved === null ? null : refNode(scope, moved),
      };
    });
  };
}
