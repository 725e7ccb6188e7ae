import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runGate } from '../../src/control/gate.ts';
import { replayHistory, replayRecording } from '../../src/control/replay.ts';
import { seeded, poisson, binomial } from '../../src/judge/random.ts';
import { parseRecording, recordingEnd, recordingHead, recordingLine } from '../../src/measure/recording.ts';
import type { ArmReading, Reading } from '../../src/measure/reading.ts';
import { gateSchema } from '../../src/playbook/schema-gate.ts';
import type { Clock, MetricSource } from '../../src/ports.ts';

const START = 1_700_000_000_000;
const gate = gateSchema.parse({
  source: 'main',
  arms: { canary: 'track="canary"', baseline: 'track="stable"' },
  triggers: [
    {
      name: 'errors',
      bad: 'bad',
      total: 'all',
      if: 'rate > baseline + 0.5pp',
      'pass-when': 'rate < baseline + 2pp',
      then: 'rollback',
    },
    { name: 'latency', histogram: 'seconds', unit: 's', if: 'p99 > 300ms', then: 'ask' },
    { name: 'temperature', gauge: 'degrees', if: 'value > baseline + 5', then: 'notify', criticality: 'info' },
  ],
});

/** A service with a memory: counters that are a function of the second, noisy and the same at every question. */
function aService(rates: { readonly canary: number; readonly baseline: number }): MetricSource {
  const courses = new Map<string, { hits: number; total: number }[]>();
  for (const [i, [arm, rate]] of Object.entries(rates).entries()) {
    const random = seeded(i + 7);
    let [hits, total] = [0, 0];
    const course = Array.from({ length: 4000 }, () => {
      const n = poisson(random, arm === 'canary' ? 5 : 45);
      total += n;
      hits += binomial(random, n, rate);
      return { hits, total };
    });
    courses.set(arm, course);
  }
  const arm = (name: 'canary' | 'baseline', trigger: string, now: number): ArmReading => {
    const second = Math.floor((now - START) / 1000);
    const { hits, total } = courses.get(name)?.[second] ?? { hits: 0, total: 0 };
    const at = START + second * 1000;
    const id = `{pod="${name}"}`;
    switch (trigger) {
      case 'errors':
        return { kind: 'counters', hits: [{ id, value: hits, at }], total: [{ id, value: total, at }] };
      case 'latency':
        return {
          kind: 'buckets',
          series: [{ id, edges: [0.1, 0.3, Infinity], cumulative: [total - hits, total, total], at }],
        };
      default:
        return { kind: 'gauge', value: second % 7 === 0 ? NaN : second % 3, at };
    }
  };
  return {
    remembers: true,
    look: async (queries, at) =>
      new Map(
        queries.map(({ trigger }): [string, Reading] => {
          assert.ok(at !== null, 'the past is asked about by its moment');
          return [
            trigger.name,
            { at, canary: arm('canary', trigger.name, at), baseline: arm('baseline', trigger.name, at) },
          ];
        }),
      ),
  };
}

/** The live run: the clock drifts by odd milliseconds, as real ones do, and is asked for the present. */
function liveRun(service: MetricSource) {
  let now = START + 3;
  const random = seeded(99);
  const clock: Clock = {
    now: () => now,
    wait: async (ms) => void (now += ms + Math.floor(random() * 20)),
  };
  const lines = [recordingHead({ service: 'rec', environment: 'production', startedAt: now })];
  const source: MetricSource = { ...service, look: (queries) => service.look(queries, now) };
  const run = runGate({
    gate,
    sources: new Map([['main', source]]),
    clock,
    onRead: (read) => void lines.push(recordingLine(read)),
  });
  return { run, lines };
}

for (const [expected, rates] of [
  ['fail', { canary: 0.06, baseline: 0.005 }],
  ['pass', { canary: 0.005, baseline: 0.005 }],
] as const) {
  test(`a recording of a gate that ends '${expected}' gives the same verdict to the bit`, async () => {
    const { run, lines } = liveRun(aService(rates));
    const live = await run;
    assert.equal(live.verdict.status, expected);
    lines.push(recordingEnd(live.verdict));
    const recording = parseRecording(lines.join('\n'), 'gate.jsonl');
    const replayed = await replayRecording({ gate }, recording);
    assert.deepEqual(replayed.verdict, live.verdict);
    assert.deepEqual(replayed.timeline, live.timeline);
    assert.deepEqual(recording.ended, { status: live.verdict.status, because: live.verdict.because });
  });

  test(`history judged by the same loop also ends '${expected}', on the grid of the gate`, async () => {
    const times: number[] = [];
    const result = await replayHistory(
      {
        gate,
        sources: new Map([['main', aService(rates)]]),
        onLook: ({ t }) => void times.push(t),
      },
      { from: START, to: START + gate.deadline },
    );
    assert.equal(result.verdict.status, expected);
    assert.deepEqual(
      times,
      times.map((_, i) => 60 + 15 * i),
    );
    assert.equal(result.decidedAt, START + (times.at(-1) ?? 0) * 1000);
  });
}

test('history that ends before the verdict leaves it undecided, and nothing after its end is asked for', async () => {
  const service = aService({ canary: 0.005, baseline: 0.005 });
  const asked: number[] = [];
  const source: MetricSource = {
    ...service,
    look: (queries, at) => {
      asked.push(at ?? NaN);
      return service.look(queries, at);
    },
  };
  const to = START + 120_000;
  const result = await replayHistory({ gate, sources: new Map([['main', source]]) }, { from: START, to });
  assert.equal(result.verdict.status, 'inconclusive');
  assert.ok(asked.every((at) => at <= to));
});

test('a recording that was cut off is inconclusive, never a pass', async () => {
  const { run, lines } = liveRun(aService({ canary: 0.005, baseline: 0.005 }));
  await run;
  const recording = parseRecording(lines.slice(0, 8).join('\n'), 'gate.jsonl');
  const { verdict, timeline } = await replayRecording({ gate }, recording);
  assert.deepEqual([verdict.status, timeline.length], ['inconclusive', 7]);
});

test('half a line at the end, as a killed gate leaves it, does not take the looks before it along', () => {
  const head = recordingHead({ service: 's', environment: 'e', startedAt: 1 });
  const look = recordingLine({ elapsedMs: 1, readings: new Map() });
  assert.deepEqual(
    parseRecording(`${head}\n${look}\n{"elapsedMs":2,`, 'f').reads.map(({ elapsedMs }) => elapsedMs),
    [1],
  );
});

test('a file that is no recording is refused with its line', () => {
  const head = recordingHead({ service: 's', environment: 'e', startedAt: 1 });
  assert.throws(() => parseRecording(`${head}\n{"elapsedMs":1,\n`, 'f.jsonl'), /f\.jsonl:2: the line is not JSON/);
  assert.throws(
    () =>
      parseRecording(
        `${head}\n{"elapsedMs":1,"readings":{"a":{"at":1,"canary":{"kind":"counters"},"baseline":null}}}`,
        'f',
      ),
    /f:2/,
  );
  assert.throws(() => parseRecording('', 'f'), /f:1: the file is empty/);
});
