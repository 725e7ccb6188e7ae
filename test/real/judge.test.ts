/** A whole gate against a real Prometheus: its verdict and counts are those of the services' own counters. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { prometheusSource } from '../../src/adapters/prometheus.ts';
import { runGate, type GateResult } from '../../src/control/gate.ts';
import { begin, look, rulesOfGate, verdict, type State, type Verdict } from '../../src/judge/judge.ts';
import type { Sample } from '../../src/measure/sample.ts';
import type { Gate } from '../../src/playbook/schema.ts';
import type { Clock } from '../../src/ports.ts';
import { startPrometheus, type PrometheusWorld } from '../../src/world/prometheus/prometheus.ts';
import { LATENCY_EDGES, type Counts } from '../../src/world/services/counts.ts';
import { withFaults, type Faults } from '../../src/world/services/faults.ts';
import { startFleet, type Fleet } from '../../src/world/services/fleet.ts';
import { sendLoad } from '../../src/world/services/load.ts';
import { aCondition, aTrigger } from '../measure/a-trigger.ts';
import { aRollout } from '../world/services/a-rollout.ts';

const quick = { typicalMs: 0.5, slowMs: 320, slowShare: 0.005 };
const fine = { errorRate: 0.01, latency: quick };
const GATE: Gate = {
  source: 'prometheus',
  arms: { canary: 'track="canary"', baseline: 'track="stable"' },
  triggers: [
    aTrigger({
      name: 'errors',
      bad: 'http_requests_total{code=~"5.."}',
      total: 'http_requests_total',
      if: aCondition({ text: 'rate > baseline + 2pp', plus: 0.02 }),
      'pass-when': aCondition({ text: 'rate < baseline + 25pp', op: '<', plus: 0.25 }),
    }),
    aTrigger({
      name: 'latency',
      histogram: 'http_request_duration_seconds',
      if: aCondition({ text: 'p90 > 300ms', statistic: { kind: 'quantile', q: 0.9 }, factor: 0, plus: 300 }),
    }),
  ],
  poll: 15_000,
  'warm-up': 0,
  soak: 30_000,
  deadline: 300_000,
  'false-alarm': 0.01,
  'false-pass': 0.05,
  robust: true,
};

type Arms = Readonly<Record<'canary' | 'baseline', Counts>>;

const server = await startPrometheus({ targets: [], scrapeMs: 250 });

describe('a gate on a real Prometheus', { skip: server === null ? 'prometheus is not installed' : false }, () => {
  const prometheus = (): PrometheusWorld => {
    assert.ok(server);
    return server;
  };
  let fleet: Fleet | null = null;
  before(() => assert.ok(server));
  after(async () => {
    await fleet?.close();
    await server?.stop();
  });

  /** Judges a canary with these faults. Traffic only flows between looks and each look waits for a scrape, so both sides see the same. */
  async function story(
    canary: Partial<Faults>,
    seed: number,
  ): Promise<{ readonly gate: GateResult; readonly truth: Verdict; readonly end: Arms; readonly start: Arms }> {
    await fleet?.close();
    const running = await startFleet({ behaviours: { '1.0.0': withFaults(fine), '2.0.0': withFaults(canary) }, seed });
    fleet = running;
    for (const tag of ['1.0.0', '2.0.0']) await running.applyManifest(aRollout(tag, 40));
    await sendLoad({ url: running.url, count: 60, seed });
    await prometheus().setTargets([{ url: `${running.url}/metrics/fleet` }]);
    await prometheus().scraped();
    const counts = (): Arms => {
      const [own, other] = [running.counts('canary'), running.counts('stable')];
      assert.ok(own && other);
      return { canary: own, baseline: other };
    };
    let now = 0;
    let sent = seed;
    const seen: { readonly t: number; readonly arms: Arms }[] = [{ t: 0, arms: counts() }];
    const clock: Clock = {
      now: () => now,
      wait: async (ms) => {
        if (ms <= 0) return;
        await sendLoad({ url: running.url, count: 150, seed: ++sent });
        await prometheus().scraped();
        now += ms;
        seen.push({ t: now / 1000, arms: counts() });
      },
    };
    const source = prometheusSource({ url: prometheus().url, auth: {}, timeoutMs: 10_000 });
    const gate = await runGate({ gate: GATE, sources: new Map([['prometheus', source]]), clock });
    const [first, last] = [seen[0], seen.at(-1)];
    assert.ok(first && last);
    return { gate, truth: byCounters(seen), start: first.arms, end: last.arms };
  }

  it('fails a canary with errors exactly as its own counters would', async () => {
    const { gate, truth, start, end } = await story({ errorRate: 0.3, latency: quick }, 11);
    assert.equal(gate.verdict.status, 'fail');
    assert.equal(gate.verdict.blame, 'errors');
    assertSame(gate, truth);
    const found = gate.verdict.findings[0];
    assert.equal(found?.canaryCount, end.canary.total - start.canary.total);
    assert.equal(found.baselineCount, end.baseline.total - start.baseline.total);
    assert.equal(found.canary, (end.canary.bad - start.canary.bad) / (end.canary.total - start.canary.total));
  });

  it('fails a slow canary exactly as its own histogram would', async () => {
    const { gate, truth } = await story({ errorRate: 0.01, latency: { ...quick, slowShare: 0.5 } }, 23);
    assert.deepEqual([gate.verdict.status, gate.verdict.blame], ['fail', 'latency']);
    assertSame(gate, truth);
  });

  it('passes a canary like its baseline exactly as its own counters would', async () => {
    const { gate, truth } = await story(fine, 37);
    assert.equal(gate.verdict.status, 'pass', gate.verdict.because);
    assertSame(gate, truth);
  });
});

/** Equal counts, numbers, evidence and words; only the looks before the first window are told by the source alone. */
function assertSame(gate: GateResult, truth: Verdict): void {
  const told = ({ findings, ...rest }: Verdict) => ({
    ...rest,
    findings: findings.map(({ missing, ...finding }) => ({ ...finding, gaps: missing.length > 1 })),
  });
  assert.deepEqual(told(gate.verdict), told(truth));
}

/** The verdict from what the services counted themselves, at the same looks. */
function byCounters(seen: readonly { readonly t: number; readonly arms: Arms }[]): Verdict {
  const rules = rulesOfGate(GATE);
  let state: State = begin(rules);
  for (const [i, { t, arms }] of seen.entries()) {
    const past = seen[i - 1]?.arms ?? null;
    state = look(rules, state, { t, samples: past === null ? firstLook() : grown(past, arms) });
  }
  return verdict(rules, state);
}

function firstLook(): Readonly<Record<string, Sample>> {
  const missing: Sample = { kind: 'missing', reason: 'first-look', detail: 'counting begins here' };
  return { errors: missing, latency: missing };
}

function grown(past: Arms, now: Arms): Readonly<Record<string, Sample>> {
  const events = (arm: keyof Arms) => ({ hits: now[arm].bad - past[arm].bad, total: now[arm].total - past[arm].total });
  const buckets = (arm: keyof Arms) => now[arm].latency.map((n, i) => n - (past[arm].latency[i] ?? 0));
  return {
    errors: { kind: 'events', canary: events('canary'), baseline: events('baseline') },
    latency: { kind: 'histogram', edges: LATENCY_EDGES, canary: buckets('canary'), baseline: buckets('baseline') },
  };
}
