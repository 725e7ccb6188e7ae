/** What the sweep reads of people's words, and how it knows that they were answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import nock from 'nock';
import { onlyNock } from '../only-nock.ts';
import { aRepository, graphql, HOST, REPO } from './github.ts';

onlyNock();

const SINCE = '2026-03-01T12:00:00Z';
const LATER = '2026-03-01T12:05:00Z';
const SHA = 'a'.repeat(40);

test('a comment that was edited is told as edited, and one of an App as of a bot, on issues and on commits', async () => {
  const onIssue = (id: number, login: string, updated_at = LATER) => ({
    ...{ id, body: '/rollback', created_at: LATER, updated_at, user: { login } },
    issue_url: `${HOST}${REPO}/issues/5`,
  });
  const onCommit = (
    databaseId: number,
    author: object | null,
    lastEditedAt: string | null = null,
    createdAt = LATER,
  ) => ({
    ...{ databaseId, body: '/rollback', author, createdAt, lastEditedAt },
    commit: { oid: SHA },
  });
  const ada = { __typename: 'User', login: 'ada' };
  nock(HOST)
    .get(`${REPO}/issues/comments`)
    .query(true)
    .reply(200, [onIssue(1, 'ada'), onIssue(2, 'ada', '2026-03-01T12:06:00Z'), onIssue(3, 'helper[bot]')]);
  const nodes = [
    onCommit(4, ada),
    onCommit(5, ada, '2026-03-01T12:06:00Z'),
    onCommit(6, { __typename: 'Bot', login: 'helper' }),
    onCommit(7, null),
    onCommit(8, ada, null, '2026-03-01T11:00:00Z'),
  ];
  graphql('CommitComments', { data: { repository: { commitComments: { nodes } } } });
  const found = await aRepository().recentComments(SINCE);
  assert.deepEqual(
    found.map(({ id, author, edited }) => [id, author, edited]),
    [
      [1, 'ada', false],
      [2, 'ada', true],
      [3, 'helper[bot]', false],
      [4, 'ada', false],
      [5, 'ada', true],
      [6, 'helper[bot]', false],
      [7, 'ghost', false],
    ],
  );
});

test('only a reaction of our own says that a comment was dealt with', async () => {
  const reacted = async (...reactions: (readonly [string, string])[]) => {
    nock(HOST)
      .get(`${REPO}/issues/comments/1/reactions`)
      .query(true)
      .reply(
        200,
        reactions.map(([login, content]) => ({ content, user: { login } })),
      );
    return aRepository().reactionOf({ page: { kind: 'issue', number: 5 }, id: 1 });
  };
  assert.equal(await reacted(['eve', 'rocket'], ['eve', 'confused']), null);
  assert.equal(await reacted(['eve', 'rocket'], ['lastgood[bot]', 'confused']), 'confused');
  assert.equal(await reacted(['lastgood[bot]', '+1']), null);
  assert.equal(await reacted(['lastgood', 'rocket']), null, 'a person who took the name of the App');
});

test('a commit is on the branch where GitHub finds it in the past of its head, and nowhere else', async () => {
  const head = 'e'.repeat(40);
  for (const [status, contained] of [
    ['ahead', true],
    ['identical', true],
    ['behind', false],
    ['diverged', false],
  ] as const) {
    nock(HOST).get(`${REPO}/compare/${SHA}...${head}`).query(true).reply(200, { status });
    assert.equal(await aRepository().contains(head, SHA), contained, status);
  }
  nock(HOST).get(`${REPO}/compare/${SHA}...${head}`).query(true).reply(404, { message: 'Not Found' });
  assert.equal(await aRepository().contains(head, SHA), false);
});
