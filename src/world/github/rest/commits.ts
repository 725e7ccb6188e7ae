/** /commits, /compare */
import { READ } from '../engine/access.ts';
import type { Commit } from '../git/objects.ts';
import { listReply, pageOf } from '../http/page.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { Problem, notFound, unprocessable } from '../problem.ts';
import type { Repository } from '../state.ts';
import { pullsOfCommit } from '../engine/commit-pulls.ts';
import { commitView, fileView, fullCommitView } from '../views/commit.ts';
import { simplePullView } from '../views/pull.ts';
import { apiUrl, pageUrl } from '../views/repository.ts';
import { ok, param, PULLS_READ, repositoryRoute } from './shared.ts';

async function commitAt(repository: Repository, name: string): Promise<Commit> {
  const commit = await repository.git.resolveCommit(name);
  if (commit === null) throw unprocessable(`No commit found for SHA: ${name}`);
  return commit;
}

function loaded(repository: Repository, shas: readonly string[]): Promise<readonly Commit[]> {
  return Promise.all(
    shas.map(async (sha) => {
      const commit = await repository.git.store.commit(sha);
      if (commit === null) throw notFound();
      return commit;
    }),
  );
}

/** The arguments of `git rev-list` for a list's filters. */
export function historyArgs(
  start: string,
  filters: {
    readonly path: string | null;
    readonly since: string | null;
    readonly until: string | null;
    readonly author: string | null;
  },
): readonly string[] {
  return [
    ...(filters.since === null ? [] : [`--since=${filters.since}`]),
    ...(filters.until === null ? [] : [`--until=${filters.until}`]),
    ...(filters.author === null ? [] : [`--author=${filters.author}`]),
    start,
    ...(filters.path === null || filters.path === '' ? [] : ['--', filters.path]),
  ];
}

async function listCommits(repository: Repository, context: Context): Promise<Reply> {
  const { query } = context;
  const name = query.get('sha') ?? repository.defaultBranch;
  const start = await repository.git.resolveCommit(name);
  if (start === null) {
    if (query.get('sha') === null) throw new Problem(409, 'Git Repository is empty.');
    throw notFound();
  }
  const filters = {
    path: query.get('path'),
    since: query.get('since'),
    until: query.get('until'),
    author: query.get('author'),
  };
  const page = pageOf(context, await repository.git.revList(historyArgs(start.sha, filters)));
  const commits = await loaded(repository, page.items);
  return {
    status: 200,
    body: commits.map((commit) => commitView(context.hub, repository, commit)),
    headers: page.headers,
  };
}

async function getCommit(repository: Repository, context: Context): Promise<Reply> {
  const commit = await commitAt(repository, param(context, 'ref'));
  if (context.accept.includes('vnd.github.sha') || context.accept.includes('vnd.github.VERSION.sha')) {
    return { status: 200, body: commit.sha, headers: { 'content-type': 'application/vnd.github.sha; charset=utf-8' } };
  }
  return ok(await fullCommitView(context.hub, repository, commit));
}

async function compare(repository: Repository, context: Context): Promise<Reply> {
  const { hub } = context;
  const { git } = repository;
  const [left, right] = param(context, 'basehead').split('...');
  if (left === undefined || right === undefined) throw notFound();
  const [base, head] = await Promise.all([left, right].map((name) => git.resolveCommit(name.replace(/^[^/:]+:/, ''))));
  if (base === null || base === undefined || head === null || head === undefined) throw notFound();
  const forkPoint = await git.mergeBase(base.sha, head.sha);
  const mergeBase = forkPoint === null ? null : await git.store.commit(forkPoint);
  if (mergeBase === null)
    throw new Problem(404, `No common ancestor between ${left} and ${right}.`, { type: 'NOT_FOUND' });
  const { ahead, behind } = await git.aheadBehind(base.sha, head.sha);
  const page = pageOf(context, [...(await git.revList([`${base.sha}..${head.sha}`]))].reverse());
  const [commits, files] = await Promise.all([loaded(repository, page.items), git.diff(mergeBase.sha, head.sha)]);
  const url = `${apiUrl(hub, repository)}/compare/${left}...${right}`;
  const html = `${pageUrl(hub, repository)}/compare/${left}...${right}`;
  return {
    status: 200,
    headers: page.headers,
    body: {
      url,
      html_url: html,
      permalink_url: `${pageUrl(hub, repository)}/compare/${base.sha}...${head.sha}`,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: commitView(hub, repository, base),
      merge_base_commit: commitView(hub, repository, mergeBase),
      status: ahead > 0 && behind > 0 ? 'diverged' : ahead > 0 ? 'ahead' : behind > 0 ? 'behind' : 'identical',
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      commits: commits.map((commit) => commitView(hub, repository, commit)),
      files: files.slice(0, 300).map((file) => fileView(hub, repository, head.sha, file)),
    },
  };
}

export const commitRoutes: readonly Route[] = [
  repositoryRoute('GET', '/commits', READ, listCommits),
  repositoryRoute('GET', '/commits/{ref}', READ, getCommit),
  repositoryRoute('GET', '/compare/{basehead}', READ, compare),
  repositoryRoute('GET', '/commits/{commit_sha}/pulls', PULLS_READ, async (repository, context) => {
    const commit = await commitAt(repository, param(context, 'commit_sha'));
    const pulls = await pullsOfCommit(repository, commit.sha);
    return listReply(context, pulls, (pull) => simplePullView(context.hub, repository, pull, null));
  }),
];
