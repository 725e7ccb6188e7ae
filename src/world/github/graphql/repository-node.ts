/** Repositories in GraphQL. */
import { may, PUSH, roleOf } from '../engine/access.ts';
import { requiredApprovals, requiredChecks, rulesOf } from '../engine/rules.ts';
import { fullName } from '../hub.ts';
import { nodeId } from '../node-id.ts';
import { Problem } from '../problem.ts';
import { pageUrl } from '../views/repository.ts';
import { iso, isoOrNull } from '../views/time.ts';
import type { Pull } from '../state.ts';
import { actorNode } from './actor-node.ts';
import { connection, type Fields, type PageArgs } from './connection.ts';
import { expressionNode, objectNode, refNode, type Scope } from './git-nodes.ts';
import { issueNode } from './issue-node.ts';
import { pullNode } from './pull-node.ts';

interface PullsArgs extends PageArgs {
  readonly headRefName?: string | null;
  readonly baseRefName?: string | null;
  readonly states?: readonly string[] | null;
  readonly labels?: readonly string[] | null;
  readonly orderBy?: { readonly field: string; readonly direction: string } | null;
}

interface IssuesArgs extends PageArgs {
  readonly states?: readonly string[] | null;
  readonly labels?: readonly string[] | null;
  readonly orderBy?: { readonly field: string; readonly direction: string } | null;
}

function stateOf(pull: Pull): string {
  return pull.mergedAt !== null ? 'MERGED' : pull.issue.state.toUpperCase();
}

function ordered<T>(
  items: readonly T[],
  order: { readonly field: string; readonly direction: string } | null | undefined,
  issue: (item: T) => { number: number; updatedAt: number },
): readonly T[] {
  const sign = order?.direction === 'DESC' ? -1 : 1;
  const key = (item: T): number => (order?.field === 'UPDATED_AT' ? issue(item).updatedAt : issue(item).number);
  return [...items].sort((a, b) => sign * (key(a) - key(b) || issue(a).number - issue(b).number));
}

function pullsOf({ repository }: Scope, args: PullsArgs): readonly Pull[] {
  const pulls = [...repository.issues.values()].flatMap(({ pull }) => (pull === null ? [] : [pull]));
  const found = pulls.filter(
    (pull) =>
      (args.headRefName == null || pull.headRef === args.headRefName) &&
      (args.baseRefName == null || pull.baseRef === args.baseRefName) &&
      (args.states == null || args.states.includes(stateOf(pull))) &&
      (args.labels == null || pull.issue.labels.some(({ name }) => args.labels?.includes(name))),
  );
  return ordered(found, args.orderBy, (pull) => pull.issue);
}

function missing(kind: string, number: number): Problem {
  return new Problem(404, `Could not resolve to ${kind} with the number of ${number}.`, { type: 'NOT_FOUND' });
}

const PERMISSION = {
  none: null,
  read: 'READ',
  triage: 'TRIAGE',
  write: 'WRITE',
  maintain: 'MAINTAIN',
  admin: 'ADMIN',
} as const;

/** Classic protection alone, as GraphQL's branchProtectionRules has it. */
function protectionRules({ repository }: Scope): readonly Fields[] {
  return [...repository.protections.keys()].map((pattern) => {
    const rules = rulesOf(repository, pattern).filter(({ classic }) => classic !== null);
    return {
      __typename: 'BranchProtectionRule',
      pattern,
      requiresApprovingReviews: rules.some(({ rule }) => requiredApprovals(rule) > 0),
      requiredApprovingReviewCount: Math.max(0, ...rules.map(({ rule }) => requiredApprovals(rule))),
      requiresStatusChecks: rules.some(({ rule }) => requiredChecks(rule).length > 0),
      requiredStatusCheckContexts: rules.flatMap(({ rule }) => requiredChecks(rule).map(({ context }) => context)),
    };
  });
}

async function branchNode(scope: Scope, name: string): Promise<Fields | null> {
  const { git } = scope.repository;
  const names = name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
  for (const candidate of names) {
    const ref = await git.ref(candidate);
    if (ref !== null) return refNode(scope, ref);
  }
  return null;
}

export function repositoryNode(scope: Scope): Fields {
  const { hub, repository, viewer } = scope;
  const { settings } = repository;
  const findPull = (number: number): Fields => {
    const pull = repository.issues.get(number)?.pull ?? null;
    if (pull === null) throw missing('a PullRequest', number);
    return pullNode(scope, pull);
  };
  const findIssue = (number: number): Fields => {
    const issue = repository.issues.get(number);
    if (issue === undefined || issue.pull !== null) throw missing('an Issue', number);
    return issueNode(scope, issue);
  };
  return {
    __typename: 'Repository',
    id: nodeId('Repository', repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: fullName(repository),
    owner: actorNode(hub, repository.owner),
    url: pageUrl(hub, repository),
    description: repository.description,
    isPrivate: repository.private,
    visibility: repository.private ? 'PRIVATE' : 'PUBLIC',
    isArchived: false,
    isDisabled: false,
    isFork: false,
    isEmpty: false,
    createdAt: iso(repository.createdAt),
    updatedAt: iso(repository.updatedAt),
    pushedAt: iso(repository.pushedAt),
    viewerPermission:
      PERMISSION[
        may(repository, viewer, PUSH) && viewer.kind === 'installation' ? 'write' : roleOf(repository, viewer)
      ],
    mergeCommitAllowed: settings.allowMergeCommit,
    squashMergeAllowed: settings.allowSquashMerge,
    rebaseMergeAllowed: settings.allowRebaseMerge,
    autoMergeAllowed: settings.allowAutoMerge,
    deleteBranchOnMerge: settings.deleteBranchOnMerge,
    defaultBranchRef: () => branchNode(scope, `refs/heads/${repository.defaultBranch}`),
    ref: ({ qualifiedName }: { readonly qualifiedName: string }) => branchNode(scope, qualifiedName),
    refs: async (args: PageArgs & { readonly refPrefix: string; readonly query?: string | null }) => {
      const refs = (await repository.git.refs(args.refPrefix)).filter(
        ({ ref }) => args.query == null || ref.includes(args.query),
      );
      return connection('refs', refs, args, (ref) => {
        // Below a deeper prefix the name is what is left of it.
        return { ...refNode(scope, ref), name: ref.ref.slice(args.refPrefix.length), prefix: args.refPrefix };
      });
    },
    object: ({ expression, oid }: { readonly expression?: string | null; readonly oid?: string | null }) =>
      oid != null ? objectNode(scope, oid) : expressionNode(scope, expression ?? 'HEAD'),
    pullRequest: ({ number }: { readonly number: number }) => findPull(number),
    pullRequests: (args: PullsArgs) =>
      connection('pullRequests', pullsOf(scope, args), args, (pull) => pullNode(scope, pull)),
    issue: ({ number }: { readonly number: number }) => findIssue(number),
    issueOrPullRequest: ({ number }: { readonly number: number }) =>
      repository.issues.get(number)?.pull == null ? findIssue(number) : findPull(number),
    issues: (args: IssuesArgs) => {
      const found = [...repository.issues.values()].filter(
        (issue) =>
          issue.pull === null &&
          (args.states == null || args.states.includes(issue.state.toUpperCase())) &&
          (args.labels == null || issue.labels.some(({ name }) => args.labels?.includes(name))),
      );
      return connection(
        'issues',
        ordered(found, args.orderBy, (issue) => issue),
        args,
        (issue) => issueNode(scope, issue),
      );
    },
    commitComments: (args: PageArgs) =>
      connection('commitComments', [...repository.commitComments.values()], args, (comment) => ({
        __typename: 'CommitComment',
        id: nodeId('CommitComment', repository.id, comment.id),
        databaseId: comment.id,
        body: comment.body,
        author: actorNode(hub, comment.author),
        createdAt: iso(comment.createdAt),
        lastEditedAt: isoOrNull(comment.lastEditedAt),
        includesCreatedEdit: comment.lastEditedAt !== null,
        commit: () => objectNode(scope, comment.commit),
      })),
    branchProtectionRules: (args: PageArgs) =>
      connection('branchProtectionRules', protectionRules(scope), args, (rule) => rule),
    mergeQueue: ({ branch }: { readonly branch?: string | null }) => {
      const name = branch ?? repository.defaultBranch;
      if (!rulesOf(repository, name).some(({ rule }) => rule.type === 'merge_queue')) return null;
      const entries = [...repository.issues.values()].flatMap(({ pull }) =>
        pull?.queued === true && pull.baseRef === name ? [pull] : [],
      );
      return {
        __typename: 'MergeQueue',
        id: nodeId('MergeQueueEntry', repository.id, name),
        entries: (args: PageArgs) =>
          connection('entries', entries, args, (pull) => ({
            __typename: 'MergeQueueEntry',
            pullRequest: () => pullNode(scope, pull),
          })),
      };
    },
  };
}
