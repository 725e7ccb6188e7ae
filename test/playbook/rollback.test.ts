import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aPlaybook, briefly, errors } from './a-playbook.ts';

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
