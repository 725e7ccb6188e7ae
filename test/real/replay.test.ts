import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { realClock } from '../../src/adapters/clock.ts';
import { prometheusSource } from '../../src/adapters/prometheus.ts';
import { runGate } from '../../src/control/gate.ts';
import { replayHistory, replayRecording } from '../../src/control/replay.ts';
import { parseRecording, recordingHead, recordingLine } from '../../src/measure/recording.ts';
import { gateSchema } from '../../src/playbook/schema-gate.ts';
import { startPrometheus } from '../../src/world/prometheus/prometheus.ts';
import { withFaults } from '../../src/world/services/faults.ts';
import { startFleet, type Fleet } from '../../src/world/services/fleet.ts';
import { sendLoad } from '../../src/world/services/load.ts';
import { aRollout } from '../world/services/a-rollout.ts';

const quick = { typicalMs: 0.5, slowMs: 320, slowShare: 0.01 };
const behaviours = {
  '1.4.1': withFaults({ errorRate: 0.01, latency: quick }),
  '2.0.0': withFaults({ errorRate: 0.3, latency: quick }),
};
const gate = gateSchema.parse({
  source: 'prom',
  arms: { canary: 'track="canary"', baseline: 'track="stable"' },
  triggers: [
    {
      name: 'errors',
      bad: 'http_requests_total{code=~"5.."}',
      total: 'http_requests_total',
      if: 'rate > baseline + 1pp',
      then: 'rollback',
    },
  ],
  poll: '1s',
  'warm-up': '1s',
  soak: '2s',
  deadline: '15s',
});

const probe = await startPrometheus({ targets: [], scrapeMs: 250 });

describe('a gate on a real Prometheus', { skip: probe === null ? 'prometheus is not installed' : false }, () => {
  let fleet: Fleet;
  before(async () => {
    fleet = await startFleet({ behaviours, seed: 5 });
    for (const tag of ['1.4.1', '2.0.0']) await fleet.applyManifest(aRollout(tag, 40));
    await probe?.setTargets([{ url: `${fleet.url}/metrics/fleet` }]);
    // Both arms exist before counting begins.
    await sendLoad({ url: fleet.url, count: 50, seed: 1 });
    await probe?.scraped();
  });
  after(async () => {
    await fleet.close();
    await probe?.stop();
  });

  it('is judged the same again from its recording to the bit, and from the history with the same verdict', async () => {
    assert.ok(probe);
    const sources = new Map([['prom', prometheusSource({ url: probe.url, auth: {}, timeoutMs: 10_000 })]]);
    const lines: string[] = [];
    const stop = new AbortController();
    const load = (async () => {
      for (let seed = 10; !stop.signal.aborted; seed++) await sendLoad({ url: fleet.url, count: 40, seed });
    })();
    const live = await runGate({
      gate,
      sources,
      clock: realClock(),
      onRead: (read) => void lines.push(recordingLine(read)),
    });
    stop.abort();
    await load;
    assert.equal(live.verdict.status, 'fail', live.verdict.because);
    const head = recordingHead({ service: 'rec', environment: 'production', startedAt: live.startedAt });
    const recorded = await replayRecording({ gate }, parseRecording([head, ...lines].join('\n'), 'gate.jsonl'));
    assert.deepEqual(recorded.verdict, live.verdict);
    await probe.scraped();
    const past = await replayHistory({ gate, sources }, { from: live.startedAt, to: live.startedAt + gate.deadline });
    assert.deepEqual([past.verdict.status, past.verdict.blame, past.verdict.then], ['fail', 'errors', 'rollback']);
    assert.ok(Math.abs(past.decidedAt - live.decidedAt) <= 3_000, `${past.decidedAt - live.decidedAt} ms apart`);
  });

  it('has a history whose course is what a look at each instant says', async () => {
    assert.ok(probe);
    const source = prometheusSource({ url: probe.url, auth: {}, timeoutMs: 10_000 });
    const to = Math.floor(Date.now() / 1000) * 1000;
    const grid = { from: to - 4_000, to, stepMs: 500 };
    const [trigger] = gate.triggers;
    assert.ok(trigger && source.course);
    const queries = [{ trigger, arms: { canary: 'track="canary"', baseline: 'track="stable"' }, since: grid.from }];
    let step = 0;
    for await (const readings of source.course(queries, grid)) {
      assert.deepEqual(readings, await source.look(queries, grid.from + step * grid.stepMs), `step ${step}`);
      step++;
    }
    assert.equal(step, 9);
  });
});
