import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOutbox, type Attempt } from '../../../src/adapters/notify/outbox.ts';

const again = (afterMs: number | null = null): Attempt => ({ kind: 'again', because: 'HTTP 503', afterMs });
const DELIVERED: Attempt = { kind: 'delivered' };

/** An outbox whose waits are written down and over at once. */
function anOutbox(options: { mostWaiting?: number; mostAttempts?: number } = {}) {
  const waits: number[] = [];
  const outbox = createOutbox({ ...options, wait: async (ms) => void waits.push(ms) });
  return { outbox, waits };
}

function answers(...list: Attempt[]) {
  let calls = 0;
  const attempt = async (): Promise<Attempt> => list[Math.min(calls++, list.length - 1)] ?? DELIVERED;
  return { attempt, calls: () => calls };
}

test('it waits longer after each failure, and as long as it is asked to', async () => {
  const { outbox, waits } = anOutbox();
  assert.deepEqual(await outbox.send('slack', answers(again(), again(), again(30_000), DELIVERED).attempt), DELIVERED);
  assert.deepEqual(waits, [1000, 2000, 30_000]);
});

test('it gives up after its attempts, at once on a refusal, and where the wait is absurd', async () => {
  const { outbox, waits } = anOutbox({ mostAttempts: 4 });
  const dead = answers(again());
  const told = await outbox.send('slack', dead.attempt);
  assert.deepEqual(told, { kind: 'failed', because: 'HTTP 503, given up after 4 of 4 attempts' });
  assert.equal(dead.calls(), 4);
  assert.ok(waits.every((ms) => ms <= 300_000));
  const refused = answers({ kind: 'refused', because: 'HTTP 404' });
  assert.deepEqual(await outbox.send('slack', refused.attempt), { kind: 'failed', because: 'HTTP 404' });
  assert.equal(refused.calls(), 1);
  const absurd = answers(again(86_400_000));
  assert.equal((await outbox.send('slack', absurd.attempt)).kind, 'failed');
  assert.equal(absurd.calls(), 1);
});

test('messages to one destination keep their order; another destination does not wait for it', async () => {
  const { outbox } = anOutbox();
  const order: string[] = [];
  let free: (value: Attempt) => void = () => undefined;
  const slow = outbox.send('slack', () => new Promise<Attempt>((resolve) => (free = resolve)));
  const second = outbox.send('slack', async () => (order.push('second'), DELIVERED));
  await outbox.send('pagerduty', async () => (order.push('other'), DELIVERED));
  assert.deepEqual(order, ['other']);
  free(DELIVERED);
  await Promise.all([slow, second]);
  assert.deepEqual(order, ['other', 'second']);
});

test('the queue is bounded: the oldest gives way, so that a resolve still goes out', async () => {
  const { outbox } = anOutbox({ mostWaiting: 2 });
  let free: (value: Attempt) => void = () => undefined;
  const first = outbox.send('slack', () => new Promise<Attempt>((resolve) => (free = resolve)));
  const rest = [1, 2, 3].map(() => outbox.send('slack', async () => DELIVERED));
  assert.deepEqual(await rest[0], { kind: 'failed', because: 'more than 2 messages waited' });
  free(DELIVERED);
  assert.deepEqual(await Promise.all([first, rest[1], rest[2]]), [DELIVERED, DELIVERED, DELIVERED]);
});

test('an attempt that throws is a failure and tells only its kind', async () => {
  const { outbox } = anOutbox();
  const told = await outbox.send('slack', async () => {
    throw new TypeError('https://hooks.slack.com/services/secret');
  });
  assert.deepEqual(told, { kind: 'failed', because: 'TypeError' });
});

test('closing waits for what arrives in time, ends the rest, and takes nothing more', async () => {
  const outbox = createOutbox();
  const dead = outbox.send('dead', async () => again());
  const waiting = outbox.send('dead', async () => DELIVERED);
  await outbox.close(5);
  assert.deepEqual(await dead, { kind: 'ended' });
  assert.deepEqual(await waiting, { kind: 'ended' });
  assert.deepEqual(await outbox.send('slack', async () => DELIVERED), { kind: 'ended' });
});
