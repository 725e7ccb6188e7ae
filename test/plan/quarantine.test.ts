import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../src/ledger/entry.ts';
import type { RollbackPlan } from '../../src/plan/plan.ts';
import {
  activeQuarantine,
  gatesSince,
  quarantineFault,
  quarantineOf,
  quarantinePath,
  readQuarantine,
  setAgain,
  withQuarantined,
} from '../../src/plan/quarantine.ts';
import { sha } from '../ledger/builders.ts';

const PLACE = { service: 'rec', environment: 'production' };
const DAY = 86_400_000;
const NOW = Date.parse('2026-11-17T14:00:00Z');
const IMAGE = 'spec.template.spec.containers[name=app].image';
const manifest = (tag: string, weight = 5) =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec:\n  strategy:\n    canary:\n      steps:\n        - setWeight: ${weight}\n  template:\n    spec:\n      containers:\n        - name: app\n          image: rec:${tag}\n`;

const plan: RollbackPlan = {
  incident: {
    id: '0123456789ab',
    key: { repo: 'acme/deploy', ...PLACE },
    bad: sha('b'),
    openedAt: '2026-11-17T14:00:00Z',
    cause: { kind: 'alert', source: 'alertmanager', alert: 'HighErrorRate', fingerprint: 'f' },
  },
  base: sha('c'),
  baseBranch: 'main',
  good: { sha: sha('a'), reason: { kind: 'parent' }, because: 'parent' },
  edits: [],
  changes: [
    { path: 'rec/app.yaml', key: IMAGE, from: 'rec:2', to: 'rec:1', moves: 'version' },
    { path: 'rec/app.yaml', key: 'spec.strategy.canary.steps[0].setWeight', from: '5', to: '1', moves: 'traffic' },
    { path: 'rec/new.yaml', key: IMAGE, from: null, to: 'rec:0', moves: 'version' },
  ],
  undoes: [],
  hash: 'ffffffffffff',
};
const held = quarantineOf(plan, { reason: 'error rate 5 %', forMs: 7 * DAY });
const lift = (kind: Entry['kind'], at: string, more: Partial<Entry> = {}): Entry => ({
  at,
  kind,
  id: `${kind}/${at}`,
  ...PLACE,
  revision: sha('d'),
  incident: null,
  actor: 'ada',
  because: 'because',
  details: {},
  ...more,
});
/** `passed`: the version that every release which passed its gate had. */
const active = (ledger: readonly Entry[], now = NOW + DAY, passed: string | null = '3') =>
  activeQuarantine(held, ledger, PLACE, { now, textAt: () => (passed === null ? null : manifest(passed)) });

test('what a rollback takes away is quarantined: versions, never weights, never what the bad release did not set', () => {
  assert.deepEqual(
    held.map(({ path, key, value, instead, until }) => [path, key, value, instead, until]),
    [['rec/app.yaml', IMAGE, 'rec:2', 'rec:1', '2026-11-24T14:00:00.000Z']],
  );
});

test('the file reads back as it was written, keeps what still holds and drops what is over', () => {
  const text = withQuarantined(null, held, NOW);
  assert.deepEqual(readQuarantine(text), held);
  assert.equal(withQuarantined(text, held, NOW), text, 'written twice is the same file');
  const [one] = held;
  assert.ok(one);
  const later = { ...one, incident: 'ba9876543210', value: 'rec:3' };
  assert.equal(readQuarantine(withQuarantined(text, [later], NOW)).length, 2);
  assert.deepEqual(readQuarantine(withQuarantined(text, [later], NOW + 8 * DAY)), [later]);
});

test('text inside an entry cannot add entries, and a broken file is named as broken instead of read as empty in silence', () => {
  const [one] = held;
  assert.ok(one);
  const evil = { ...one, reason: 'x\n  - path: other\n# "quoted": {a: 1}', value: '*anchor' };
  assert.deepEqual(readQuarantine(withQuarantined(null, [evil], NOW)), [evil]);
  for (const broken of [
    'version: 2\nquarantined: []',
    'quarantined: 7',
    ': : :',
    '[',
    'version: 1\nquarantined:\n  - path: a',
  ]) {
    assert.deepEqual(readQuarantine(broken), []);
    assert.notEqual(quarantineFault(broken), null, broken);
  }
  assert.equal(quarantineFault(null), null);
  assert.equal(quarantineFault(withQuarantined(null, held, NOW)), null);
});

test('it holds until its time', () => {
  assert.equal(active([], NOW + 7 * DAY - 1).length, 1);
  assert.equal(active([], NOW + 7 * DAY).length, 0);
});

test('a person lifts it, for what was there before', () => {
  assert.equal(active([lift('released', '2026-11-17T15:00:00Z')]).length, 0);
  assert.equal(active([lift('released', '2026-11-17T13:00:00Z')]).length, 1, 'an older release lifts nothing');
  assert.equal(active([lift('released', '2026-11-17T15:00:00Z', { service: 'web' })]).length, 1);
});

test('another version that passed its gate lifts it; the revert, the bad version and a release without the key do not', () => {
  const passed = lift('gate-passed', '2026-11-17T15:00:00Z');
  assert.equal(active([passed]).length, 0);
  assert.equal(active([passed], NOW + DAY, '1').length, 1, 'the revert passes with the version before');
  assert.equal(active([passed], NOW + DAY, '2').length, 1, 'the bad version, released once more');
  assert.equal(active([passed], NOW + DAY, null).length, 1);
  assert.equal(active([{ ...passed, revision: null }]).length, 1);
  assert.equal(active([lift('gate-passed', '2026-11-17T13:00:00Z')]).length, 1, 'it passed before the fault');
  assert.equal(active([lift('gate-passed', '2026-11-17T15:00:00Z', { service: 'web' })]).length, 1);
  assert.equal(active([lift('gate-failed', '2026-11-17T15:00:00Z')]).length, 1);
});

test('the newest twenty releases that passed since are asked, each once', () => {
  const passed = (at: string, revision: string) => lift('gate-passed', at, { revision, id: `${at}${revision}` });
  const many = Array.from({ length: 30 }, (_, i) => passed('2026-11-17T15:00:00Z', String(i).padStart(40, '0')));
  assert.equal(gatesSince(held, many, PLACE).length, 20);
  assert.equal(gatesSince(held, many, PLACE)[0], many.at(-1)?.revision);
  const twice = [passed('2026-11-17T15:00:00Z', sha('e')), passed('2026-11-17T16:00:00Z', sha('e'))];
  assert.deepEqual(gatesSince(held, twice, PLACE), [sha('e')]);
  assert.deepEqual(gatesSince(held, [passed('2026-11-17T13:00:00Z', sha('e'))], PLACE), []);
  assert.deepEqual(gatesSince([], twice, PLACE), []);
});

test('a change that sets a quarantined value is found; one that leaves it alone or takes it away is not', () => {
  const change = (before: string | null, after: string | null) =>
    setAgain(held, [{ path: 'rec/app.yaml', before, after }]).map(({ value }) => value);
  assert.deepEqual(change(manifest('1'), manifest('2')), ['rec:2']);
  assert.deepEqual(change(null, manifest('2')), ['rec:2']);
  assert.deepEqual(change(manifest('1'), manifest('3')), []);
  assert.deepEqual(change(manifest('2'), manifest('1')), []);
  assert.deepEqual(change(manifest('2', 5), manifest('2', 25)), [], 'it stood there before');
  assert.deepEqual(change(manifest('2'), null), []);
  assert.deepEqual(setAgain(held, [{ path: 'web/app.yaml', before: manifest('1'), after: manifest('2') }]), []);
});

test('each service and environment has a file of its own', () => {
  assert.equal(quarantinePath(PLACE), '.lastgood/quarantine/production/rec.yml');
});
