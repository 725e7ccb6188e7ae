import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binomial, seeded } from '../../bench/judge/random.ts';
import { begin, look, rulesOfGate, verdict } from '../../src/judge/judge.ts';
import type { Sample } from '../../src/measure/sample.ts';
import type { Gate, Trigger } from '../../src/playbook/schema.ts';
import { aGate, aTrigger, events, RATE, when } from './fixtures.ts';

function judged(
  sample: Sample | ((k: number) => Sample),
  {
    role = 'challenger',
    trigger,
    looks = 80,
    gate,
  }: { role?: NonNullable<Gate['role']>; trigger?: Partial<Trigger>; looks?: number; gate?: Partial<Gate> } = {},
) {
  const rules = rulesOfGate(aGate({ role, triggers: [aTrigger(trigger)], soak: 900_000, ...gate }));
  let state = begin(rules);
  for (let k = 1; k <= looks; k++)
    state = look(rules, state, { t: 15 * k, samples: { errors: typeof sample === 'function' ? sample(k) : sample } });
  return verdict(rules, state);
}

const same = events(10, 1000, 40, 4000);

test('a challenger like its champion is no different, said from both sides', () => {
  const now = judged(same);
  assert.equal(now.status, 'pass');
  assert.equal(now.findings[0]?.comparison?.says, 'no-difference');
  assert.match(now.because, /^no difference from the champion larger than the limits; every limit is proven kept/);
});

test('a challenger that is better is told so, with odds', () => {
  const now = judged(events(5, 1000, 120, 4000));
  assert.equal(now.status, 'pass');
  assert.equal(now.findings[0]?.comparison?.says, 'better');
  assert.match(now.because, /^better than the champion in errors, and worse in nothing that was asked/);
  assert.match(now.findings[0].because, /better than the champion by more than the limit, odds/);
});

test('a challenger that is worse fails as the playbook says; a shadow is only told', () => {
  const worse = events(60, 1000, 40, 4000);
  const served = judged(worse);
  assert.equal(served.status, 'fail');
  assert.equal(served.then, 'rollback');
  assert.match(served.because, /^worse than the champion in errors; errors: rate/);
  const shadow = judged(worse, { role: 'shadow' });
  assert.equal(shadow.status, 'fail');
  assert.equal(shadow.then, 'notify');
  assert.equal(shadow.role, 'shadow');
});

test('too little is neither better nor worse, and no pass', () => {
  const now = judged(events(0, 2, 0, 8), { looks: 20 });
  assert.equal(now.status, 'continue');
  assert.equal(now.findings[0]?.comparison?.says, 'open');
});

test('a fixed limit, a distance and segments have no second side', () => {
  const fixed = judged(same, { trigger: { if: when(RATE, '>', { factor: 0, plus: 0.02 }) } });
  assert.equal(fixed.findings[0]?.comparison, undefined);
  const canary = judged(same, { role: 'canary' });
  assert.equal(canary.findings[0]?.comparison, undefined);
  assert.equal(canary.role, undefined);
});

test('pairs of a shadow compare answer by answer, from both sides', () => {
  const random = seeded(7);
  const answers = (): Sample => {
    const hard = Array.from({ length: 40 }, () => random());
    const right = (skill: number) => hard.map((h) => (h < skill ? 1 : 0));
    return { kind: 'values', canary: right(0.85), baseline: right(0.7), paired: true };
  };
  const trigger = { correct: 'right', 'pair-by': 'id', if: when(RATE, '<', { factor: 1, plus: -0.03 }) };
  const now = judged(answers, { role: 'shadow', trigger, looks: 61 });
  assert.equal(now.findings[0]?.comparison?.says, 'better');
});

test('without a difference beyond the limit hardly any challenger is called better or worse', () => {
  let wrong = 0;
  for (let release = 0; release < 150; release++) {
    const random = seeded(release + 1);
    const now = judged(() => events(binomial(random, 150, 0.02), 150, binomial(random, 600, 0.025), 600), {
      looks: 25,
      gate: { 'false-alarm': 0.05, robust: false },
    });
    const says = now.findings[0]?.comparison?.says;
    if (says === 'better' || says === 'worse') wrong += 1;
  }
  assert.ok(wrong <= 150 * 0.05 + 3 * Math.sqrt(150 * 0.05), `${wrong} of 150`);
});
