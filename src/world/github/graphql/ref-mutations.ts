/** Moving refs by GraphQL. */
import { demandPush, moveRefs } from '../engine/refs.ts';
import { NO_OBJECT, type Ref, type RefChange } from '../git/repository.ts';
import { notFound, Problem, unprocessable } from '../problem.ts';
import type { Scope } from './git-nodes.ts';

async function refAt({ repository }: Scope, name: string): Promise<Ref> {
  const ref = await repository.git.ref(name);
  if (ref === null) throw notFound();
  return ref;
}

async function demandObject({ repository }: Scope, sha: string): Promise<void> {
  if ((await repository.git.store.read(sha)) === null) throw unprocessable(`No object exists with the oid ${sha}`);
}

export async function createRef(scope: Scope, name: string, sha: string): Promise<Ref> {
  const { hub, repository, viewer } = scope;
  if (!/^refs\/(heads|tags)\/./.test(name))
    throw unprocessable(`${name} is not a valid ref name: it must start with refs/heads/ or refs/tags/`);
  await demandObject(scope, sha);
  const taken = new Problem(422, `A ref named "${name}" already exists in the repository.`);
  if ((await repository.git.ref(name)) !== null) throw taken;
  const change: RefChange = { ref: name, to: sha, from: NO_OBJECT };
  await demandPush(repository, viewer, change, false);
  if (!(await moveRefs(hub, repository, viewer, [change]))) throw taken;
  return refAt(scope, name);
}

export async function changeRef(scope: Scope, name: string, sha: string, force: boolean): Promise<Ref> {
  const { hub, repository, viewer } = scope;
  await demandObject(scope, sha);
  const change: RefChange = { ref: name, to: sha, from: (await refAt(scope, name)).sha };
  await demandPush(repository, viewer, change, force);
  if (!(await moveRefs(hub, repository, viewer, [change]))) throw unprocessable('Update is not a fast forward');
  return refAt(scope, name);
}

export async function deleteRef(scope: Scope, name: string): Promise<void> {
  const { hub, repository, viewer } = scope;
  const change: RefChange = { ref: name, to: NO_OBJECT, from: (await refAt(scope, name)).sha };
  await demandPush(repository, viewer, change, true);
  if (!(await moveRefs(hub, repository, viewer, [change]))) throw unprocessable('Reference does not exist');
}

/** All or none: `beforeOid` must be where the ref is now (zeros: it must not exist; absent: wherever). */
export async function updateRefs(scope: Scope, updates: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const { hub, repository, viewer } = scope;
  const changes: RefChange[] = [];
  for (const update of updates) {
    const ref = String(update['name']);
    const to = String(update['afterOid']);
    const now = (await repository.git.ref(ref))?.sha ?? NO_OBJECT;
    const before = typeof update['beforeOid'] === 'string' ? update['beforeOid'] : now;
    if (before !== now)
      throw new Problem(422, `Reference ${ref} cannot be updated: expected ${before} but is at ${now}`, {
        type: 'STALE_DATA',
      });
    if (to !== NO_OBJECT) await demandObject(scope, to);
    const change: RefChange = { ref, to, from: before };
    await demandPush(repository, viewer, change, update['force'] === true);
    changes.push(change);
  }
  if (!(await moveRefs(hub, repository, viewer, changes)))
    throw new Problem(422, 'References cannot be updated', { type: 'STALE_DATA' });
}
