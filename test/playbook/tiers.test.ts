import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rulesOfGate } from '../../src/judge/rules.ts';
import { begin, look, verdict } from '../../src/judge/judge.ts';
import { parseCondition, printCondition } from '../../src/playbook/condition.ts';
import { expandPlaybook } from '../../src/playbook/expand.ts';
import { readYaml } from '../../src/playbook/yaml.ts';
import { expandedText } from '../../src/report/expanded.ts';
import { aPlaybook, briefly, playbookOf } from './a-playbook.ts';

const tiers = `tiers:
  critical: { limits: { margin: 0.5pp, p95: 300ms, drift: 0.15 }, false-alarm: 0.005, soak: 20m, deadline: 45m, on-no-data: fail, approval: auto }
  relaxed: { limits: { margin: 3pp } }`;

function tiered(tier: string, trigger = 'rate > baseline + tier.margin', gate = ''): string {
  return aPlaybook({
    top: tiers,
    rest: `applications: [rec]\n        tier: ${tier}`,
    trigger: `name: errors, bad: bad_total, total: all_total, if: ${trigger}, then: rollback`,
    gate,
  });
}

function rulesOf(text: string) {
  const rules = playbookOf(text).services['rec']?.environments['production'];
  assert.ok(rules?.gate);
  return { ...rules, gate: rules.gate };
}

test('a condition takes the limit of its tier', () => {
  assert.deepEqual(rulesOf(tiered('critical')).gate.triggers[0]?.if.limits, [
    { factor: 1, plus: 0.005, from: 'critical.margin' },
  ]);
  assert.deepEqual(rulesOf(tiered('relaxed')).gate.triggers[0]?.if.limits, [
    { factor: 1, plus: 0.03, from: 'relaxed.margin' },
  ]);
});

test('the other keys of a tier fill in what the environment does not say, and nothing else', () => {
  const { gate, rollback } = rulesOf(tiered('critical', undefined, 'soak: 5m'));
  assert.equal(gate['false-alarm'], 0.005);
  assert.equal(gate.soak, 300_000, 'written by its user');
  assert.equal(gate.deadline, 2_700_000);
  assert.equal(gate.triggers[0]?.['on-no-data'], 'fail');
  assert.equal(rollback.approval, 'auto');
  assert.equal(rulesOf(tiered('relaxed')).rollback.approval, 'human');
});

test('an environment goes before its service', () => {
  const text = tiered('relaxed').replace('  rec:\n', '  rec:\n    tier: critical\n');
  assert.equal(rulesOf(text).gate.triggers[0]?.if.limits[0]?.from, 'relaxed.margin');
  const without = text.replace('        tier: relaxed\n', '');
  assert.equal(rulesOf(without).gate.triggers[0]?.if.limits[0]?.from, 'critical.margin');
});

test('the finding says which limit of which tier was used', () => {
  const rules = rulesOfGate(rulesOf(tiered('critical')).gate);
  const sample = { kind: 'events', canary: { hits: 90, total: 300 }, baseline: { hits: 10, total: 6000 } } as const;
  let state = begin(rules);
  for (let i = 1; i <= 8; i += 1) state = look(rules, state, { t: i * 15, samples: { errors: sample } });
  assert.match(
    verdict(rules, state).findings[0]?.because ?? '',
    /> limit 0\.00667, from critical\.margin of the tiers/,
  );
});

test('a tier or a limit that is not there is one fault with what was meant', () => {
  assert.deepEqual(briefly(tiered('critcal', 'rate > 2%')), [
    "tier is not one of the tiers -> did you mean 'critical'?",
  ]);
  assert.deepEqual(briefly(tiered('critical', 'rate > baseline + tier.margn')), [
    "if takes 'margn' from the tier critical, which has no such limit -> did you mean 'margin'?",
  ]);
  assert.deepEqual(briefly(aPlaybook({ trigger: 'name: a, bad: b, total: c, if: rate > tier.x, then: ask' })), [
    "if takes a limit from a tier, and none applies here -> add 'tier:' to the environment",
  ]);
  assert.deepEqual(briefly(aPlaybook({ top: 'tiers: { a: { limits: { p95: fast } } }' })), [
    'p95 is not one number with its unit -> write it as in a condition, such as 0.5pp, 2%, 300ms or 0.15',
  ]);
});

test('a limit that does not fit its sentence is told there', () => {
  assert.deepEqual(
    briefly(tiered('critical', 'rate > baseline + tier.p95')).map((line) => line.slice(0, 33)),
    ["if '300ms' is not a difference of"],
  );
});

test('where a limit came from survives printing and reading', () => {
  const read = parseCondition('rate > baseline * 1.5 + 0.5pp [critical.error-margin]');
  assert.ok(read.ok);
  assert.equal(printCondition(read.condition), read.condition.text);
  assert.equal(read.condition.limits[0]?.from, 'critical.error-margin');
  assert.equal(parseCondition('rate > 2% [critical').ok, false);
});

test('a budget is taken from a tier too, with its money', () => {
  const text = tiered('critical', 'spend > tier.day USD per 1d')
    .replace('margin: 0.5pp', 'margin: 0.5pp, day: 20')
    .replace('bad: bad_total, total: all_total', 'sum: cost_total');
  const condition = rulesOf(text).gate.triggers[0]?.if;
  assert.deepEqual(condition?.limits, [
    { factor: 0, plus: 20, per: { ms: 86_400_000, unit: 'USD' }, from: 'critical.day' },
  ]);
  const printed = printCondition(condition);
  assert.equal(printed, 'spend > 20 USD [critical.day] per 1d');
  const again = parseCondition(printed);
  assert.ok(again.ok);
  assert.deepEqual(again.condition.limits, condition.limits);
});

test('what a tier fills in is shown by the expansion, the approval included', () => {
  const shown = expandedText(expandPlaybook(readYaml(tiered('critical')).data));
  assert.match(shown, /^rec production, tier critical\n/);
  assert.match(shown, /\n {4}false-alarm: 0\.005\n {4}soak: 20m\n {4}deadline: 45m\n/);
  assert.match(shown, /if: 'rate > baseline \+ 0\.5pp \[critical\.margin\]', then: rollback, on-no-data: fail \}/);
  assert.match(shown, /\n {2}rollback: \{ approval: auto \}$/);
});
