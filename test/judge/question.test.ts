import assert from 'node:assert/strict';
import { test } from 'node:test';
import { question, rulesOfGate } from '../../src/judge/judge.ts';
import { RollbackError } from '../../src/errors.ts';
import type { Statistic } from '../../src/playbook/condition.ts';
import { aGate, aTrigger, RATE, when } from './fixtures.ts';

const P99: Statistic = { kind: 'quantile', q: 0.99 };

test('a rate above its limit keeps the limit, a rate below it becomes its complement', () => {
  const above = question(aTrigger({ if: when(RATE, '>', { factor: 1.1, plus: 0.0005 }) }));
  assert.deepEqual(above.fail, { join: 'min', legs: [{ kind: 'rate', line: { r: 1.1, d: 0.0005 } }] });
  const relative = question(aTrigger({ if: when(RATE, '<', { factor: 0.97, plus: 0 }) }));
  assert.equal(relative.bad, 'below');
  const [leg] = relative.fail.legs;
  assert.ok(leg?.kind === 'rate' && leg.line.r === 0.97 && Math.abs(leg.line.d - 0.03) < 1e-12);
  const points = question(aTrigger({ if: when(RATE, '<', { factor: 1, plus: -0.03 }) }));
  assert.deepEqual(points.fail.legs, [{ kind: 'rate', line: { r: 1, d: 0.03 } }]);
  const equal = question(aTrigger({ if: when(RATE, '<', { factor: 1, plus: 0 }) }));
  assert.deepEqual(equal.fail.legs, [{ kind: 'rate', line: { r: 1, d: 0 } }]);
});

test('several limits join on the fail side and turn around on the pass side', () => {
  const limits = [
    { factor: 1.5, plus: 0 },
    { factor: 0, plus: 0.001 },
  ];
  const and = question(aTrigger({ if: when(RATE, '>', ...limits) }));
  assert.deepEqual([and.fail.join, and.pass.join], ['min', 'mean']);
  const or = question(aTrigger({ if: { ...when(RATE, '>', ...limits), join: 'any' } }));
  assert.deepEqual([or.fail.join, or.pass.join], ['mean', 'min']);
});

test('pass-when replaces the opposite of if', () => {
  const asked = question(aTrigger({ 'pass-when': when(RATE, '<', { factor: 1, plus: 0.01 }) }));
  assert.deepEqual(asked.pass, { join: 'min', legs: [{ kind: 'rate', line: { r: 1, d: 0.01 } }] });
});

test('a quantile limit lands exactly on the edge of its histogram, in every unit', () => {
  const edge = (unit: 's' | 'ms' | 'us' | undefined) => {
    const trigger = aTrigger({ if: when(P99, '>', { factor: 0, plus: 300 }) });
    const [leg] = question(unit === undefined ? trigger : { ...trigger, unit }).fail.legs;
    return leg?.kind === 'slower-than' ? leg.edge : null;
  };
  assert.deepEqual([edge('s'), edge('ms'), edge('us'), edge(undefined)], [0.3, 300, 300_000, 0.3]);
});

test('what cannot be asked is refused with the trigger, the condition and the reason', () => {
  const refused = [
    aTrigger({ if: when(P99, '<', { factor: 0, plus: 300 }) }),
    aTrigger({ if: when({ kind: 'ks' }, '<', { factor: 0, plus: 0.1 }) }),
    aTrigger({ if: when({ kind: 'ks' }, '>', { factor: 1, plus: 0.1 }) }),
    aTrigger({ if: when({ kind: 'mean' }, '<', { factor: 0, plus: 0.5 }) }),
    aTrigger({ if: when(RATE, '>', { factor: 1, plus: -0.01 }) }),
    aTrigger({ if: when(RATE, '>', { factor: 0, plus: 1 }) }),
    aTrigger({ if: when(P99, '>', { factor: 0.5, plus: 0 }) }),
    aTrigger({ 'pass-when': when(RATE, '>', { factor: 1, plus: 0.01 }) }),
    aTrigger({ 'pass-when': when(P99, '<', { factor: 0, plus: 300 }) }),
  ];
  for (const trigger of refused) {
    assert.throws(
      () => question(trigger),
      (error: unknown) =>
        error instanceof RollbackError && error.code === 'playbook-invalid' && error.message.includes(`'errors'`),
    );
  }
});

test('two triggers of one name are refused', () => {
  assert.throws(() => rulesOfGate(aGate({ triggers: [aTrigger(), aTrigger()] })), /two triggers are named 'errors'/);
});
