import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArms } from '../../src/measure/arms.ts';
import { metricOf } from '../../src/measure/metric.ts';
import { parseCondition, printCondition } from '../../src/playbook/condition.ts';
import type { Found } from '../../src/measure/point.ts';
import { readPrice } from '../../src/playbook/prices.ts';
import { aPlaybook, briefly, playbookOf } from './a-playbook.ts';

const top = 'prices: { mini: { input: 0.15/1M, output: 0.60/1M }, next: { input: 2/1M, output: 8/1M } }';
const tokens = 'tokens: { input: in_total, output: out_total }';
const mean = `name: cost, ${tokens}, count: n_total, range: [0, 1], if: mean > baseline + 20%, then: ask`;

function triggerOf(trigger: string) {
  const found = playbookOf(aPlaybook({ top, trigger })).services['rec']?.environments['production']?.gate?.triggers[0];
  assert.ok(found);
  return found;
}

const point = (name: string, value: number, more: Record<string, string> = {}): Found => ({
  kind: 'points',
  points: [{ labels: { __name__: name, pod: 'a', ...more }, value, at: 1000 }],
});

test('tokens cost what the price of each arm says', () => {
  const metric = metricOf(triggerOf(`${mean}, price: next, baseline-price: mini`));
  const arm = new Map([
    ['sum', point('in_total', 1e6)],
    ['sum 2', point('out_total', 5e5)],
    ['count', point('n_total', 100)],
  ]);
  const { canary, baseline } = readArms(metric, arm, arm);
  const sums = [canary, baseline].map((one) =>
    one?.kind === 'moments' ? Number(one.series[0]?.sum.toFixed(9)) : null,
  );
  assert.deepEqual(sums, [6, 0.45]);
});

test('a label that a part pins is not what tells its series apart', () => {
  const metric = metricOf(triggerOf(`${mean}, price: mini`.replace('in_total', `'usage_sum{type="input"}'`)));
  const arm = new Map([
    ['sum', point('usage_sum', 1e6, { type: 'input' })],
    ['sum 2', point('out_total', 0)],
    ['count', point('n_total', 4)],
  ]);
  const { canary } = readArms(metric, arm, null);
  assert.equal(canary.kind === 'moments' && canary.series[0]?.sum, 0.15);
});

test('a bill without one of its parts is no bill', () => {
  const budget = metricOf(triggerOf(`name: budget, ${tokens}, price: mini, if: spend > 5 USD per 1h, then: ask`));
  const whole = readArms(
    budget,
    new Map([
      ['sum', point('in_total', 2e6)],
      ['sum 2', point('out_total', 1e6)],
    ]),
    null,
  ).canary;
  assert.deepEqual(whole.kind === 'counters' && whole.total.map(({ id, value }) => [id, Number(value.toFixed(9))]), [
    ['in_total{pod="a"}', 0.3],
    ['out_total{pod="a"}', 0.6],
  ]);
  const half = readArms(
    budget,
    new Map<string, Found>([
      ['sum', point('in_total', 2e6)],
      ['sum 2', { kind: 'points', points: [] }],
    ]),
    null,
  );
  assert.match(JSON.stringify(half.canary), /no-series.*out_total/);
});

test('a budget is an amount and a time, and both are read and printed again', () => {
  const read = parseCondition('spend > 50 usd per 1h');
  assert.ok(read.ok);
  assert.deepEqual(read.condition.limits, [{ factor: 0, plus: 50, per: { ms: 3_600_000, unit: 'USD' } }]);
  assert.equal(printCondition(read.condition), 'spend > 50 USD per 1h');
  for (const wrong of [
    'spend > 50',
    'spend > 50 USD',
    'spend > baseline',
    'spend > 50 USD per hour',
    'spend > 0 USD per 1h',
  ])
    assert.equal(parseCondition(wrong).ok, false, wrong);
});

test('a price says for how many tokens it is', () => {
  assert.deepEqual(
    [readPrice('0.15/1M'), readPrice('2/1k')].map((read) => read.ok && read.value),
    [0.15 / 1e6, 0.002],
  );
  for (const wrong of ['0.15', '0.15 / 1M', '0.15/1m', '-1/1k']) assert.equal(readPrice(wrong).ok, false, wrong);
});

test('what does not fit together is one fault each', () => {
  const faults = (trigger: string) => briefly(aPlaybook({ top, trigger }));
  assert.deepEqual(faults(`${mean}, price: minni`), ["price is not one of the prices -> did you mean 'mini'?"]);
  assert.match(faults(mean).join(), /prices is missing -> add 'price:'/);
  assert.match(faults(`name: b, sum: x, count: n, if: spend > 5 per 1h, then: ask`).join(), /count belongs to a mean/);
  assert.match(faults(`name: b, sum: x, if: spend < 5 per 1h, then: ask`).join(), /fails when less is spent/);
  assert.match(faults(`name: b, sum: x, if: mean > 5, then: ask`).join('\n'), /count is missing/);
});
