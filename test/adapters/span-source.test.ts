import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spanSource, told } from '../../src/adapters/span-source.ts';
import type { Asker, Span } from '../../src/adapters/span-source.ts';
import { missing } from '../../src/measure/arms.ts';
import type { Reading } from '../../src/measure/reading.ts';
import { between } from '../../src/measure/window.ts';
import { aTrigger } from '../measure/a-trigger.ts';

const SINCE = 1_700_000_000_000;
const ARMS = { canary: 'v$&2', baseline: 'v1' };
const trigger = aTrigger({ bad: 'bad {{arm}}', total: 'all {{arm}}' });
const query = { trigger, arms: ARMS, since: SINCE };

/** A source whose answers are a table by text; what stands in no table is no series. */
function stage(answers: Record<string, number>, options: { stepMs?: number } = {}) {
  const asked: { text: string; span: Span }[] = [];
  const load = { now: 0, most: 0 };
  const answer: Asker['count'] = async (text, span) => {
    asked.push({ text, span });
    load.now += 1;
    load.most = Math.max(load.most, load.now);
    await Promise.resolve();
    load.now -= 1;
    const value = answers[text];
    return value === undefined ? missing('no-series', text) : told(value);
  };
  const source = spanSource(
    { count: answer, latest: answer },
    { clock: { now: () => 0 }, settleMs: 60_000, ...options },
  );
  const look = async (at: number): Promise<Reading> => {
    const reading = (await source.look([query], at)).get(trigger.name);
    assert.ok(reading);
    return reading;
  };
  return { source, look, asked, load, answers };
}

test('before the data has settled the count is 0 and nobody is asked', async () => {
  const { look, asked } = stage({});
  const reading = await look(SINCE + 60_000);
  assert.deepEqual(asked, []);
  assert.equal(reading.at, SINCE);
  assert.deepEqual(reading.canary.kind === 'counters' ? reading.canary.total[0]?.value : null, 0);
});

test('every look asks from the same beginning up to what has settled, with the arm as it is written', async () => {
  const { look, asked } = stage({ 'bad v$&2': 1, 'all v$&2': 2, 'bad v1': 3, 'all v1': 4 });
  await look(SINCE + 90_000);
  await look(SINCE + 120_000);
  assert.deepEqual(
    asked.map(({ text, span }) => `${text} ${span.from - SINCE}..${span.to - SINCE}`),
    [
      ...['bad v$&2', 'all v$&2', 'bad v1', 'all v1'].map((text) => `${text} 0..30000`),
      ...['bad v$&2', 'all v$&2', 'bad v1', 'all v1'].map((text) => `${text} 0..60000`),
    ],
  );
});

test('a source that knows whole buckets only is asked for whole ones', async () => {
  const { look, asked } = stage({}, { stepMs: 60_000 });
  await look(SINCE + 200_000);
  assert.deepEqual(
    asked.map(({ span }) => [span.from % 60_000, span.to % 60_000, span.from >= SINCE]),
    Array.from({ length: 4 }, () => [0, 0, true]),
  );
});

test('equal questions are asked once, and at most six at the same time', async () => {
  const { source, asked, load } = stage({});
  const many = Array.from({ length: 12 }, (_, i) => ({
    trigger: aTrigger({ name: `t${i}`, bad: `bad ${i} {{arm}}`, total: 'all {{arm}}' }),
    arms: ARMS,
    since: SINCE,
  }));
  await source.look(many, SINCE + 100_000);
  assert.equal(asked.length, 12 * 2 + 2);
  assert.equal(load.most, 6);
});

test('no series of errors is zero where the other arm has one, and else nobody knows', async () => {
  const known = await stage({ 'all v$&2': 100, 'all v1': 100, 'bad v1': 1 }).look(SINCE + 100_000);
  assert.deepEqual(known.canary.kind === 'counters' ? known.canary.hits : null, []);
  const unknown = await stage({ 'all v$&2': 100, 'all v1': 100 }).look(SINCE + 100_000);
  assert.equal(unknown.canary.kind === 'missing' ? unknown.canary.reason : null, 'no-series');
});

test('what arrives late is counted once, and a total that falls is invalid until it is past what it was', async () => {
  const { look, answers } = stage({ 'bad v$&2': 0, 'all v$&2': 0, 'bad v1': 0, 'all v1': 0 });
  let kept: Reading | null = null;
  const after = async (seconds: number, total: number): Promise<string> => {
    Object.assign(answers, { 'bad v$&2': total / 10, 'all v$&2': total, 'bad v1': seconds, 'all v1': seconds * 100 });
    const window = between(trigger, kept, await look(SINCE + 60_000 + seconds * 1_000));
    kept = window.keep;
    const { sample } = window;
    if (sample.kind === 'missing') return `${sample.reason}: ${sample.detail}`;
    return sample.kind === 'events' ? `${sample.canary.hits}/${sample.canary.total}` : sample.kind;
  };
  assert.match(await after(0, 0), /^first-look/);
  assert.equal(await after(10, 1000), '100/1000');
  assert.equal(await after(20, 3000), '200/2000');
  assert.equal(await after(30, 2990), 'invalid: canary: the total of hits fell below what it was at an earlier look');
  assert.match(await after(40, 2999), /^invalid/);
  assert.equal(await after(50, 3500), '50/500');
  assert.match(await after(60, 3500 * (1 - 1e-12)), /^no-traffic/);
});
