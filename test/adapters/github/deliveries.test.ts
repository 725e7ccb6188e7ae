import assert from 'node:assert/strict';
import { test } from 'node:test';
import nock from 'nock';
import { tokenClient } from '../../../src/adapters/github/client.ts';
import { deliverAgain, lostDeliveries } from '../../../src/adapters/github/deliveries.ts';
import { onlyNock } from '../only-nock.ts';

onlyNock();

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOST = 'https://api.github.com';
const client = tokenClient({ baseUrl: HOST, token: 'x' });
const attempt = (id: number, guid: string, status: number, minutesAgo: number, redelivery = false) => ({
  id,
  guid,
  event: 'push',
  redelivery,
  status_code: status,
  delivered_at: new Date(NOW - minutesAgo * 60_000).toISOString(),
});

test('what failed and was never asked for again is found, oldest first, page by page until it is too old', async () => {
  const next = `<${HOST}/app/hook/deliveries?per_page=100&cursor=c2>; rel="next"`;
  nock(HOST)
    .get('/app/hook/deliveries?per_page=100')
    .reply(200, [attempt(9, 'young', 502, 0.1), attempt(8, 'ok', 200, 1), attempt(7, 'lost', 502, 2)], { link: next });
  nock(HOST)
    .get('/app/hook/deliveries?per_page=100&cursor=c2')
    .reply(
      200,
      [
        attempt(6, 'again', 500, 5, true),
        attempt(5, 'again', 500, 10),
        attempt(4, 'healed', 200, 20, true),
        attempt(3, 'healed', 504, 30),
        attempt(2, 'older', 503, 40),
        attempt(1, 'too old', 503, 61),
      ],
      { link: `<${HOST}/app/hook/deliveries?per_page=100&cursor=c3>; rel="next"` },
    );
  const found = await lostDeliveries(client, { now: NOW, withinMs: 3_600_000, most: 50 });
  assert.deepEqual(
    found.map(({ id, guid }) => [id, guid]),
    [
      [2, 'older'],
      [7, 'lost'],
    ],
  );
});

test('no more than asked for come at once', async () => {
  const many = Array.from({ length: 80 }, (_, i) => attempt(100 - i, `g${i}`, 502, i + 1));
  nock(HOST).get('/app/hook/deliveries?per_page=100').reply(200, many);
  assert.equal((await lostDeliveries(client, { now: NOW, withinMs: 86_400_000, most: 50 })).length, 50);
});

test('a delivery is asked for by the id of its attempt', async () => {
  const scope = nock(HOST).post('/app/hook/deliveries/7/attempts').reply(202, {});
  await deliverAgain(client, { id: 7, guid: 'g', event: 'push' });
  assert.ok(scope.isDone());
});
