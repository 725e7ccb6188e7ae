import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRepositories } from '../../bot/repositories.ts';
import { appClient } from '../../src/adapters/github/client.ts';
import { RollbackError } from '../../src/errors.ts';
import { PRIVATE_KEY } from './edge.ts';

type Lists = Record<number, readonly string[] | RollbackError>;

/** Clients that speak to a GitHub with these installations; a suspended one stands among them. */
function anApp(lists: Lists) {
  const lines: string[] = [];
  const base = appClient({ baseUrl: 'https://api.github.com', appId: 1, privateKey: PRIVATE_KEY });
  const answering = (answer: () => unknown) =>
    Object.assign(() => Promise.resolve().then(answer), base.paginate) as typeof base.paginate;
  const list = createRepositories({
    asApp: {
      paginate: answering(() => [
        ...Object.keys(lists).map((id) => ({ id: Number(id), suspended_at: null })),
        { id: 99, suspended_at: '2026-01-01T00:00:00Z' },
      ]),
    },
    client: (id) => ({
      paginate: answering(() => {
        const found = lists[id];
        if (found === undefined || found instanceof RollbackError) throw found ?? new Error(`asked about ${id}`);
        return found.map((full_name) => ({ full_name }));
      }),
    }),
    log: (level, message) => void lines.push(`${level} ${message}`),
  });
  return { list, lines };
}

const away = new RollbackError('github-unavailable', 'Not sent to GitHub: 40 s to go');
const forbidden = new RollbackError('github-forbidden', 'the IP address is not allowed');

test('an installation that must wait hides no other, and stands as it was read last', async () => {
  const lists: Lists = { 1: ['acme/deploy'], 2: ['beta/deploy'] };
  const { list, lines } = anApp(lists);
  const both = [
    { name: 'acme/deploy', installationId: 1 },
    { name: 'beta/deploy', installationId: 2 },
  ];
  assert.deepEqual(await list(), { all: both, unread: 0 });
  lists[2] = away;
  assert.deepEqual(await list(), { all: both, unread: 0 });
  assert.deepEqual(lines, ['warn Not sent to GitHub: 40 s to go']);
});

test('one that was never read is told apart from one that lets nobody in, and one that is gone is forgotten', async () => {
  const lists: Lists = { 1: ['acme/deploy'], 2: away, 3: forbidden };
  const { list } = anApp(lists);
  const acme = [{ name: 'acme/deploy', installationId: 1 }];
  assert.deepEqual(await list(), { all: acme, unread: 1 });
  delete lists[2];
  assert.deepEqual(await list(), { all: acme, unread: 0 });
  delete lists[1];
  assert.deepEqual(await list(), { all: [], unread: 0 });
});
