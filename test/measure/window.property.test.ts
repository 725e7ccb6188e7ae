import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { between } from '../../src/measure/window.ts';
import type { Reading } from '../../src/measure/reading.ts';
import { aCondition, alone, aTrigger } from './a-trigger.ts';

const fixed = aTrigger({ if: aCondition({ factor: 0, plus: 0.01 }) });
const increments = fc.array(fc.record({ good: fc.nat(1000), bad: fc.nat(1000), restart: fc.boolean() }), {
  minLength: 2,
  maxLength: 8,
});

interface Step {
  readonly good: number;
  readonly bad: number;
  readonly restart: boolean;
}

/** The looks at pods that did these steps, one look after each. A restart happens just before its step. */
function looks(pods: readonly (readonly Step[])[], restarts: boolean): readonly Reading[] {
  const length = Math.min(...pods.map((p) => p.length));
  const state = pods.map(() => ({ hits: 1, total: 1 }));
  const found = [reading(0, state)];
  for (let k = 0; k < length; k += 1) {
    for (const [i, pod] of pods.entries()) {
      const step = pod[k];
      const own = state[i];
      if (step === undefined || own === undefined) continue;
      if (restarts && step.restart) Object.assign(own, { hits: 0, total: 0 });
      own.hits += step.bad;
      own.total += step.bad + step.good;
    }
    found.push(reading(k + 1, state));
  }
  return found;
}

function reading(t: number, state: readonly { readonly hits: number; readonly total: number }[]): Reading {
  const by = (part: 'hits' | 'total'): Record<string, number> =>
    Object.fromEntries(state.map((s, i) => [`pod-${i}`, s[part]]));
  return alone(t, by('hits'), by('total'));
}

function countOver(readings: readonly Reading[]): { hits: number; total: number } {
  let kept: Reading | null = null;
  const sum = { hits: 0, total: 0 };
  for (const now of readings) {
    const { sample, keep } = between(fixed, kept, now);
    kept = keep;
    if (sample.kind !== 'events') continue;
    sum.hits += sample.canary.hits;
    sum.total += sample.canary.total;
  }
  return sum;
}

it('splitting a window into several never changes what is counted', () => {
  fc.assert(
    fc.property(fc.array(increments, { minLength: 1, maxLength: 4 }), (pods) => {
      const all = looks(pods, false);
      assert.deepEqual(countOver([...all.slice(0, 1), ...all.slice(-1)]), countOver(all));
    }),
  );
});

it('the order of the pods never matters', () => {
  fc.assert(
    fc.property(fc.array(increments, { minLength: 2, maxLength: 4 }), (pods) => {
      const turned = looks(pods, true).map((r): Reading => {
        if (r.canary.kind !== 'counters') return r;
        return { ...r, canary: { ...r.canary, hits: r.canary.hits.toReversed(), total: r.canary.total.toReversed() } };
      });
      assert.deepEqual(countOver(turned), countOver(looks(pods, true)));
    }),
  );
});

it('restarts never add events that did not happen', () => {
  fc.assert(
    fc.property(fc.array(increments, { minLength: 1, maxLength: 4 }), (pods) => {
      const happened = pods.reduce((sum, pod) => sum + pod.reduce((s, { good, bad }) => s + good + bad, 0), 0);
      assert.ok(countOver(looks(pods, true)).total <= happened);
    }),
  );
});

it('losing any looks in the middle loses no event while no pod restarts', () => {
  fc.assert(
    fc.property(increments, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (steps, lost) => {
      const all = looks([steps], false);
      const seen = all.map((r, i): Reading => {
        if (i === 0 || i === all.length - 1 || lost[i] !== true) return r;
        return { ...r, canary: { kind: 'missing', reason: 'time-out', detail: 'no answer' } };
      });
      assert.deepEqual(countOver(seen), countOver(all));
    }),
  );
});
