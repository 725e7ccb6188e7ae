import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { aPlaybook, briefly, errors, playbookOf } from './a-playbook.ts';

const LIVE = 'if: rate > baseline + 1pp, then: rollback';
const ALONE = '{ canary: track="canary" }';

test('an option that its question cannot have is a fault with its cure', () => {
  const rows: readonly (readonly [trigger: string, fault: RegExp])[] = [
    [
      `${errors}, reference: { file: r.csv }, ${LIVE}`,
      /^reference is a distribution.*-> remove it, or compare with ks/,
    ],
    ['name: k, histogram: h, reference: { file: ../r.csv }, if: ks > 0.15, then: ask', /^file leaves the repository/],
    [
      'name: k, histogram: h, reference: { file: r.txt }, if: ks > 0.15, then: ask',
      /^file is neither \.json nor \.csv/,
    ],
    ['name: k, histogram: h, strata: region, if: ks > 0.15, then: ask', /^strata keeps counters apart/],
    [`${errors}, strata: "a b", ${LIVE}`, /^strata should be one label name, such as region/],
    [`${errors}, window: 1m, ${LIVE}`, /^window belongs to a gauge/],
    [`${errors}, alpha-share: 50%, ${LIVE}`, /^alpha-share is reserved for a trigger that is not critical/],
    [`${errors}, alpha-share: 0.5, criticality: critical, ${LIVE}`, /^alpha-share needs a percentage -> write 50%/],
    [`${errors}, alpha-share: 50%, weight: 2, criticality: critical, ${LIVE}`, /^alpha-share stands beside 'weight'/],
  ];
  for (const [trigger, fault] of rows) assert.match(briefly(aPlaybook({ trigger })).join('\n'), fault, trigger);
});

test('strata need a source with labels, and a past baseline one that remembers', () => {
  const sources = '{ prom: { kind: openmetrics } }';
  const arms = '{ canary: "http://canary:8080/metrics" }';
  const verify = `{ healthy-for: 30s, within: 10m, arm: "http://rec:8080/metrics", criteria: [{ ${errors}, if: rate > 2% }] }`;
  const found = briefly(aPlaybook({ sources, arms, verify, gate: 'baseline: last-good' }));
  assert.match(
    found.join('\n'),
    /source is of kind openmetrics, which does not remember the gate of the last good release/,
  );
});

test('a gate says once where its baseline comes from, and what its weight is counted on', () => {
  assert.match(
    briefly(aPlaybook({ gate: 'baseline: last-good' })).join('\n'),
    /baseline stands beside 'arms\.baseline'/,
  );
  const fixed = `${errors}, if: rate > 2%, then: ask`;
  assert.match(
    briefly(aPlaybook({ arms: ALONE, trigger: fixed, gate: 'weight: 5%' })).join('\n'),
    /weight compares the traffic of two arms/,
  );
  const gauge = 'name: g, gauge: g, if: value > baseline + 1, then: ask';
  assert.match(
    briefly(aPlaybook({ trigger: gauge, gate: 'weight: 5%' })).join('\n'),
    /weight is checked on counted requests/,
  );
  for (const weight of ['5', '0%', '100%', '5 %'])
    assert.equal(briefly(aPlaybook({ gate: `weight: ${weight}` })).length, 1, weight);
  playbookOf(aPlaybook({ arms: ALONE, gate: 'baseline: last-good' }));
});

test('a ks with a reference needs no baseline arm, one without does', () => {
  const ks = 'name: k, histogram: h, if: ks > 0.15, then: ask';
  assert.match(briefly(aPlaybook({ arms: ALONE, trigger: ks })).join('\n'), /compares with a baseline/);
  playbookOf(aPlaybook({ arms: ALONE, trigger: `reference: { file: r.csv }, ${ks}` }));
});

test('a gauge that is read less often than people think, or too slowly for any verdict, is a warning', () => {
  const warned = (options: string): string => {
    const text = aPlaybook({ trigger: `name: g, gauge: g, ${options}, if: value > 1, then: ask` });
    const parsed = parsePlaybook(text, 'lastgood.yml');
    return parsed.ok ? parsed.warnings.map(({ message, cure }) => `${message} -> ${cure}`).join('\n') : 'faults';
  };
  assert.match(warned('window: 1m'), /longer than poll \(15s\): only each 4th look is used/);
  assert.match(
    warned('window: 1m, batch: 10'),
    /needs at least 7 values, one each 10m: 70m are more than the gate has/,
  );
  assert.equal(warned('window: 15s'), '');
});

test('a shadow or challenger needs a champion, and a shadow has no share of the traffic', () => {
  assert.deepEqual(briefly(aPlaybook({ gate: 'role: shadow\n          weight: 5%' })), [
    'weight is a share of the traffic, and a shadow gets a copy of it -> remove it',
  ]);
  const alone = aPlaybook({
    arms: '{ canary: track="c" }',
    gate: 'role: challenger',
    trigger: `${errors}, if: rate > 2%, then: ask`,
  });
  assert.deepEqual(briefly(alone), [
    "role is compared with a champion, and there is one arm -> add 'baseline:' to the arms",
  ]);
});

test('segments need counted series with labels, and stand alone', () => {
  const said = (trigger: string) => briefly(aPlaybook({ trigger }));
  const by = 'segments: { by: region }, then: ask';
  assert.match(said(`name: g, gauge: x, if: value > 1, ${by}`).join(), /segments needs counted series/);
  assert.match(said(`${errors}, strata: zone, if: rate > 2%, ${by}`).join(), /segments stands beside 'strata'/);
  const twice = 'segments: { by: region, values: [eu, us, eu] }, then: ask';
  assert.match(said(`${errors}, if: rate > 2%, ${twice}`).join(), /values\[2\] stands here twice/);
});
