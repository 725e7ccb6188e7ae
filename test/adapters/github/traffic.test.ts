import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { explain, tokenClient, appClient } from '../../../src/adapters/github/client.ts';
import { createTraffic, type Api, type Fetch } from '../../../src/adapters/github/traffic.ts';
import { RollbackError } from '../../../src/errors.ts';

const REST = 'https://api.github.com/repos/acme/deploy';
const MERGE = `${REST}/pulls/7/merge`;
const GRAPHQL = 'https://api.github.com/graphql';

function aWire() {
  const clock = { now: 1_800_000_000_000 };
  const heard: [Api, number | null][] = [];
  const left: [string, number][] = [];
  const traffic = createTraffic({
    now: () => clock.now,
    most: 2,
    onAnswer: (api, status) => void heard.push([api, status]),
    onRemaining: (resource, value) => void left.push([resource, value]),
  });
  return { clock, traffic, heard, left };
}

const answers = (status: number, headers: Record<string, string> = {}): Fetch => {
  return async () => new Response('{}', { status, headers });
};

async function refusal(act: Promise<unknown>): Promise<RollbackError> {
  const error: unknown = await act.then(
    () => assert.fail('it was sent'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RollbackError, String(error));
  assert.equal(error.code, 'github-unavailable');
  return error;
}

test('what GitHub asks one installation to wait for is kept without asking again; others go on', async () => {
  const { traffic, clock } = aWire();
  let sent = 0;
  const limited: Fetch = async () => {
    sent += 1;
    return new Response('{}', { status: 403, headers: { 'retry-after': '30' } });
  };
  assert.equal((await traffic.through('1', limited)(REST)).status, 403);
  const error = await refusal(traffic.through('1', limited)(REST));
  assert.equal(error.retryAfterMs, 30_000);
  assert.match(error.message, /30 s to go/);
  assert.equal(sent, 1);
  assert.equal((await traffic.through('2', answers(200))(REST)).status, 200);
  clock.now += 30_000;
  assert.equal((await traffic.through('1', answers(200))(REST)).status, 200);
});

test('an exhausted limit holds back its API until its reset, and the other API goes on', async () => {
  const { traffic, clock, left } = aWire();
  const reset = String(clock.now / 1000 + 90);
  const last = answers(200, {
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': reset,
    'x-ratelimit-resource': 'core',
  });
  await traffic.through('1', last)(REST);
  assert.equal((await refusal(traffic.through('1', answers(200))(REST))).retryAfterMs, 90_000);
  assert.equal((await traffic.through('1', answers(200))(GRAPHQL)).status, 200);
  assert.deepEqual(left, [['core', 0]]);
});

test('a 429 that does not say how long is a minute, and nobody can make us wait for more than an hour', async () => {
  const { traffic } = aWire();
  await traffic.through('1', answers(429))(REST);
  assert.equal((await refusal(traffic.through('1', answers(200))(REST))).retryAfterMs, 60_000);
  await traffic.through('2', answers(429, { 'retry-after': '999999999' }))(REST);
  assert.equal((await refusal(traffic.through('2', answers(200))(REST))).retryAfterMs, 3_600_000);
});

test('a secondary limit that does not say how long holds back everything, and longer each time it is met again', async () => {
  const { traffic, clock } = aWire();
  const limited: Fetch = async () =>
    Response.json({ message: 'You have exceeded a secondary rate limit.' }, { status: 403 });
  const waits: (number | null)[] = [];
  for (let i = 0; i < 8; i += 1) {
    await Promise.all([traffic.through('1', limited)(REST), traffic.through('1', limited)(REST)]);
    const { retryAfterMs } = await refusal(traffic.through('1', answers(200))(REST));
    waits.push(retryAfterMs);
    clock.now += retryAfterMs ?? 0;
  }
  assert.deepEqual(
    waits,
    [1, 2, 4, 8, 16, 32, 60, 60].map((minutes) => minutes * 60_000),
  );
  await traffic.through('1', answers(200))(REST);
  await traffic.through('1', limited)(REST);
  assert.equal((await refusal(traffic.through('1', answers(200))(REST))).retryAfterMs, 60_000);
});

test('a missing right is no limit, and its answer can still be read', async () => {
  const { traffic } = aWire();
  const forbidden: Fetch = async () =>
    Response.json({ message: 'Resource not accessible by integration' }, { status: 403 });
  const response = await traffic.through('1', forbidden)(REST);
  assert.match(await response.text(), /not accessible/);
  assert.equal((await traffic.through('1', answers(200))(REST)).status, 200);
});

test('replicas share what an installation may write', async () => {
  const traffic = createTraffic({ replicas: 2, now: () => 1_800_000_000_000 });
  const send = traffic.through('1', answers(200));
  for (let i = 0; i < 35; i += 1) await send(MERGE, { method: 'PUT' });
  assert.match((await refusal(send(MERGE, { method: 'PUT' }))).message, /35 writes in 1 min/);
});

test('writes of one installation stay below GitHub’s limit for a minute; reads and others are not counted', async () => {
  const { traffic, clock } = aWire();
  const send = traffic.through('1', answers(200));
  const mutation = { method: 'POST', body: JSON.stringify({ query: '\n  mutation Open { x }' }) };
  for (let i = 0; i < 35; i += 1) {
    await send(MERGE, { method: 'PUT' });
    await send(GRAPHQL, mutation);
    await send(GRAPHQL, { method: 'POST', body: JSON.stringify({ query: 'query Mutation { x }' }) });
    clock.now += 100;
  }
  const error = await refusal(send(MERGE, { method: 'PUT' }));
  assert.match(error.message, /70 writes in 1 min/);
  assert.equal(error.retryAfterMs, 60_000 - 3500);
  assert.equal((await send(REST)).status, 200);
  assert.equal((await traffic.through('2', answers(200))(REST, { method: 'POST' })).status, 200);
  clock.now += 60_000;
  assert.equal((await send(REST, { method: 'POST' })).status, 200);
});

const COMMENT = `${REST}/issues/7/comments`;

test('however much there is to say, ten rollbacks can be opened, labelled and merged in the same minute', async () => {
  const { traffic } = aWire();
  const send = traffic.through('1', answers(200));
  for (let i = 0; i < 30; i += 1) await send(COMMENT, { method: 'POST' });
  assert.match((await refusal(send(COMMENT, { method: 'POST' }))).message, /30 words in 1 min/);
  assert.match((await refusal(send(`${REST}/check-runs`, { method: 'POST' }))).message, /in 1 min/);
  const mutation = { method: 'POST', body: JSON.stringify({ query: 'mutation Open { x }' }) };
  for (let i = 0; i < 10; i += 1) {
    await send(GRAPHQL, mutation);
    await send(`${REST}/issues/${i}/labels`, { method: 'PUT' });
    await send(`${REST}/pulls/${i}/merge`, { method: 'PUT' });
  }
  for (const [path, method] of [
    ['pulls', 'POST'],
    ['pulls/7', 'PATCH'],
    ['pulls/7/update-branch', 'PUT'],
    ['git/refs', 'POST'],
    ['git/refs/heads/rollback/production/web/1234567', 'PATCH'],
  ] as const)
    assert.equal((await send(`${REST}/${path}`, { method })).status, 200, path);
});

test('a person can be called however many checks and deployments are being told', async () => {
  for (const [stepMs, checks] of [
    [0, 24],
    [9_000, 200],
  ] as const) {
    const { traffic, clock } = aWire();
    const send = traffic.through('1', answers(200));
    for (let i = 0; i < checks; i += 1) {
      const path = ['check-runs', `check-runs/${i}`, 'deployments', `deployments/${i}/statuses`][i % 4] ?? '';
      await send(`${REST}/${path}`, { method: 'POST' });
      clock.now += stepMs;
    }
    const minutes = stepMs === 0 ? 1 : 60;
    assert.match(
      (await refusal(send(`${REST}/check-runs`, { method: 'POST' }))).message,
      new RegExp(`${checks} checks and deployments in ${minutes} min`),
    );
    for (let i = 0; i < 6; i += 1) await send(`${REST}/issues/comments/${i}`, { method: 'PATCH' });
  }
});

test('the issue on which a person is called waits for no other words', async () => {
  const { traffic } = aWire();
  const send = traffic.through('1', answers(200));
  for (let i = 0; i < 30; i += 1) await send(COMMENT, { method: 'POST' });
  assert.equal((await send(`${REST}/issues`, { method: 'POST' })).status, 200);
  assert.match((await refusal(send(`${REST}/issues/7`, { method: 'PATCH' }))).message, /30 words in 1 min/);
});

test('where the way back writes much, words wait before it does', async () => {
  const { traffic, clock } = aWire();
  const send = traffic.through('1', answers(200));
  for (let i = 0; i < 50; i += 1) await send(MERGE, { method: 'PUT' });
  assert.match((await refusal(send(COMMENT, { method: 'POST' }))).message, /50 writes in 1 min/);
  assert.equal((await send(MERGE, { method: 'PUT' })).status, 200);
  clock.now += 60_000;
  assert.equal((await send(COMMENT, { method: 'POST' })).status, 200);
});

test('a token and a delivery that is asked for again are no content', async () => {
  const { traffic } = aWire();
  const send = traffic.through('1', answers(200));
  for (let i = 0; i < 100; i += 1) {
    await send('https://api.github.com/app/installations/9/access_tokens', { method: 'POST' });
    await send(`https://ghe.example/api/v3/app/hook/deliveries/${i}/attempts`, { method: 'POST' });
  }
  assert.equal((await send(COMMENT, { method: 'POST' })).status, 200);
});

test('installations take turns: a busy one does not starve the others', async () => {
  const { traffic } = aWire();
  const order: string[] = [];
  const open: (() => void)[] = [];
  const slow = (name: string): Fetch => {
    return async () => {
      order.push(name);
      await new Promise<void>((resolve) => open.push(resolve));
      return new Response('{}');
    };
  };
  const busy = traffic.through('busy', slow('busy'));
  const calls = [...Array.from({ length: 6 }, () => busy(REST)), traffic.through('quiet', slow('quiet'))(REST)];
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(order, ['busy', 'busy'], 'no more than two at once');
  while (order.length < 7 || open.length > 0) {
    open.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(calls);
  assert.ok(order.indexOf('quiet') <= 3, order.join(' '));
});

test('a request without an answer gives its place back and is counted', async () => {
  const { traffic, heard } = aWire();
  const fails: Fetch = async () => {
    throw new TypeError('fetch failed');
  };
  for (let i = 0; i < 5; i += 1) await assert.rejects(traffic.through('1', fails)(REST), /fetch failed/);
  assert.equal((await traffic.through('1', answers(200))(REST)).status, 200);
  assert.deepEqual(heard.at(-1), ['rest', 200]);
  assert.equal(heard.filter(([, status]) => status === null).length, 5);
});

test('a client with a budget tells what was held back as GitHub being away, with the time to wait', async () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const { traffic } = aWire();
  await traffic.through('installation 9', answers(429, { 'retry-after': '7' }))(REST);
  const client = appClient({ baseUrl: 'https://api.github.com', appId: 1, privateKey, installationId: 9, traffic });
  const thrown: unknown = await client.request('GET /octocat').catch((error: unknown) => error);
  const told = explain(thrown, 'read the list');
  assert.deepEqual([told.code, told.retryable, told.retryAfterMs], ['github-unavailable', true, 7000]);
  assert.match(told.message, /^Could not read the list: Not sent to GitHub: /);
});

for (const status of [500, 502, 503, 504]) {
  test(`a write that GitHub answers with ${status} is sent once: whoever asked reads again first`, async (t) => {
    let sent = 0;
    t.mock.method(globalThis, 'fetch', async () => {
      sent += 1;
      return new Response('{"message":"Server Error"}', { status, headers: { 'content-type': 'application/json' } });
    });
    const client = tokenClient({ baseUrl: 'https://api.github.com', token: 'x' });
    await assert.rejects(client.request('POST /repos/{owner}/{repo}/issues', { owner: 'a', repo: 'b', title: 'x' }));
    await assert.rejects(client.graphql('mutation { x }'));
    assert.equal(sent, 2);
  });
}
