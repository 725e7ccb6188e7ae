import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registrySchema } from '../../src/playbook/schema-registries.ts';
import { findingsOf } from '../../src/registries/findings.ts';
import type { ArtefactState, Looked } from '../../src/registries/look.ts';

const NOW = Date.UTC(2026, 10, 22);
const DAY = 86_400_000;
const registries = { models: registrySchema.parse({ kind: 'mlflow', url: 'http://mlflow', retention: '90d' }) };

function looked(state: ArtefactState, { ageDays = null as number | null, version = '7', says = 'READY' } = {}): Looked {
  return {
    reference: {
      registry: 'models',
      artefact: { kind: 'model', what: 'model', name: 'fraud', at: { kind: 'version', value: version } },
      label: `model fraud version ${version}`,
      place: null,
    },
    look: { state, says, madeAt: ageDays === null ? null : NOW - ageDays * DAY },
  };
}

test('what is there is verified, with its age, and forbids nothing', () => {
  const { unfit, verified, notes } = findingsOf(
    { brought: [looked('there', { ageDays: 40 })], listed: [] },
    registries,
    NOW,
  );
  assert.deepEqual([unfit, verified, notes], [null, ['model fraud version 7: READY, made 40 days ago'], []]);
});

test('a target whose artefact is gone or not ready is unfit, and the sentence holds both values', () => {
  for (const [state, says, words] of [
    ['gone', 'MLflow has no such version', 'model fraud version 7 is gone (MLflow has no such version)'],
    [
      'not-ready',
      'PENDING_REGISTRATION instead of READY',
      'model fraud version 7 cannot be used (PENDING_REGISTRATION instead of READY)',
    ],
  ] as const) {
    const found = findingsOf(
      { brought: [looked(state, { says }), looked('there', { version: '8' })], listed: [] },
      registries,
      NOW,
    );
    assert.equal(found.unfit?.because, words);
    assert.match(found.unfit.cure, /\/rollback <service> <environment> to <sha>\.$/);
  }
});

test('not knowing is said and holds nothing up', () => {
  const found = findingsOf(
    { brought: [looked('unknown', { says: 'no answer within 2 s' })], listed: [] },
    registries,
    NOW,
  );
  assert.equal(found.unfit, null);
  assert.deepEqual(found.verified, []);
  assert.deepEqual(found.notes, ['nobody could say whether model fraud version 7 still exists: no answer within 2 s']);
});

test('a tag that moved is verified by what is pinned, and a listed artefact that is gone is only told', () => {
  const moved = looked('other-digest', { says: 'sha256:aa is there, but the tag leads to sha256:bb by now' });
  const found = findingsOf({ brought: [moved], listed: [looked('gone', { says: 'archived' })] }, registries, NOW);
  assert.equal(found.unfit, null);
  assert.deepEqual(found.verified, [
    'model fraud version 7: sha256:aa is there, but the tag leads to sha256:bb by now',
  ]);
  assert.deepEqual(found.notes, ['model fraud version 7 is gone (archived); another target would not change that']);
});

test('the end of the retention is told before it comes, and after it came', () => {
  const notesAt = (ageDays: number) =>
    findingsOf({ brought: [looked('there', { ageDays })], listed: [] }, registries, NOW).notes;
  assert.deepEqual(notesAt(84), [
    'model fraud version 7 will be 90 days old in 6 days, and models keeps things for 90d',
  ]);
  assert.deepEqual(notesAt(89.5), [
    'model fraud version 7 will be 90 days old in 12 hours, and models keeps things for 90d',
  ]);
  assert.deepEqual(notesAt(93), [
    'model fraud version 7 is 93 days old, and models keeps things for 90d: it may be deleted any time',
  ]);
  assert.deepEqual(notesAt(75), [], 'there is time');
  assert.deepEqual(notesAt(76), [
    'model fraud version 7 will be 90 days old in 14 days, and models keeps things for 90d',
  ]);
});
