import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, look, rulesOfGate, verdict } from '../../src/judge/judge.ts';
import type { Statistic } from '../../src/playbook/condition.ts';
import { aGate, aTrigger, events, when } from './fixtures.ts';

const SPEND: Statistic = { kind: 'spend' };

function judged(perLook: readonly number[], budget = 50, ms = 3_600_000) {
  const condition = when(SPEND, '>', { factor: 0, plus: budget, per: { ms, unit: 'USD' } });
  const rules = rulesOfGate(aGate({ triggers: [aTrigger({ name: 'budget', sum: 'cost', if: condition })] }));
  let state = begin(rules);
  let t = 60;
  for (const amount of perLook) {
    t += 15;
    state = look(rules, state, { t, samples: { budget: events(0, amount) } });
  }
  return verdict(rules, state);
}

const looks = (n: number, amount: number) => Array.from({ length: n }, () => amount);

test('a budget that is exceeded fails at that look, with both numbers', () => {
  assert.equal(judged([...looks(4, 10), 9.99]).status, 'continue');
  const now = judged([...looks(4, 10), 10.4]);
  assert.equal(now.status, 'fail');
  assert.equal(now.findings[0]?.because, 'spend 50.4 USD > the budget of 50 USD in 60 min; 50.4 USD spent so far');
});

test('a budget that is kept at the pace of the gate passes after the soak', () => {
  const now = judged(looks(60, 0.1));
  assert.equal(now.status, 'pass');
  assert.equal(
    now.findings[0]?.because,
    'at this pace 24 USD in 60 min, within the budget of 50 USD in 60 min; 6 USD spent so far',
  );
});

test('a pace that would exceed the budget is no pass, though it has not happened yet', () => {
  const now = judged(looks(60, 0.4));
  assert.equal(now.status, 'continue');
  assert.match(now.findings[0]?.because ?? '', /at this pace 96 USD in 60 min, more than the budget/);
});

test('only what lies within the window counts', () => {
  assert.equal(judged(looks(80, 8), 50, 60_000).status, 'pass', '32 a minute, 640 in all');
  assert.equal(judged([...looks(20, 8), 40, ...looks(20, 8)], 50, 60_000).status, 'fail', '64 in one minute');
});

test('a budget that is used up is not exceeded, and what was spent a whole window ago counts no more', () => {
  assert.notEqual(judged(looks(5, 10)).status, 'fail', 'exactly 50 of 50');
  assert.notEqual(judged([40, 0, 0, 0, 40], 50, 60_000).status, 'fail', '60 s lie between them');
  assert.equal(judged([40, 0, 0, 40], 50, 60_000).status, 'fail', '45 s lie between them');
});

test('nothing spent is nothing measured', () => {
  assert.notEqual(judged([]).status, 'pass');
});
