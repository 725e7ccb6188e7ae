import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aPlaybook, briefly, errors, playbookOf } from './a-playbook.ts';

const ofRollback = (rollback: string, more: Parameters<typeof aPlaybook>[0] = {}): readonly string[] =>
  briefly(aPlaybook({ rest: `applications: [rec]\n        rollback: { ${rollback} }`, ...more }));

const FALLBACK = 'fallback: { carrier: rec, to: rec-simple }';

test('every strategy is taken with the settings it uses', () => {
  for (const rollback of [
    'strategy: auto, carrier: rec, stable: rec-stable',
    'strategy: canary, stable: rec-stable',
    'strategy: blue-green',
    'strategy: flag, carrier: ranker, stable: "off"',
    'strategy: restore',
    `strategy: fallback, ${FALLBACK}`,
    FALLBACK,
    'database: postgresql@15',
    'database: mysql',
  ])
    assert.deepEqual(ofRollback(rollback), [], rollback);
});

test('settings that nothing would read, or that are missing, are named with their cure', () => {
  const table: readonly [rollback: string, expected: RegExp][] = [
    ['strategy: restore, stable: rec-stable', /^stable is not used by strategy restore -> remove it/],
    ['strategy: restore, carrier: rec', /^carrier is not used by strategy restore -> remove it/],
    [
      `strategy: fallback, stable: x, ${FALLBACK}`,
      /^stable is not used by strategy fallback -> name it in 'fallback:'/,
    ],
    ['strategy: fallback', /needs to know where users go meanwhile -> add 'fallback:'/],
    ['strategy: blue', /blue-green/],
    ['fallback: { carrier: rec }', /to/],
    ['database: mongodb', /'mongodb' is no database that is known -> write one of postgresql, .*mysql/],
  ];
  for (const [rollback, expected] of table) {
    const faults = ofRollback(rollback);
    assert.equal(faults.length, 1, rollback);
    assert.match(faults[0] ?? '', expected, rollback);
  }
});

test('a trigger may ask for a fallback only where the playbook says which', () => {
  const trigger = `${errors}, if: rate > baseline + 1pp, then: fallback`;
  assert.deepEqual(ofRollback(FALLBACK, { trigger }), []);
  assert.match(briefly(aPlaybook({ trigger }))[0] ?? '', /needs to know where users go meanwhile/);
});

test('what brings the route back is checked like verify', () => {
  const back = (criterion: string, within = '1h'): readonly string[] =>
    ofRollback(
      `fallback: { carrier: rec, to: simple, back: { healthy-for: 15m, within: ${within}, arm: app="probe", criteria: [{ ${criterion} }] } }`,
    );
  assert.deepEqual(back(`${errors}, if: rate > 2%`), []);
  assert.match(back(`${errors}, if: rate > baseline + 1pp`)[0] ?? '', /after a rollback there is none/);
  assert.match(back(`${errors}, if: rate > 2%`, '10m')[0] ?? '', /is not longer than healthy-for/);
});

test('what brings the route back takes limits of the tier and prices, as verify does', () => {
  const criterion =
    'name: cost, tokens: { input: in_total, output: out_total }, count: n_total, price: mini, range: [0, 1]';
  const back = (condition: string) =>
    aPlaybook({
      top: 'tiers: { critical: { limits: { cost: 0.02 } } }\nprices: { mini: { input: 0.15/1M, output: 0.60/1M } }',
      rest: `applications: [rec]
        tier: critical
        rollback: { ${FALLBACK.replace(' }', `, back: { healthy-for: 15m, within: 1h, arm: app="probe", criteria: [{ ${criterion}, if: ${condition} }] } }`)} }`,
    });
  assert.deepEqual(briefly(back('mean > tier.cost')), []);
  const read = playbookOf(back('mean > tier.cost')).services['rec']?.environments['production']?.rollback.fallback
    ?.back;
  assert.deepEqual(read?.criteria[0]?.if.limits, [{ factor: 0, plus: 0.02, from: 'critical.cost' }]);
  assert.match(ofRollback('').join(), /^$/);
  assert.match(
    briefly(aPlaybook({ rest: 'applications: [rec]\n        rollback:' })).join(),
    /^rollback should be a mapping/,
  );
  assert.deepEqual(briefly(back('mean > tier.cots')), [
    "if takes 'cots' from the tier critical, which has no such limit -> use one of cost",
  ]);
});
