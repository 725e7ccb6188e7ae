/** Every change that GraphQL can ask for. Each runs under its repository's lock, one after the other. */
import { demand, PUSH, type Need } from '../engine/access.ts';
import { disableAutoMerge, enableAutoMerge } from '../engine/auto-merge.ts';
import { addComment, editComment, findComment, findIssue, react } from '../engine/issues.ts';
import { mergePull } from '../engine/merge.ts';
import { enqueue } from '../engine/merge-queue.ts';
import { closePull, editPull, findPull, openPull } from '../engine/pulls.ts';
import { actorOf, type Hub } from '../hub.ts';
import { record } from '../http/input.ts';
import { nodeId, partsOf, type NodeKind } from '../node-id.ts';
import { Problem, unprocessable } from '../problem.ts';
import type { MergeMethod, Repository, Viewer } from '../state.ts';
import { iso } from '../views/time.ts';
import { actorNode } from './actor-node.ts';
import { createCommitOnBranch } from './commit-on-branch.ts';
import type { Fields } from './connection.ts';
import { commitNode, refNode, type Scope } from './git-nodes.ts';
import { commentNode, issueNode, REACTIONS, reactionNode } from './issue-node.ts';
import { pullNode } from './pull-node.ts';
import { repositoryById } from './queries.ts';
import { changeRef, createRef, deleteRef, updateRefs } from './ref-mutations.ts';

interface Asked {
  readonly hub: Hub;
  readonly viewer: Viewer;
}

type Input = Readonly<Record<string, unknown>>;
type Mutation = (scope: Scope, input: Input, parts: readonly string[]) => Promise<Fields> | Fields;

function text(input: Input, key: string): string | null {
  const value = input[key];
  return typeof value === 'string' ? value : null;
}

const METHODS: Readonly<Record<string, MergeMethod>> = { MERGE: 'merge', SQUASH: 'squash', REBASE: 'rebase' };

function method(input: Input): MergeMethod {
  return METHODS[text(input, 'mergeMethod') ?? 'MERGE'] ?? 'merge';
}

const NEEDS = {
  contents: PUSH,
  pulls: { permission: 'pull_requests', access: 'write', role: 'read' },
  merge: { permission: 'pull_requests', access: 'write', role: 'write' },
  issues: { permission: 'issues', access: 'write', role: 'read' },
} as const satisfies Record<string, Need>;

/** Finds the repository that an id of the input leads to, checks the right, takes the lock, and echoes clientMutationId. */
function mutation(asked: Asked, key: string, kinds: readonly NodeKind[], need: Need, run: Mutation): unknown {
  return ({ input }: { readonly input: Input }) => {
    const { parts } = partsOf(kinds, text(input, key) ?? '');
    const repository = repositoryById(asked, Number(parts[0]));
    demand(repository, asked.viewer, need);
    const scope: Scope = { ...asked, repository };
    return repository.lock.run(async () => ({
      clientMutationId: text(input, 'clientMutationId'),
      ...(await run(scope, input, parts)),
    }));
  };
}

const pullAt = (repository: Repository, parts: readonly string[]): ReturnType<typeof findPull> =>
  findPull(repository, Number(parts[1]));

const pullMutations = (asked: Asked): Record<string, unknown> => ({
  createPullRequest: mutation(asked, 'repositoryId', ['Repository'], NEEDS.pulls, async (scope, input) => {
    const { hub, repository, viewer } = scope;
    const pull = await openPull(hub, repository, viewer, {
      title: text(input, 'title') ?? '',
      body: text(input, 'body'),
      head: text(input, 'headRefName') ?? '',
      base: text(input, 'baseRefName') ?? '',
      draft: input['draft'] === true,
    }).catch((error: unknown) => {
      // GraphQL gives the sentence itself where REST wraps it in "Validation Failed".
      const [first] = error instanceof Problem ? error.errors : [];
      if (first === undefined) throw error;
      throw unprocessable(first.message ?? `${first.field === 'head' ? 'Head' : 'Base'} ref must be a branch`);
    });
    return { pullRequest: () => pullNode(scope, pull) };
  }),
  updatePullRequest: mutation(asked, 'pullRequestId', ['PullRequest'], NEEDS.pulls, async (scope, input, parts) => {
    const pull = pullAt(scope.repository, parts);
    const state = text(input, 'state');
    await editPull(scope.hub, scope.repository, scope.viewer, pull, {
      title: text(input, 'title'),
      body: text(input, 'body'),
      base: text(input, 'baseRefName'),
      state: state === 'OPEN' ? 'open' : state === 'CLOSED' ? 'closed' : null,
    });
    return { pullRequest: () => pullNode(scope, pull), actor: actorNode(scope.hub, actorOf(scope.viewer)) };
  }),
  closePullRequest: mutation(asked, 'pullRequestId', ['PullRequest'], NEEDS.pulls, async (scope, _, parts) => {
    const pull = pullAt(scope.repository, parts);
    if (pull.issue.state === 'open') await closePull(scope.hub, scope.repository, pull, actorOf(scope.viewer));
    return { pullRequest: () => pullNode(scope, pull) };
  }),
  mergePullRequest: mutation(asked, 'pullRequestId', ['PullRequest'], NEEDS.merge, async (scope, input, parts) => {
    const pull = pullAt(scope.repository, parts);
    await mergePull(scope.hub, scope.repository, scope.viewer, pull, {
      method: method(input),
      title: text(input, 'commitHeadline'),
      message: text(input, 'commitBody'),
      expectedHead: text(input, 'expectedHeadOid'),
    });
    return { pullRequest: () => pullNode(scope, pull), actor: actorNode(scope.hub, actorOf(scope.viewer)) };
  }),
  enablePullRequestAutoMerge: mutation(
    asked,
    'pullRequestId',
    ['PullRequest'],
    NEEDS.merge,
    async (scope, input, parts) => {
      const pull = pullAt(scope.repository, parts);
      await enableAutoMerge(scope.hub, scope.repository, scope.viewer, pull, {
        method: method(input),
        title: text(input, 'commitHeadline'),
        message: text(input, 'commitBody'),
        expectedHead: text(input, 'expectedHeadOid'),
      });
      return { pullRequest: () => pullNode(scope, pull), actor: actorNode(scope.hub, actorOf(scope.viewer)) };
    },
  ),
  disablePullRequestAutoMerge: mutation(
    asked,
    'pullRequestId',
    ['PullRequest'],
    NEEDS.merge,
    async (scope, _, parts) => {
      const pull = pullAt(scope.repository, parts);
      await disableAutoMerge(scope.hub, scope.repository, scope.viewer, pull);
      return { pullRequest: () => pullNode(scope, pull), actor: actorNode(scope.hub, actorOf(scope.viewer)) };
    },
  ),
  enqueuePullRequest: mutation(asked, 'pullRequestId', ['PullRequest'], NEEDS.merge, async (scope, input, parts) => {
    const { hub, repository } = scope;
    const pull = pullAt(repository, parts);
    const jump = input['jump'] === true;
    await enqueue(hub, repository, scope.viewer, pull, { expectedHead: text(input, 'expectedHeadOid'), jump });
    return {
      mergeQueueEntry: {
        __typename: 'MergeQueueEntry',
        id: nodeId('MergeQueueEntry', repository.id, pull.issue.number),
        position: repository.queue.findIndex((entry) => entry.pull === pull) + 1,
        state: 'QUEUED',
        jump,
        enqueuedAt: iso(hub.now()),
        pullRequest: () => pullNode(scope, pull),
        headCommit: () => commitNode(scope, pull.headSha),
      },
    };
  }),
});

const commentMutations = (asked: Asked): Record<string, unknown> => ({
  addComment: mutation(asked, 'subjectId', ['PullRequest', 'Issue'], NEEDS.issues, (scope, input, parts) => {
    const issue = findIssue(scope.repository, Number(parts[1]));
    const comment = addComment(scope.hub, scope.repository, scope.viewer, issue, text(input, 'body') ?? '');
    const node = (): Fields => commentNode(scope, comment);
    return {
      commentEdge: { cursor: '', node },
      subject: () => (issue.pull === null ? issueNode(scope, issue) : pullNode(scope, issue.pull)),
      timelineEdge: { cursor: '', node },
    };
  }),
  updateIssueComment: mutation(asked, 'id', ['IssueComment'], NEEDS.issues, (scope, input, parts) => {
    const comment = findComment(scope.repository, Number(parts[1]));
    editComment(scope.hub, scope.repository, scope.viewer, comment, text(input, 'body') ?? '');
    return { issueComment: () => commentNode(scope, comment) };
  }),
  addReaction: mutation(
    asked,
    'subjectId',
    ['IssueComment', 'PullRequest', 'Issue'],
    NEEDS.issues,
    (scope, input, parts) => {
      const { kind } = partsOf(['IssueComment', 'PullRequest', 'Issue'], text(input, 'subjectId') ?? '');
      const target =
        kind === 'IssueComment'
          ? findComment(scope.repository, Number(parts[1]))
          : findIssue(scope.repository, Number(parts[1]));
      const content = REACTIONS[(text(input, 'content') ?? 'EYES') as keyof typeof REACTIONS];
      const { reaction } = react(scope.hub, scope.viewer, target.reactions, content);
      const comment = scope.repository.comments.get(Number(parts[1]));
      return {
        reaction: reactionNode(scope, reaction),
        subject: () =>
          kind === 'IssueComment' && comment !== undefined
            ? commentNode(scope, comment)
            : issueNode(scope, findIssue(scope.repository, Number(parts[1]))),
      };
    },
  ),
});

const refMutations = (asked: Asked): Record<string, unknown> => ({
  createRef: mutation(asked, 'repositoryId', ['Repository'], NEEDS.contents, async (scope, input) => {
    const ref = await createRef(scope, text(input, 'name') ?? '', text(input, 'oid') ?? '');
    return { ref: refNode(scope, ref) };
  }),
  updateRef: mutation(asked, 'refId', ['Ref'], NEEDS.contents, async (scope, input, parts) => {
    const ref = await changeRef(scope, parts[1] ?? '', text(input, 'oid') ?? '', input['force'] === true);
    return { ref: refNode(scope, ref) };
  }),
  updateRefs: mutation(asked, 'repositoryId', ['Repository'], NEEDS.contents, async (scope, input) => {
    const updates = Array.isArray(input['refUpdates']) ? (input['refUpdates'] as readonly unknown[]) : [];
    await updateRefs(scope, updates.map(record));
    return {};
  }),
  deleteRef: mutation(asked, 'refId', ['Ref'], NEEDS.contents, async (scope, _, parts) => {
    await deleteRef(scope, parts[1] ?? '');
    return {};
  }),
});

export function mutations(asked: Asked): Fields {
  return {
    ...refMutations(asked),
    ...pullMutations(asked),
    ...commentMutations(asked),
    createCommitOnBranch: createCommitOnBranch(asked),
  };
}
