/** /git/ref, /git/refs, /git/matching-refs, /git/tags */
import { PUSH, READ } from '../engine/access.ts';
import { demandPush, moveRefs } from '../engine/refs.ts';
import { NO_OBJECT } from '../git/repository.ts';
import { listReply } from '../http/page.ts';
import { optionalBoolean, record, requiredString, type Input } from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { actorOf } from '../hub.ts';
import { notFound, unprocessable } from '../problem.ts';
import type { Repository } from '../state.ts';
import { noreply, refView, tagView } from '../views/commit.ts';
import { created, noContent, ok, param, repositoryRoute } from './shared.ts';
import { personFrom } from './git-objects.ts';

async function refReply(context: Context, repository: Repository, name: string, status: 200 | 201): Promise<Reply> {
  const ref = await repository.git.ref(name);
  if (ref === null) throw notFound();
  return { status, body: refView(context.hub, repository, ref) };
}

/** Git's own rules for names, as far as they can go wrong over HTTP. */
function isRefName(name: string): boolean {
  return (
    /^refs\/(heads|tags|[\w-]+)\/[^\s~^:?*[\\]+$/.test(name) && !/\.\.|\/\/|@\{|\.lock(\/|$)|[./]$|\/\./.test(name)
  );
}

async function createRef(repository: Repository, context: Context): Promise<Reply> {
  const ref = requiredString(context.body, 'ref');
  const sha = requiredString(context.body, 'sha');
  if (!isRefName(ref)) throw unprocessable(`Reference name '${ref}' is not a valid ref name.`);
  if (!/^[0-9a-f]{40}$/.test(sha) || (await repository.git.store.read(sha)) === null)
    throw unprocessable('Object does not exist');
  if ((await repository.git.ref(ref)) !== null) throw unprocessable('Reference already exists');
  await demandPush(repository, context.viewer, { ref, to: sha, from: NO_OBJECT }, false);
  if (!(await moveRefs(context.hub, repository, context.viewer, [{ ref, to: sha, from: NO_OBJECT }]))) {
    throw unprocessable('Reference already exists');
  }
  return refReply(context, repository, ref, 201);
}

async function updateRef(repository: Repository, context: Context): Promise<Reply> {
  const name = `refs/${param(context, 'ref')}`;
  const sha = requiredString(context.body, 'sha');
  const ref = await repository.git.ref(name);
  if (ref === null) throw unprocessable('Reference does not exist');
  if (!/^[0-9a-f]{40}$/.test(sha) || (await repository.git.store.read(sha)) === null)
    throw unprocessable('Object does not exist');
  const change = { ref: name, to: sha, from: ref.sha };
  await demandPush(repository, context.viewer, change, optionalBoolean(context.body, 'force') ?? false);
  if (!(await moveRefs(context.hub, repository, context.viewer, [change])))
    throw unprocessable('Update is not a fast forward');
  return refReply(context, repository, name, 200);
}

async function deleteRef(repository: Repository, context: Context): Promise<Reply> {
  const name = `refs/${param(context, 'ref')}`;
  const ref = await repository.git.ref(name);
  if (ref === null) throw unprocessable('Reference does not exist');
  const change = { ref: name, to: NO_OBJECT, from: ref.sha };
  await demandPush(repository, context.viewer, change, true);
  if (!(await moveRefs(context.hub, repository, context.viewer, [change])))
    throw unprocessable('Reference does not exist');
  return noContent;
}

async function createTag(repository: Repository, context: Context): Promise<Reply> {
  const type = requiredString(context.body, 'type');
  const sha = requiredString(context.body, 'object');
  const object = await repository.git.store.read(sha);
  if (object?.type !== type) throw unprocessable('Object does not exist');
  const actor = actorOf(context.viewer);
  const fallback = {
    name: actor.login,
    email: actor.email === '' ? noreply(actor) : actor.email,
    at: context.hub.now(),
  };
  const tagger: Input = record(context.body['tagger']);
  const tagSha = repository.git.store.writeTag({
    name: requiredString(context.body, 'tag'),
    message: requiredString(context.body, 'message'),
    tagger: personFrom(tagger, fallback),
    object: { sha, type: object.type },
  });
  const tag = await repository.git.store.tag(tagSha);
  if (tag === null) throw notFound();
  return created(tagView(context.hub, repository, tag));
}

export const gitRefRoutes: readonly Route[] = [
  repositoryRoute('GET', '/git/ref/{ref}', READ, (repository, context) =>
    refReply(context, repository, `refs/${param(context, 'ref')}`, 200),
  ),
  repositoryRoute('GET', '/git/matching-refs/{ref}', READ, async (repository, context) => {
    const refs = await repository.git.refs(`refs/${param(context, 'ref')}`);
    return listReply(context, refs, (ref) => refView(context.hub, repository, ref));
  }),
  repositoryRoute('POST', '/git/refs', PUSH, createRef),
  repositoryRoute('PATCH', '/git/refs/{ref}', PUSH, updateRef),
  repositoryRoute('DELETE', '/git/refs/{ref}', PUSH, deleteRef),
  repositoryRoute('POST', '/git/tags', PUSH, createTag),
  repositoryRoute('GET', '/git/tags/{tag_sha}', READ, async (repository, context) => {
    const tag = await repository.git.store.tag(param(context, 'tag_sha'));
    if (tag === null) throw notFound();
    return ok(tagView(context.hub, repository, tag));
  }),
];
