/** /pulls */
import { PUSH } from '../engine/access.ts';
import { mergePull } from '../engine/merge.ts';
import { askedBefore, baseTip, pullFacts } from '../engine/mergeability.ts';
import { editPull, findPull, openPull } from '../engine/pulls.ts';
import { updateBranch } from '../engine/update-branch.ts';
import { listReply } from '../http/page.ts';
import { oneOf, optionalBoolean, optionalString, requiredString } from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { notFound } from '../problem.ts';
import type { Pull, Repository } from '../state.ts';
import { commitView, fileView } from '../views/commit.ts';
import { pullView, simplePullView } from '../views/pull.ts';
import { apiUrl } from '../views/repository.ts';
import { created, numberParam, ok, PULLS_READ, PULLS_WRITE, repositoryRoute } from './shared.ts';

export function pullOf(repository: Repository, context: Context): Pull {
  return findPull(repository, numberParam(context, 'pull_number'));
}

async function fullPull(
  repository: Repository,
  context: Context,
  pull: Pull,
  known: boolean,
): Promise<Record<string, unknown>> {
  return pullView(context.hub, repository, pull, await pullFacts(repository, pull, known));
}

function listPulls(repository: Repository, context: Context): Promise<Reply> {
  const { query } = context;
  const state = query.get('state') ?? 'open';
  const head = query.get('head');
  const base = query.get('base');
  const pulls = [...repository.issues.values()].flatMap(({ pull }) => (pull === null ? [] : [pull]));
  const found = pulls.filter(
    (pull) =>
      (state === 'all' || pull.issue.state === state) &&
      // GitHub silently ignores a head without its owner.
      (head === null || !head.includes(':') || `${(pull.fork ?? repository).owner.login}:${pull.headRef}` === head) &&
      (base === null || pull.baseRef === base),
  );
  const sort = query.get('sort') ?? 'created';
  const direction = query.get('direction') ?? (sort === 'created' ? 'desc' : 'asc');
  const key = (pull: Pull): number => (sort === 'updated' ? pull.issue.updatedAt : pull.issue.number);
  found.sort((a, b) => (key(a) - key(b) || a.issue.number - b.issue.number) * (direction === 'desc' ? -1 : 1));
  return listReply(context, found, (pull) => simplePullView(context.hub, repository, pull, null));
}

async function createPull(repository: Repository, context: Context): Promise<Reply> {
  const { body, hub, viewer } = context;
  const pull = await openPull(hub, repository, viewer, {
    title: requiredString(body, 'title'),
    body: optionalString(body, 'body'),
    head: requiredString(body, 'head'),
    base: requiredString(body, 'base'),
    draft: optionalBoolean(body, 'draft') ?? false,
  });
  return created(await fullPull(repository, context, pull, false));
}

async function merge(repository: Repository, context: Context): Promise<Reply> {
  const { body } = context;
  const sha = await mergePull(context.hub, repository, context.viewer, pullOf(repository, context), {
    method: oneOf(body, 'merge_method', ['merge', 'squash', 'rebase']) ?? 'merge',
    title: optionalString(body, 'commit_title'),
    message: optionalString(body, 'commit_message'),
    expectedHead: optionalString(body, 'sha'),
  });
  return ok({ sha, merged: true, message: 'Pull Request successfully merged' });
}

async function pullCommits(repository: Repository, context: Context): Promise<Reply> {
  const pull = pullOf(repository, context);
  const base = pull.issue.state === 'open' ? await baseTip(repository, pull) : pull.baseSha;
  const shas = [...(await repository.git.revList([`${base}..${pull.headSha}`]))].reverse();
  return listReply(context, shas, async (sha) => {
    const commit = await repository.git.store.commit(sha);
    if (commit === null) throw notFound();
    return commitView(context.hub, repository, commit);
  });
}

async function pullFiles(repository: Repository, context: Context): Promise<Reply> {
  const pull = pullOf(repository, context);
  const base = pull.issue.state === 'open' ? await baseTip(repository, pull) : pull.baseSha;
  const from = (await repository.git.mergeBase(base, pull.headSha)) ?? base;
  const files = await repository.git.diff(from, pull.headSha);
  return listReply(context, files, (file) => fileView(context.hub, repository, pull.headSha, file));
}

export const pullRoutes: readonly Route[] = [
  repositoryRoute('GET', '/pulls', PULLS_READ, listPulls),
  repositoryRoute('POST', '/pulls', PULLS_WRITE, createPull),
  repositoryRoute('GET', '/pulls/{pull_number}', PULLS_READ, async (repository, context) => {
    const pull = pullOf(repository, context);
    return ok(await fullPull(repository, context, pull, await askedBefore(repository, pull)));
  }),
  repositoryRoute('PATCH', '/pulls/{pull_number}', PULLS_WRITE, async (repository, context) => {
    const { body } = context;
    const pull = pullOf(repository, context);
    await editPull(context.hub, repository, context.viewer, pull, {
      title: optionalString(body, 'title'),
      body: optionalString(body, 'body'),
      base: optionalString(body, 'base'),
      state: oneOf(body, 'state', ['open', 'closed']),
    });
    return ok(await fullPull(repository, context, pull, false));
  }),
  repositoryRoute('GET', '/pulls/{pull_number}/merge', PULLS_READ, (repository, context) => {
    if (pullOf(repository, context).mergedAt === null) throw notFound();
    return { status: 204 };
  }),
  repositoryRoute('PUT', '/pulls/{pull_number}/merge', PUSH, merge),
  repositoryRoute('PUT', '/pulls/{pull_number}/update-branch', PULLS_WRITE, async (repository, context) => {
    const pull = pullOf(repository, context);
    const { hub, viewer, body } = context;
    await updateBranch(hub, repository, viewer, pull, optionalString(body, 'expected_head_sha'));
    const url = `${apiUrl(hub, repository)}/pulls/${pull.issue.number}`;
    return { status: 202, body: { message: 'Updating pull request branch.', url } };
  }),
  repositoryRoute('GET', '/pulls/{pull_number}/commits', PULLS_READ, pullCommits),
  repositoryRoute('GET', '/pulls/{pull_number}/files', PULLS_READ, pullFiles),
];
