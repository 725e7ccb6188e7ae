import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patient } from '../../src/adapters/patient.ts';
import type { HttpRequest } from '../../src/adapters/http.ts';

const REQUEST: HttpRequest = {
  url: 'https://metrics.example/',
  method: 'GET',
  headers: {},
  body: null,
  timeoutMs: 10_000,
  maxBytes: 1_000,
};

/** A server that gives these answers one after the other, then 200; and a clock that jumps to the end of every wait. */
function stage(...answers: readonly (readonly [number, Record<string, string>])[]) {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const sent: number[] = [];
  const waits: number[] = [];
  const clock = {
    now: () => now,
    wait: async (ms: number) => {
      waits.push(ms);
      now += ms;
    },
  };
  const fetching = async (): Promise<Response> => {
    const [status, headers] = answers[sent.length] ?? [200, {}];
    sent.push(now);
    return new Response('', { status, headers });
  };
  const send = patient({ clock, budgetMs: 10_000, fetch: fetching });
  const status = async (): Promise<number | string> => {
    const answer = await send(REQUEST);
    return answer.kind === 'answer' ? answer.status : answer.kind;
  };
  return { status, waits, sent, pass: (ms: number) => (now += ms) };
}

test('a refused request is sent again after the time that the server names', async () => {
  const { status, waits, sent } = stage([429, { 'retry-after': '3' }]);
  assert.equal(await status(), 200);
  assert.deepEqual(waits, [3_000]);
  assert.equal(sent.length, 2);
});

test('the time may be a date, or what Datadog calls the reset', async () => {
  const dated = stage([503, { 'retry-after': 'Thu, 01 Jan 2026 00:00:04 GMT' }]);
  assert.equal(await dated.status(), 200);
  assert.deepEqual(dated.waits, [4_000]);
  const reset = stage([429, { 'x-ratelimit-reset': '2' }]);
  assert.equal(await reset.status(), 200);
  assert.deepEqual(reset.waits, [2_000]);
});

test('where the server names no time, pauses double until the budget is spent', async () => {
  const { status, waits, sent } = stage([429, {}], [429, {}], [429, {}], [429, {}], [429, {}]);
  assert.equal(await status(), 429);
  assert.deepEqual(waits, [1_000, 2_000, 4_000]);
  assert.equal(sent.length, 4);
});

test('a pause longer than the budget is not waited for, and nobody is asked until it is over', async () => {
  const { status, waits, sent, pass } = stage([429, { 'retry-after': '120' }]);
  assert.equal(await status(), 429);
  assert.equal(await status(), 429);
  assert.deepEqual(waits, []);
  assert.equal(sent.length, 1);
  pass(115_000);
  assert.equal(await status(), 200);
  assert.deepEqual(waits, [5_000]);
  assert.equal(sent.length, 2);
});

test('other failures are answers, not reasons to try again', async () => {
  const { status, sent } = stage([500, {}]);
  assert.equal(await status(), 500);
  assert.equal(sent.length, 1);
});
