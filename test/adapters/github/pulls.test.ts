import assert from 'node:assert/strict';
import { test } from 'node:test';
import nock from 'nock';
import { isFinished } from '../../../src/adapters/github/pulls.ts';
import { printBlock } from '../../../src/report/memory.ts';
import { aPull } from '../../control/builders.ts';
import { aMemory } from '../../report/builders.ts';
import { onlyNock } from '../only-nock.ts';
import { aCommitNode, aPullNode, aRepository, graphql, graphqlErrors, HOST, REPO } from './github.ts';

onlyNock();

const MESSAGE = { title: 'Revert web', body: 'Why.' };
const MERGE = `${REPO}/pulls/7/merge`;
const BRANCH = 'rollback/production/web/bad0000';

async function found(node: Readonly<Record<string, unknown>>) {
  graphql('FindPull', { data: { repository: { pullRequests: { nodes: [aPullNode(node)] } } } });
  return aRepository().findRollback(BRANCH);
}

test('a merge is pinned to the head that was looked at, with our title and trailers', async () => {
  const pull = aPull();
  nock(HOST)
    .put(MERGE, {
      sha: pull.head,
      merge_method: 'squash',
      commit_title: 'Revert web (#7)',
      commit_message: 'Why.',
    })
    .reply(200, { sha: 'abc', merged: true, message: 'Pull Request successfully merged' });
  assert.deepEqual(await aRepository().mergePinned(pull, 'squash', MESSAGE), { kind: 'merged', sha: 'abc' });
});

const REFUSALS = [
  [405, 'Required status check "ci" is expected.', 'blocked'],
  [405, 'At least 1 approving review is required by reviewers with write access.', 'blocked'],
  [405, 'Repository rule violations found', 'blocked'],
  [405, 'Pull Request is not mergeable', 'blocked'],
  [405, 'Base branch was modified. Review and try the merge again.', 'moved'],
  [409, 'Head branch was modified. Review and try the merge again.', 'moved'],
  [405, 'Squash merges are not allowed on this repository.', 'not-allowed'],
  [405, 'A new sentence that nobody has heard before', 'other'],
] as const;

for (const [status, message, reason] of REFUSALS) {
  test(`a merge that GitHub refuses with ${status} "${message}" is ${reason}, in its own words`, async () => {
    nock(HOST).put(MERGE).reply(status, { message });
    const outcome = await aRepository().mergePinned(aPull(), 'squash', MESSAGE);
    assert.equal(outcome.kind, 'refused');
    assert.deepEqual([outcome.reason, outcome.message.startsWith(message)], [reason, true]);
  });
}

test('a merge that ends in a 500 is not sent again: it may have happened', async () => {
  let asked = 0;
  nock(HOST)
    .put(MERGE)
    .times(5)
    .reply(() => {
      asked += 1;
      return [500, { message: 'Server Error' }];
    });
  await assert.rejects(aRepository().mergePinned(aPull(), 'squash', MESSAGE), { code: 'github-unavailable' });
  assert.equal(asked, 1);
  nock.cleanAll();
});

test('auto-merge is armed for this head and this method', async () => {
  const variables = { pull: 'PR_7', head: aPull().head, how: 'SQUASH' };
  nock(HOST)
    .post('/graphql', (body: { variables?: object }) => {
      assert.deepEqual(body.variables, variables);
      return true;
    })
    .reply(200, { data: { enablePullRequestAutoMerge: { pullRequest: { id: 'PR_7' } } } });
  assert.deepEqual(await aRepository().armAutoMerge(aPull(), 'squash'), { kind: 'armed' });
});

test('auto-merge, the queue and an update are pinned to the head that was looked at', async () => {
  const pinned = (body: { query?: string; variables?: { head?: string } }): boolean =>
    body.query?.includes('expectedHeadOid: $head') === true && body.variables?.head === aPull().head;
  nock(HOST).post('/graphql', pinned).times(2).reply(200, { data: {} });
  assert.deepEqual(await aRepository().armAutoMerge(aPull(), 'squash'), { kind: 'armed' });
  assert.deepEqual(await aRepository().enqueue(aPull()), { kind: 'queued' });
  nock(HOST).put(`${REPO}/pulls/7/update-branch`, { expected_head_sha: aPull().head }).reply(202, {});
  await aRepository().updateBranch(aPull());
});

const ARMING = [
  ['Pull request Pull request is in clean status', 'clean'],
  ['Pull request Auto merge is not allowed for this repository', 'not-allowed'],
  ['Head branch was modified. Review and try the merge again.', 'moved'],
  ['["Pull request is in an unknown state"]', 'other'],
] as const;

for (const [message, reason] of ARMING) {
  test(`auto-merge that GitHub refuses with "${message}" is ${reason}`, async () => {
    graphql('enablePullRequestAutoMerge', graphqlErrors('UNPROCESSABLE', message));
    const outcome = await aRepository().armAutoMerge(aPull(), 'squash');
    assert.deepEqual([outcome.kind, outcome.kind === 'refused' && outcome.reason], ['refused', reason]);
  });
}

test('auto-merge that fails for another reason is no refusal', async () => {
  graphql('enablePullRequestAutoMerge', { message: 'Bad Gateway' }, 502);
  await assert.rejects(aRepository().armAutoMerge(aPull(), 'squash'), { code: 'github-unavailable' });
  graphql('enablePullRequestAutoMerge', graphqlErrors('RATE_LIMITED', 'API rate limit exceeded'));
  await assert.rejects(aRepository().armAutoMerge(aPull(), 'squash'), { code: 'github-unavailable' });
  graphql('enablePullRequestAutoMerge', graphqlErrors('FORBIDDEN', 'Resource not accessible by integration'));
  await assert.rejects(aRepository().armAutoMerge(aPull(), 'squash'), { code: 'github-forbidden' });
});

test('a pull request is ours when author, editor and every commit are, signed by GitHub', async () => {
  assert.equal((await found({}))?.ours, true);
  assert.equal((await found({ editor: { __typename: 'Bot', login: 'lastgood' } }))?.ours, true);
});

const FOREIGN: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['whose text somebody else edited', { editor: { __typename: 'User', login: 'eve' } }],
  ['whose text a person with the login of the App edited', { editor: { __typename: 'User', login: 'lastgood' } }],
  [
    'with a commit of a person with the name of the App',
    {
      commits: {
        totalCount: 1,
        nodes: [aCommitNode({ author: { user: { login: 'lastgood' }, name: 'lastgood[bot]' } })],
      },
    },
  ],
  [
    'with a commit of somebody else',
    {
      commits: {
        totalCount: 2,
        nodes: [aCommitNode(), aCommitNode({ author: { user: { login: 'eve' }, name: 'eve' } })],
      },
    },
  ],
  ['with an unsigned commit in our name', { commits: { totalCount: 1, nodes: [aCommitNode({ signature: null })] } }],
  [
    'with a commit in our name that somebody else signed',
    { commits: { totalCount: 1, nodes: [aCommitNode({ signature: { isValid: true, wasSignedByGitHub: false } })] } },
  ],
  ['with more commits than we looked at', { commits: { totalCount: 9, nodes: [aCommitNode()] } }],
];

for (const [name, node] of FOREIGN) {
  test(`a pull request ${name} is not ours`, async () => {
    assert.equal((await found(node))?.ours, false);
  });
}

test('an Enterprise Server that signs nothing is believed without a signature', async () => {
  const url = 'https://ghe.example/acme/deploy/pull/7';
  const commits = { totalCount: 1, nodes: [aCommitNode({ signature: null })] };
  assert.equal((await found({ url, commits }))?.ours, true);
});

test('a pull request that somebody else opened from a branch of this name is not a rollback', async () => {
  assert.equal(await found({ author: { login: 'eve' } }), null);
  assert.equal(await found({ author: null }), null);
});

test('rollbacks of today are those that we opened, each once, labelled or not', async () => {
  const opened = (number: number, author: object | null, headRefName = BRANCH, createdAt = '2026-03-01T12:00:00Z') => ({
    ...{ number, headRefName, createdAt, author },
  });
  const us = { __typename: 'Bot', login: 'lastgood' };
  const recent = [
    opened(7, us),
    opened(8, { __typename: 'User', login: 'lastgood' }),
    opened(9, null),
    opened(10, us, 'rollback/staging/web/bad0000'),
    opened(11, us, BRANCH, '2026-02-01T12:00:00Z'),
  ];
  graphql('Opened', {
    data: { repository: { l0: { nodes: [opened(7, us), opened(6, us)] }, recent: { nodes: recent } } },
  });
  assert.equal(await aRepository().openedSince('rollback/production/web/', '2026-03-01T00:00:00Z'), 2);
});

test('the newest pull request that is not closed counts', async () => {
  const nodes = [aPullNode({ number: 1, state: 'MERGED' }), aPullNode({ number: 2, state: 'CLOSED' })];
  graphql('FindPull', { data: { repository: { pullRequests: { nodes } } } });
  assert.equal((await aRepository().findRollback(BRANCH))?.number, 1);
  graphql('FindPull', { data: { repository: { pullRequests: { nodes: [] } } } });
  assert.equal(await aRepository().findRollback(BRANCH), null);
});

test('pull requests of forks from a branch of this name hide ours behind no page', async () => {
  const page = (nodes: readonly object[], startCursor: string | null) => ({
    data: { repository: { pullRequests: { nodes, pageInfo: { hasPreviousPage: startCursor !== null, startCursor } } } },
  });
  const forks = Array.from({ length: 20 }, (_, i) => aPullNode({ number: 100 + i, author: { login: 'eve' } }));
  const asked: (string | null)[] = [];
  const answers = [page(forks, 'c2'), page([aPullNode({ number: 8, state: 'CLOSED' }), ...forks.slice(1)], 'c1')];
  nock(HOST)
    .post('/graphql', (body: { variables: { before: string | null } }) => asked.push(body.variables.before) > 0)
    .times(3)
    .reply(() => [200, answers[asked.length - 1] ?? page([aPullNode({ number: 7, state: 'MERGED' })], null)]);
  assert.equal((await aRepository().findRollback(BRANCH))?.number, 7);
  assert.deepEqual(asked, [null, 'c2', 'c1']);
});

test('auto-merge is ours, or of somebody else, or off', async () => {
  const armedBy = async (enabledBy: object | null) => (await found({ autoMergeRequest: { enabledBy } }))?.autoMerge;
  assert.equal(await armedBy({ __typename: 'Bot', login: 'lastgood' }), 'ours');
  assert.equal(await armedBy({ __typename: 'User', login: 'lastgood' }), 'theirs');
  assert.equal(await armedBy(null), 'theirs');
  assert.equal((await found({}))?.autoMerge, 'off');
});

test('auto-merge is taken back; where there is none left that is no failure', async () => {
  graphql('disablePullRequestAutoMerge', { data: { disablePullRequestAutoMerge: { pullRequest: { id: 'PR_7' } } } });
  await aRepository().disarmAutoMerge(aPull());
  const gone = "Can't disable auto-merge for this pull request";
  graphql('disablePullRequestAutoMerge', graphqlErrors('UNPROCESSABLE', gone));
  await aRepository().disarmAutoMerge(aPull());
  nock(HOST).post('/graphql').reply(502, {});
  await assert.rejects(aRepository().disarmAutoMerge(aPull()), { code: 'github-unavailable' });
});

for (const [status, state] of Object.entries({
  CLEAN: 'clean',
  HAS_HOOKS: 'clean',
  UNSTABLE: 'clean',
  BLOCKED: 'blocked',
  BEHIND: 'behind',
  DIRTY: 'dirty',
  UNKNOWN: 'unknown',
  DRAFT: 'unknown',
})) {
  test(`merge state ${status} is ${state}`, async () => {
    assert.equal((await found({ mergeStateStatus: status }))?.mergeState, state);
  });
}

test('what is finished, and what goes on', () => {
  const finished = (label: string, state: 'open' | 'merged' | 'closed') =>
    isFinished(aPull({ labels: [`lastgood: ${label}`], state }));
  assert.deepEqual(
    (['open', 'merged', 'closed'] as const).map((state) => [
      state,
      ...['active', 'needs you', 'recovered', 'cancelled', 'escalated'].filter((label) => finished(label, state)),
    ]),
    [
      ['open', 'recovered'],
      ['merged', 'recovered', 'escalated'],
      ['closed', 'recovered', 'cancelled', 'escalated'],
    ],
  );
});

test('unfinished rollbacks are found by label, and by branch when the label is missing; those of others are not', async () => {
  const other = { author: { login: 'eve' } };
  graphql('Unfinished', {
    data: {
      repository: {
        labelled: { nodes: [aPullNode({ number: 1 })] },
        called: {
          nodes: [aPullNode({ number: 2, labels: { nodes: [{ name: 'lastgood: needs you' }] }, state: 'MERGED' })],
        },
        recent: {
          nodes: [
            aPullNode({ number: 1 }),
            aPullNode({ number: 3, labels: { nodes: [] } }),
            aPullNode({ number: 4, ...other }),
            aPullNode({ number: 5, headRefName: 'feature' }),
            aPullNode({ number: 6, labels: { nodes: [{ name: 'lastgood: recovered' }] } }),
          ],
        },
      },
    },
  });
  assert.deepEqual(
    (await aRepository().unfinishedRollbacks()).map(({ number }) => number),
    [1, 2, 3],
  );
});

test("on a person's pull request the memory is what our own comment says, never what somebody else writes there", async () => {
  const said = (author: object) => [{ author, body: printBlock(aMemory()) }];
  const [us, eve] = [
    { __typename: 'Bot', login: 'lastgood' },
    { __typename: 'User', login: 'eve' },
  ];
  const node = (number: number, comments: readonly object[]) =>
    aPullNode({
      number,
      author: { __typename: 'User', login: 'ada' },
      headRefName: 'undo',
      comments: { nodes: comments },
    });
  const nodes = [node(1, said(eve)), node(2, said({ ...eve, login: 'lastgood' })), node(3, said(us))];
  graphql('Unfinished', {
    data: { repository: { labelled: { nodes }, called: { nodes: [] }, recent: { nodes: [] } } },
  });
  assert.deepEqual(
    (await aRepository().unfinishedRollbacks()).map(({ number, adopted }) => [number, adopted]),
    [[3, true]],
  );
});

test('a check of ours that stands on a merge group already is not written a second time', async () => {
  const answer = { name: 'lastgood/ready', conclusion: 'neutral', title: 'Later', summary: 'Why.' } as const;
  const sha = 'e'.repeat(40);
  const runs = nock(HOST).get(`${REPO}/commits/${sha}/check-runs`).query(true).times(2);
  let found: object[] = [];
  runs.reply(() => [200, { total_count: found.length, check_runs: found }]);
  const written = nock(HOST)
    .post(`${REPO}/check-runs`, {
      name: answer.name,
      head_sha: sha,
      status: 'completed',
      conclusion: 'neutral',
      output: { title: 'Later', summary: 'Why.' },
    })
    .reply(201, {});
  await aRepository().answerCheck(sha, answer);
  assert.ok(written.isDone());
  found = [{ id: 1 }];
  await aRepository().answerCheck(sha, answer);
});

test('a revert that stands in a fork takes no rollback off our hands: a stranger could stop one by proposing it', async () => {
  const node = (number: number, login: string, isCrossRepository: boolean, __typename = 'User') => ({
    ...{ number, body: 'This reverts commit bad.', headRefOid: 'f'.repeat(40), author: { __typename, login } },
    ...{ isCrossRepository, commits: { nodes: [] } },
  });
  const nodes = [node(1, 'ada', false), node(2, 'stranger', true), node(3, 'lastgood', false, 'Bot')];
  graphql('HumanReverts', { data: { repository: { pullRequests: { nodes } } } });
  assert.deepEqual(
    (await aRepository().humanReverts()).map(({ number, author }) => [number, author]),
    [[1, 'ada']],
  );
});
