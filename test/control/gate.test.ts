import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runGate, type GateRun } from '../../src/control/gate.ts';
import type { ArmReading, Reading } from '../../src/measure/reading.ts';
import type { MissingReason } from '../../src/measure/sample.ts';
import { gateSchema } from '../../src/playbook/schema-gate.ts';
import type { Clock, MetricSource, Query } from '../../src/ports.ts';

const TRIGGER = {
  name: 'errors',
  bad: 'bad',
  total: 'all',
  if: 'rate > baseline + 0.5pp',
  'pass-when': 'rate < baseline + 2pp',
  then: 'rollback',
};

function aGate(overrides: Record<string, unknown> = {}) {
  return gateSchema.parse({
    source: 'main',
    arms: { canary: 'track="canary"', baseline: 'track="stable"' },
    triggers: [TRIGGER],
    ...overrides,
  });
}

/** A clock that jumps to the end of every wait. */
function aClock(): Clock & { waits: number[] } {
  let now = 1_700_000_000_000;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    wait: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  };
}

type Rates = { readonly canary: number; readonly baseline: number; readonly perSecond?: number };

/** Counters that rise with the clock at these error rates; `arm` may replace what is said about the canary. */
function aSource(
  clock: Clock,
  rates: Rates,
  arm?: (honest: ArmReading, seconds: number) => ArmReading,
): MetricSource & { asked: (readonly string[])[] } {
  const began = clock.now();
  const asked: (readonly string[])[] = [];
  const counters = (id: string, seconds: number, rate: number): ArmReading => {
    const total = Math.round(1000 + seconds * (rates.perSecond ?? 50));
    return {
      kind: 'counters',
      hits: [{ id, value: Math.round(10 + (total - 1000) * rate), at: clock.now() }],
      total: [{ id, value: total, at: clock.now() }],
    };
  };
  return {
    remembers: false,
    asked,
    async look(queries: readonly Query[]) {
      asked.push(queries.map((query) => query.trigger.name));
      const seconds = (clock.now() - began) / 1000;
      const canary = counters('canary', seconds, rates.canary);
      const reading: Reading = {
        at: clock.now(),
        canary: arm === undefined ? canary : arm(canary, seconds),
        baseline: counters('stable', seconds, rates.baseline),
      };
      return new Map(queries.map((query) => [query.trigger.name, reading]));
    },
  };
}

function aRun(
  rates: Rates,
  overrides: Partial<GateRun> & { arm?: (honest: ArmReading, seconds: number) => ArmReading } = {},
) {
  const clock = aClock();
  const source = aSource(clock, rates, overrides.arm);
  return {
    clock,
    source,
    run: { gate: aGate(), sources: new Map([['main', source]]), clock, ...overrides } satisfies GateRun,
  };
}

const HEALTHY = { canary: 0.005, baseline: 0.005 };
const BROKEN = { canary: 0.2, baseline: 0.005 };

test('a release that fails a fifth of its requests is failed long before the soak is over, with blame and evidence', async () => {
  const { run } = aRun(BROKEN);
  const { verdict, timeline, terminated } = await runGate(run);
  assert.equal(verdict.status, 'fail');
  assert.equal(verdict.blame, 'errors');
  assert.equal(verdict.then, 'rollback');
  assert.equal(terminated, false);
  assert.ok(verdict.elapsedSeconds <= 135, String(verdict.elapsedSeconds));
  const last = timeline.at(-1);
  assert.ok(last !== undefined && last.merged >= Math.log(100));
  assert.equal(last.logE['errors'], verdict.findings[0]?.logEFail);
  assert.ok((last.canary['errors'] ?? 0) > 0.15);
});

test('a healthy release passes, and not before the soak', async () => {
  const { run, clock } = aRun({ ...HEALTHY, perSecond: 400 });
  const began = clock.now();
  const { verdict, startedAt, decidedAt } = await runGate(run);
  assert.equal(verdict.status, 'pass', verdict.because);
  assert.ok(verdict.elapsedSeconds >= 600);
  assert.equal(startedAt, began);
  assert.equal(decidedAt - startedAt, verdict.elapsedSeconds * 1000);
});

test('what happens in the warm-up is not held against the release', async () => {
  const spike = (honest: ArmReading, seconds: number): ArmReading =>
    honest.kind === 'counters'
      ? { ...honest, hits: honest.hits.map((h) => ({ ...h, value: h.value + Math.min(seconds, 60) * 50 })) }
      : honest;
  const late = aRun({ ...HEALTHY, perSecond: 400 }, { arm: spike });
  assert.equal((await runGate(late.run)).verdict.status, 'pass');
  const early = aRun({ ...HEALTHY, perSecond: 400 }, { arm: spike, gate: aGate({ 'warm-up': '0s' }) });
  assert.equal((await runGate(early.run)).verdict.status, 'fail');
});

test('too little traffic to know is inconclusive at the deadline, never later', async () => {
  const { run, clock } = aRun({ ...HEALTHY, perSecond: 0.2 });
  const { verdict } = await runGate(run);
  assert.equal(verdict.status, 'inconclusive');
  assert.equal(verdict.elapsedSeconds, 1800);
  assert.equal(
    clock.waits.reduce((a, b) => a + b, 0),
    1_800_000,
  );
});

const REASONS: readonly MissingReason[] = [
  'no-series',
  'no-traffic',
  'not-a-number',
  'stale',
  'invalid',
  'query-error',
  'unauthorized',
  'time-out',
  'wrong-type',
];

for (const reason of REASONS) {
  test(`a canary of which nothing is known but '${reason}' never passes`, async () => {
    const { run } = aRun(HEALTHY, { arm: () => ({ kind: 'missing', reason, detail: 'x' }) });
    const { verdict } = await runGate(run);
    assert.ok(['no-data', 'error', 'inconclusive'].includes(verdict.status), verdict.status);
    assert.match(verdict.because, /\S/);
  });
}

test('numbers that are no numbers, empty answers and old samples never pass', async () => {
  const wrong: Record<string, (honest: ArmReading) => ArmReading> = {
    NaN: (arm) => (arm.kind === 'counters' ? { ...arm, total: arm.total.map((s) => ({ ...s, value: NaN })) } : arm),
    infinite: (arm) =>
      arm.kind === 'counters' ? { ...arm, total: arm.total.map((s) => ({ ...s, value: Infinity })) } : arm,
    negative: (arm) => (arm.kind === 'counters' ? { ...arm, hits: arm.hits.map((s) => ({ ...s, value: -1 })) } : arm),
    empty: () => ({ kind: 'counters', hits: [], total: [] }),
    old: (arm) =>
      arm.kind === 'counters' ? { ...arm, total: arm.total.map((s) => ({ ...s, at: s.at - 3_600_000 })) } : arm,
    'wrong type': (arm) => ({ kind: 'gauge', value: 0, at: arm.kind === 'counters' ? (arm.total[0]?.at ?? 0) : 0 }),
    frozen: (arm) =>
      arm.kind === 'counters'
        ? {
            kind: 'counters',
            hits: [{ id: 'c', value: 1, at: 1_700_000_060_000 }],
            total: [{ id: 'c', value: 9, at: 1_700_000_060_000 }],
          }
        : arm,
  };
  for (const [name, arm] of Object.entries(wrong)) {
    const { verdict } = await runGate(aRun(HEALTHY, { arm }).run);
    assert.notEqual(verdict.status, 'pass', name);
    assert.notEqual(verdict.status, 'fail', name);
  }
});

test('a source that forgets a trigger leaves it without data, and that is never a pass', async () => {
  const { run, clock } = aRun(
    { ...HEALTHY, perSecond: 400 },
    { gate: aGate({ triggers: [TRIGGER, { ...TRIGGER, name: 'forgotten' }] }) },
  );
  const full = aSource(clock, HEALTHY);
  const forgetful: MetricSource = {
    remembers: false,
    look: async (queries, at) =>
      new Map(Array.from(await full.look(queries, at)).filter(([name]) => name !== 'forgotten')),
  };
  const { verdict } = await runGate({ ...run, sources: new Map([['main', forgetful]]) });
  assert.equal(verdict.status, 'no-data');
  assert.match(verdict.because, /forgotten/);
});

test('data that stops coming before the soak is over cannot pass on what was seen before', async () => {
  const { run } = aRun(
    { ...HEALTHY, perSecond: 400 },
    {
      arm: (honest, seconds) =>
        seconds < 300 ? honest : { kind: 'missing', reason: 'time-out', detail: 'no answer in 10 s' },
    },
  );
  assert.notEqual((await runGate(run)).verdict.status, 'pass');
});

test('triggers of several sources are asked together, each at its own source', async () => {
  const gate = aGate({ triggers: [TRIGGER, { ...TRIGGER, name: 'other', source: 'second' }] });
  const { run, clock } = aRun(BROKEN, { gate });
  const [first, second] = [aSource(clock, BROKEN), aSource(clock, BROKEN)];
  await runGate({
    ...run,
    sources: new Map([
      ['main', first],
      ['second', second],
    ]),
  });
  assert.deepEqual(first.asked[0], ['errors']);
  assert.deepEqual(second.asked[0], ['other']);
  assert.equal(first.asked.length, second.asked.length);
});

test('a gate that names a source nobody has is refused before it waits', async () => {
  const { run, clock } = aRun(HEALTHY);
  await assert.rejects(runGate({ ...run, sources: new Map() }), { code: 'playbook-invalid', message: /'main'/ });
  assert.deepEqual(clock.waits, []);
});

test('a cancelled gate is inconclusive: before the first look, between looks, and while a source does not answer', async () => {
  const before = AbortSignal.abort();
  const atOnce = await runGate({ ...aRun(HEALTHY).run, signal: before });
  assert.deepEqual([atOnce.verdict.status, atOnce.terminated, atOnce.timeline.length], ['inconclusive', true, 0]);

  const control = new AbortController();
  const between = await runGate({
    ...aRun({ ...HEALTHY, perSecond: 400 }).run,
    signal: control.signal,
    onLook: (point) => {
      if (point.t === 585) control.abort();
    },
  });
  assert.deepEqual([between.verdict.status, between.terminated], ['inconclusive', true]);
  assert.match(between.verdict.because, /cancelled/);

  const hung = new AbortController();
  const silent: MetricSource = { remembers: false, look: () => (hung.abort(), new Promise(() => undefined)) };
  const waiting = await runGate({ ...aRun(HEALTHY).run, sources: new Map([['main', silent]]), signal: hung.signal });
  assert.deepEqual([waiting.verdict.status, waiting.terminated], ['inconclusive', true]);
});

test('a look that takes longer than the poll does not shift the grid or loop in place', async () => {
  const { run, clock, source } = aRun({ ...HEALTHY, perSecond: 0.2 }, { gate: aGate({ deadline: '5m', soak: '1m' }) });
  const slow: MetricSource = {
    remembers: false,
    look: async (queries, at) => (await clock.wait(20_000), source.look(queries, at)),
  };
  const { timeline } = await runGate({ ...run, sources: new Map([['main', slow]]) });
  assert.deepEqual(timeline.map((point) => point.t).slice(0, 4), [60, 90, 120, 150]);
  assert.equal(timeline.at(-1)?.t, 300);
});

test('the last look is at the deadline, also where the poll would step over it', async () => {
  const { run } = aRun({ ...HEALTHY, perSecond: 0.2 }, { gate: aGate({ deadline: '100s', soak: '0s' }) });
  const { verdict, timeline } = await runGate(run);
  assert.deepEqual(
    timeline.map((point) => point.t),
    [60, 75, 90, 100],
  );
  assert.equal(verdict.status, 'inconclusive');
});

test('a cancelled gate does not pass on an answer that came at the same moment', async () => {
  const control = new AbortController();
  const { run, source, clock } = aRun({ ...HEALTHY, perSecond: 400 });
  const began = clock.now();
  const late: MetricSource = {
    remembers: false,
    look: (queries, at) => {
      if (clock.now() - began >= 600_000) control.abort();
      return source.look(queries, at);
    },
  };
  const { verdict } = await runGate({ ...run, sources: new Map([['main', late]]), signal: control.signal });
  assert.equal(verdict.status, 'inconclusive');
});

test('the same release gives the same verdict, number by number', async () => {
  const [a, b] = [await runGate(aRun(BROKEN).run), await runGate(aRun(BROKEN).run)];
  assert.deepEqual(a, b);
});

test('a gate judges each segment, and the worst one stops the release', async () => {
  const clock = aClock();
  const began = clock.now();
  const source: MetricSource = {
    remembers: false,
    async look(queries) {
      const seconds = (clock.now() - began) / 1000;
      const arm = (rates: Readonly<Record<string, readonly [perSecond: number, bad: number]>>): ArmReading => {
        const series = (value: (perSecond: number, bad: number) => number) =>
          Object.entries(rates).map(([region, [perSecond, bad]]) => ({
            id: `requests{region="${region}"}`,
            value: Math.round(value(perSecond, bad) * seconds),
            at: clock.now(),
          }));
        return { kind: 'counters', hits: series((n, bad) => n * bad), total: series((n) => n) };
      };
      const reading = {
        at: clock.now(),
        canary: arm({ eu: [10, 0.12], us: [400, 0.005] }),
        baseline: arm({ eu: [90, 0.01], us: [3600, 0.01] }),
      };
      return new Map(queries.map(({ trigger }) => [trigger.name, reading]));
    },
  };
  const gate = aGate({ triggers: [{ ...TRIGGER, segments: { by: 'region' } }] });
  const { verdict } = await runGate({ gate, sources: new Map([['main', source]]), clock });
  assert.equal(verdict.status, 'fail');
  assert.match(verdict.because, /rate 0\.12 > limit 0\.015 \(baseline 0\.01\).*; region eu, the worst of 2/);
  const pooled = await runGate({
    gate: aGate(),
    sources: new Map([['main', source]]),
    clock,
  });
  assert.equal(pooled.verdict.status, 'pass', 'all together they look better than the baseline');
});
