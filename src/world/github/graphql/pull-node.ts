/** Pull requests and their reviews in GraphQL. */
import { askedBefore, baseTip, mergeState, reviewDecision, testMerge } from '../engine/mergeability.ts';
import { actorOf } from '../hub.ts';
import { nodeId } from '../node-id.ts';
import { associationOf } from '../views/issue.ts';
import { pageUrl } from '../views/repository.ts';
import { iso, isoOrNull } from '../views/time.ts';
import type { Pull, Review } from '../state.ts';
import { actorNode, actorOrNull } from './actor-node.ts';
import { connection, type Fields, type PageArgs } from './connection.ts';
import { commitNode, refNode, type Scope } from './git-nodes.ts';
import { repositoryNode } from './repository-node.ts';
import { rollupNode } from './check-nodes.ts';
import { discussion } from './issue-node.ts';

function reviewNode(scope: Scope, review: Review): Fields {
  return {
    __typename: 'PullRequestReview',
    id: nodeId('PullRequestReview', scope.repository.id, review.id),
    databaseId: review.id,
    state: review.state,
    body: review.body,
    author: actorNode(scope.hub, review.author),
    authorAssociation: associationOf(scope.repository, review.author),
    createdAt: iso(review.submittedAt),
    submittedAt: iso(review.submittedAt),
    commit: () => commitNode(scope, review.commit),
  };
}

async function commitsOf({ repository }: Scope, pull: Pull): Promise<readonly string[]> {
  const base = pull.issue.state === 'open' ? await baseTip(repository, pull) : pull.baseSha;
  return [...(await repository.git.revList([`${base}..${pull.headSha}`]))].reverse();
}

async function filesOf({ repository }: Scope, pull: Pull): ReturnType<typeof repository.git.diff> {
  const base = pull.issue.state === 'open' ? await baseTip(repository, pull) : pull.baseSha;
  return repository.git.diff((await repository.git.mergeBase(base, pull.headSha)) ?? base, pull.headSha);
}

const CHANGE = {
  added: 'ADDED',
  removed: 'DELETED',
  modified: 'MODIFIED',
  renamed: 'RENAMED',
  changed: 'CHANGED',
} as const;

/** One answer for all fields of one node, so that the first question is "unknown" for every one of them. */
function mergeability({ repository }: Scope, pull: Pull): Record<string, unknown> {
  let known: Promise<boolean> | null = null;
  const ask = (): Promise<boolean> =>
    (known ??= pull.issue.state === 'open' ? askedBefore(repository, pull) : Promise.resolve(false));
  return {
    mergeable: async () => {
      if (!(await ask())) return 'UNKNOWN';
      return (await testMerge(repository, pull)).kind === 'clean' ? 'MERGEABLE' : 'CONFLICTING';
    },
    mergeStateStatus: async () => ((await ask()) ? (await mergeState(repository, pull)).toUpperCase() : 'UNKNOWN'),
    canBeRebased: async () => (await testMerge(repository, pull)).kind === 'clean',
  };
}

export function pullNode(scope: Scope, pull: Pull): Fields {
  const { hub, repository } = scope;
  const { issue, autoMerge } = pull;
  return {
    __typename: 'PullRequest',
    id: nodeId('PullRequest', repository.id, issue.number),
    databaseId: pull.id,
    fullDatabaseId: String(pull.id),
    url: `${pageUrl(hub, repository)}/pull/${issue.number}`,
    ...discussion(scope, issue),
    state: pull.mergedAt !== null ? 'MERGED' : issue.state.toUpperCase(),
    isDraft: pull.draft,
    merged: pull.mergedAt !== null,
    mergedAt: isoOrNull(pull.mergedAt),
    mergedBy: actorOrNull(hub, pull.mergedBy),
    ...mergeability(scope, pull),
    headRefName: pull.headRef,
    headRefOid: pull.headSha,
    baseRefName: pull.baseRef,
    baseRefOid: pull.baseSha,
    headRef: () => (pull.fork === null ? branchNode(scope, pull.headRef) : null),
    baseRef: () => branchNode(scope, pull.baseRef),
    headRepository: () => repositoryNode(pull.fork === null ? scope : { ...scope, repository: pull.fork }),
    headRepositoryOwner: actorNode(hub, (pull.fork ?? repository).owner),
    isCrossRepository: pull.fork !== null,
    potentialMergeCommit: async () => potentialMerge(scope, pull),
    mergeCommit: () => (pull.mergeCommit === null ? null : commitNode(scope, pull.mergeCommit)),
    autoMergeRequest:
      autoMerge === null
        ? null
        : {
            __typename: 'AutoMergeRequest',
            enabledAt: iso(autoMerge.at),
            mergeMethod: autoMerge.method.toUpperCase(),
            enabledBy: actorNode(hub, autoMerge.user),
            commitHeadline: autoMerge.title,
            commitBody: autoMerge.message,
          },
    isInMergeQueue: pull.queued,
    reviewDecision: reviewDecision(repository, pull),
    reviews: (args: PageArgs & { readonly states?: readonly string[] | null }) => {
      const found = pull.reviews.filter(({ state }) => args.states?.includes(state) ?? true);
      return connection('reviews', found, args, (review) => reviewNode(scope, review));
    },
    commits: async (args: PageArgs) =>
      connection('commits', await commitsOf(scope, pull), args, (sha) => ({
        __typename: 'PullRequestCommit',
        id: nodeId('Commit', repository.id, issue.number, sha),
        commit: () => commitNode(scope, sha),
      })),
    files: async (args: PageArgs) =>
      connection('files', await filesOf(scope, pull), args, (file) => ({
        path: file.path,
        additions: file.additions,
        deletions: file.deletions,
        changeType: CHANGE[file.status],
      })),
    changedFiles: async () => (await filesOf(scope, pull)).length,
    additions: async () => (await filesOf(scope, pull)).reduce((sum, file) => sum + file.additions, 0),
    deletions: async () => (await filesOf(scope, pull)).reduce((sum, file) => sum + file.deletions, 0),
    statusCheckRollup: () => rollupNode(scope, pull.headSha),
    viewerDidAuthor: issue.author.id === actorOf(scope.viewer).id,
  };
}

/** The test merge of an open pull request, a real commit on no branch. Null while it conflicts. */
async function potentialMerge(scope: Scope, pull: Pull): Promise<Fields | null> {
  if (pull.issue.state !== 'open') return null;
  const { git } = scope.repository;
  const merged = await testMerge(scope.repository, pull);
  if (merged.kind !== 'clean') return null;
  const [base, head] = [await baseTip(scope.repository, pull), await git.resolveCommit(pull.headSha)];
  if (head === null) return null;
  // As old as the head: the same question gives the same commit.
  const sha = git.store.writeCommit({
    tree: merged.tree,
    parents: [base, pull.headSha],
    author: head.committer,
    committer: head.committer,
    message: `Merge ${pull.headSha} into ${base}`,
  });
  return commitNode(scope, sha);
}

async function branchNode(scope: Scope, name: string): Promise<Fields | null> {
  const ref = await scope.repository.git.ref(`refs/heads/${name}`);
  return ref === null ? null : refNode(scope, ref);
}
