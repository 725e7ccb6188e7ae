/**
 * What people do on GitHub, in one line each: through the same engine, so that rules, webhooks and history are real.
 */
import { addCommitComment } from './engine/commit-comments.ts';
import { clickAction, createCheckRun, createStatus, findCheckRun, rerequestRun } from './engine/checks.ts';
import { holdRun } from './engine/deployment-protection.ts';
import { addComment, findIssue } from './engine/issues.ts';
import { mergePull } from './engine/merge.ts';
import { closePull, findPull, openPull } from './engine/pulls.ts';
import { demandPush, moveRefs } from './engine/refs.ts';
import { addReview } from './engine/reviews.ts';
import { NO_OBJECT } from './git/repository.ts';
import { editTree } from './git/tree-edit.ts';
import { findRepository, repositoryKey, type Hub } from './hub.ts';
import { ensureUser } from './people.ts';
import { unprocessable } from './problem.ts';
import { createRepository, pathChanges, type Files } from './repositories.ts';
import type { Status } from './commit-state.ts';
import type { MergeMethod, Repository, Viewer } from './state.ts';
import { noreply } from './views/commit.ts';

export interface CommitOptions {
  readonly branch?: string;
  /** Where a branch that does not exist yet starts; the default branch unless told. */
  readonly from?: string;
  readonly files: Files;
  readonly author?: string;
  readonly message?: string;
  /** True to stand above the branch's rules, as an administrator can. */
  readonly force?: boolean;
}

export interface Human {
  /** Commits to a branch (made when missing) and returns the sha. */
  pushCommit(repository: string, options: CommitOptions): Promise<string>;
  /** Returns the number. */
  openPullRequest(
    repository: string,
    options: {
      readonly head: string;
      readonly base?: string;
      readonly title: string;
      readonly body?: string;
      readonly author?: string;
      readonly draft?: boolean;
    },
  ): Promise<number>;
  /** Returns the sha of the merge. */
  merge(
    repository: string,
    number: number,
    options?: { readonly method?: MergeMethod; readonly by?: string; readonly sha?: string },
  ): Promise<string>;
  closePullRequest(repository: string, number: number, by: string): Promise<void>;
  /** Returns the comment's id. */
  comment(
    repository: string,
    number: number,
    options: { readonly author: string; readonly body: string },
  ): Promise<number>;
  /** Comments on a commit; returns the comment's id. */
  commentOnCommit(
    repository: string,
    sha: string,
    options: { readonly author: string; readonly body: string },
  ): Promise<number>;
  review(
    repository: string,
    number: number,
    options: {
      readonly author: string;
      readonly event: 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT';
      readonly body?: string;
    },
  ): Promise<number>;
  /** A finished check run by an app (github-actions unless told); returns its id. */
  check(
    repository: string,
    sha: string,
    options: { readonly name: string; readonly conclusion: string; readonly app?: number },
  ): Promise<number>;
  status(
    repository: string,
    sha: string,
    options: { readonly context: string; readonly state: Status['state']; readonly by?: string },
  ): Promise<void>;
  /** A fork of somebody's, with one branch, and a pull request from it; returns its number. */
  forkPullRequest(
    repository: string,
    options: {
      readonly author: string;
      readonly branch: string;
      readonly title: string;
      readonly body?: string;
      readonly files: Files;
    },
  ): Promise<number>;
  /** Asks for a check run again. */
  rerequest(repository: string, checkRun: number, by: string): Promise<void>;
  /** A workflow run reaches an environment that our App guards; returns the run's id. */
  reachEnvironment(
    repository: string,
    options: { readonly environment: string; readonly ref: string; readonly by?: string },
  ): Promise<number>;
  /** Clicks a button of a check run. */
  click(repository: string, checkRun: number, identifier: string, by: string): Promise<void>;
}

const FORK = { organization: false, install: false } as const;

export function humans(hub: Hub): Human {
  const at = (name: string): Repository => {
    const [owner = '', repo = ''] = name.split('/');
    return findRepository(hub, owner, repo);
  };
  const as = (login: string | undefined): Viewer => ({ kind: 'user', user: ensureUser(hub, login ?? 'mona') });
  /** Holds the repository's lock, like every other writer. */
  const within = <T>(name: string, task: (repository: Repository) => Promise<T>): Promise<T> => {
    const repository = at(name);
    return repository.lock.run(() => task(repository));
  };

  return {
    pushCommit: (name, options) =>
      within(name, async (repository) => {
        const { git } = repository;
        const viewer = as(options.author);
        const branch = options.branch ?? repository.defaultBranch;
        const ref = `refs/heads/${branch}`;
        const tip = await git.branch(branch);
        const start = await git.resolveCommit(tip ?? options.from ?? repository.defaultBranch);
        if (start === null) throw new Error(`${name} has no commit to start ${branch} from`);
        const tree = await editTree(git.store, start.tree, pathChanges(repository, options.files));
        const user = ensureUser(hub, options.author ?? 'mona');
        const person = {
          name: user.name ?? user.login,
          email: user.email === '' ? noreply(user) : user.email,
          at: hub.now(),
        };
        const message = options.message ?? `Change ${Object.keys(options.files).join(', ')}`;
        const to = git.store.writeCommit({ tree, parents: [start.sha], author: person, committer: person, message });
        const change = { ref, to, from: tip ?? NO_OBJECT };
        if (options.force !== true) await demandPush(repository, viewer, change, false);
        if (!(await moveRefs(hub, repository, viewer, [change]))) throw unprocessable('Update is not a fast forward');
        return to;
      }),
    openPullRequest: (name, { head, base, title, body, author, draft }) =>
      within(name, async (repository) => {
        const input = {
          head,
          base: base ?? repository.defaultBranch,
          title,
          body: body ?? null,
          draft: draft ?? false,
        };
        return (await openPull(hub, repository, as(author), input)).issue.number;
      }),
    merge: (name, number, options = {}) =>
      within(name, (repository) =>
        mergePull(hub, repository, as(options.by), findPull(repository, number), {
          method: options.method ?? 'merge',
          title: null,
          message: null,
          expectedHead: options.sha ?? null,
        }),
      ),
    closePullRequest: (name, number, by) =>
      within(name, (repository) => closePull(hub, repository, findPull(repository, number), ensureUser(hub, by))),
    comment: (name, number, { author, body }) =>
      within(name, (repository) =>
        Promise.resolve(addComment(hub, repository, as(author), findIssue(repository, number), body).id),
      ),
    commentOnCommit: (name, sha, { author, body }) =>
      within(name, async (repository) => (await addCommitComment(hub, repository, as(author), { sha, body })).id),
    review: (name, number, { author, event, body }) =>
      within(
        name,
        async (repository) =>
          (
            await addReview(hub, repository, as(author), findPull(repository, number), {
              event,
              body: body ?? '',
              commit: null,
            })
          ).id,
      ),
    check: (name, sha, options) =>
      within(name, async (repository) => {
        const app = options.app === undefined ? hub.actions : hub.apps.get(options.app);
        if (app === undefined) throw new Error(`the local GitHub has no app ${options.app ?? ''}`);
        const viewer: Viewer = {
          kind: 'installation',
          app,
          repositories: null,
          permissions: app.permissions,
          expiresAt: Infinity,
        };
        const run = await createCheckRun(hub, repository, viewer, sha, {
          name: options.name,
          status: 'completed',
          conclusion: options.conclusion,
          startedAt: null,
          completedAt: null,
          detailsUrl: null,
          externalId: null,
          output: null,
          actions: null,
        });
        return run.id;
      }),
    status: (name, sha, { context, state, by }) =>
      within(name, async (repository) => {
        await createStatus(hub, repository, as(by), { sha, state, context, description: null, targetUrl: null });
      }),
    forkPullRequest: async (name, { author, branch, title, body, files }) => {
      const source = at(name);
      const known = hub.repositories.get(repositoryKey(author, source.name));
      const fork = known ?? (await createRepository(hub, { ...FORK, owner: author, name: source.name }));
      return within(name, async (repository) => {
        const { git, defaultBranch } = repository;
        const user = ensureUser(hub, author);
        const start = await git.resolveCommit(defaultBranch);
        if (start === null) throw new Error(`${name} has no commit to fork from`);
        const tree = await editTree(git.store, start.tree, pathChanges(repository, files));
        const person = { name: user.name ?? author, email: noreply(user), at: hub.now() };
        // As on GitHub, what a fork proposes stands among the objects of the repository it was forked from.
        const sha = git.store.writeCommit({
          ...{ tree, parents: [start.sha], author: person, committer: person, message: title },
        });
        const input = { head: branch, base: defaultBranch, title, body: body ?? null, draft: false };
        const made = await openPull(hub, repository, as(author), { ...input, fork: { repository: fork, sha } });
        return made.issue.number;
      });
    },
    rerequest: (name, checkRun, by) =>
      within(name, (repository) =>
        rerequestRun(hub, repository, ensureUser(hub, by), findCheckRun(repository, checkRun)),
      ),
    reachEnvironment: (name, { environment, ref, by }) =>
      within(name, (repository) =>
        holdRun(hub, repository, as(by), ensureUser(hub, by ?? 'mona'), {
          ...{ environment, ref, event: 'push', app: hub.app },
        }),
      ),
    click: (name, checkRun, identifier, by) =>
      within(name, (repository) =>
        clickAction(hub, repository, ensureUser(hub, by), findCheckRun(repository, checkRun), identifier),
      ),
  };
}
