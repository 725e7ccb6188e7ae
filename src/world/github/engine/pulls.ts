/**
 * Pull requests: open, edit, close, and write down that one was merged.
 */
import { NO_OBJECT } from '../git/repository.ts';
import { actorOf, appOf, type Hub } from '../hub.ts';
import { notFound, refused, validationFailed } from '../problem.ts';
import type { Pull, Repository, User, Viewer } from '../state.ts';
import { pullView } from '../views/pull.ts';
import { emit } from './events.ts';
import { newIssue } from './issues.ts';
import { demandBody, demandTitle } from './limits.ts';
import { pullFacts } from './mergeability.ts';

export function findPull(repository: Repository, number: number): Pull {
  const pull = repository.issues.get(number)?.pull ?? null;
  if (pull === null) throw notFound();
  return pull;
}

export async function emitPull(
  hub: Hub,
  repository: Repository,
  pull: Pull,
  action: string,
  sender: User,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const facts = await pullFacts(repository, pull, false);
  const body = { number: pull.issue.number, pull_request: pullView(hub, repository, pull, facts), ...extra };
  emit(hub, repository, { event: 'pull_request', action, sender, body });
}

export interface NewPull {
  readonly title: string;
  readonly body: string | null;
  readonly head: string;
  readonly base: string;
  readonly draft: boolean;
  /** The fork that the head is in, and its commit there; absent: a branch of this repository. */
  readonly fork?: { readonly repository: Repository; readonly sha: string };
}

/** `owner:branch` or `branch`; only branches of the same repository can be named. */
function branchOf(repository: Repository, head: string): string {
  const colon = head.indexOf(':');
  if (colon < 0) return head;
  if (head.slice(0, colon).toLowerCase() !== repository.owner.login.toLowerCase()) {
    throw validationFailed({ resource: 'PullRequest', field: 'head', code: 'invalid' });
  }
  return head.slice(colon + 1);
}

export async function openPull(hub: Hub, repository: Repository, viewer: Viewer, input: NewPull): Promise<Pull> {
  const { git } = repository;
  const headRef = branchOf(repository, input.head);
  const fork = input.fork ?? null;
  const [headSha, baseSha] = await Promise.all([
    fork === null ? git.branch(headRef) : fork.sha,
    git.branch(input.base),
  ]);
  if (headSha === null) throw validationFailed({ resource: 'PullRequest', field: 'head', code: 'invalid' });
  if (baseSha === null) throw validationFailed({ resource: 'PullRequest', field: 'base', code: 'invalid' });
  const twin = [...repository.issues.values()].find(
    ({ pull, state }) =>
      pull !== null &&
      state === 'open' &&
      pull.fork === (fork?.repository ?? null) &&
      pull.headRef === headRef &&
      pull.baseRef === input.base,
  );
  if (twin !== undefined) {
    throw refused('PullRequest', `A pull request already exists for ${repository.owner.login}:${headRef}.`);
  }
  if ((await git.revList([`${baseSha}..${headSha}`])).length === 0) {
    throw refused('PullRequest', `No commits between ${input.base} and ${headRef}`);
  }
  const issue = newIssue(hub, repository, {
    title: input.title,
    body: input.body,
    author: actorOf(viewer),
    app: appOf(viewer),
  });
  const pull: Pull = {
    id: hub.nextId(),
    issue,
    headRef,
    fork: fork?.repository ?? null,
    baseRef: input.base,
    headSha,
    baseSha,
    draft: input.draft,
    reviews: [],
    requested: [],
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    autoMerge: null,
    queued: false,
    merging: false,
    askedFor: null,
  };
  issue.pull = pull;
  await git.updateRefs([{ ref: `refs/pull/${issue.number}/head`, to: headSha, from: NO_OBJECT }]);
  await emitPull(hub, repository, pull, 'opened', actorOf(viewer));
  return pull;
}

export interface PullEdit {
  readonly title: string | null;
  readonly body: string | null;
  readonly base: string | null;
  readonly state: 'open' | 'closed' | null;
}

export async function editPull(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  pull: Pull,
  edit: PullEdit,
): Promise<void> {
  const sender = actorOf(viewer);
  const { issue } = pull;
  const changes: Record<string, unknown> = {};
  demandTitle('PullRequest', edit.title ?? '');
  demandBody('PullRequest', edit.body ?? '');
  if (edit.title !== null && edit.title !== issue.title) {
    changes['title'] = { from: issue.title };
    issue.title = edit.title;
  }
  if (edit.body !== null && edit.body !== issue.body) {
    changes['body'] = { from: issue.body ?? '' };
    issue.body = edit.body;
    issue.lastEditedAt = hub.now();
    issue.editor = sender;
  }
  if (edit.base !== null && edit.base !== pull.baseRef) {
    const sha = await repository.git.branch(edit.base);
    if (sha === null) throw validationFailed({ resource: 'PullRequest', field: 'base', code: 'invalid' });
    changes['base'] = { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } };
    pull.baseRef = edit.base;
    pull.baseSha = sha;
  }
  if (Object.keys(changes).length > 0) {
    issue.updatedAt = hub.now();
    await emitPull(hub, repository, pull, 'edited', sender, { changes });
  }
  if (edit.state === 'closed' && issue.state === 'open') await closePull(hub, repository, pull, sender);
  if (edit.state === 'open' && issue.state === 'closed') await reopenPull(hub, repository, pull, sender);
}

export async function closePull(hub: Hub, repository: Repository, pull: Pull, sender: User): Promise<void> {
  const { issue } = pull;
  issue.state = 'closed';
  issue.closedAt = hub.now();
  issue.closedBy = sender;
  issue.updatedAt = hub.now();
  pull.autoMerge = null;
  pull.queued = false;
  await emitPull(hub, repository, pull, 'closed', sender);
}

async function reopenPull(hub: Hub, repository: Repository, pull: Pull, sender: User): Promise<void> {
  const { issue } = pull;
  const headSha = pull.fork === null ? await repository.git.branch(pull.headRef) : pull.headSha;
  if (pull.mergedAt !== null || headSha === null) {
    throw refused('PullRequest', 'state cannot be changed. The branch was deleted or the pull request was merged.');
  }
  issue.state = 'open';
  issue.closedAt = null;
  issue.closedBy = null;
  issue.updatedAt = hub.now();
  pull.headSha = headSha;
  await emitPull(hub, repository, pull, 'reopened', sender);
}

/** Writes down that a pull request was merged as a commit that is on the base branch by now. */
export async function recordMerge(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  pull: Pull,
  commit: string,
): Promise<void> {
  const { issue } = pull;
  const now = hub.now();
  issue.state = 'closed';
  issue.closedAt = now;
  issue.closedBy = actorOf(viewer);
  issue.updatedAt = now;
  pull.mergedAt = now;
  pull.mergedBy = actorOf(viewer);
  pull.mergeCommit = commit;
  pull.autoMerge = null;
  pull.queued = false;
  await emitPull(hub, repository, pull, 'closed', actorOf(viewer));
}
