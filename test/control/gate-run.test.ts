import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGateRun } from '../../src/control/gate-run.ts';
import type { GateRun } from '../../src/ports.ts';
import { printExternalId, printGateNote, type GateNote } from '../../src/report/check-run.ts';
import { at, BAD, GOOD } from './builders.ts';

const REPOSITORY = { name: 'acme/deploy', login: 'lastgood[bot]' };

function aNote(overrides: Partial<GateNote> = {}): GateNote {
  return {
    version: 1,
    decision: 'fail',
    reasonCode: 'harm-proven',
    rollback: 'requested',
    then: 'rollback',
    blame: 'errors',
    because: '0.031 > 0.02',
    detectedAt: at(0),
    ...overrides,
  };
}

function aRun(overrides: Partial<GateRun> = {}, note: Partial<GateNote> = {}): GateRun {
  return {
    id: 77,
    name: 'lastgood/gate/web/production',
    externalId: printExternalId({ service: 'web', environment: 'production', sha: BAD }),
    sha: BAD,
    conclusion: 'failure',
    appSlug: 'github-actions',
    text: `Some words.\n\n${printGateNote(aNote(note))}`,
    completedAt: at(1),
    ...overrides,
  };
}

test('a failed gate that asks for a rollback gives the key, the ledger line and the ask', () => {
  const news = readGateRun(REPOSITORY, aRun());
  assert.deepEqual(news?.key, { repo: 'acme/deploy', service: 'web', environment: 'production' });
  assert.equal(news.entry.kind, 'gate-failed');
  assert.equal(news.entry.revision, BAD);
  assert.deepEqual(news.ask, {
    cause: { kind: 'gate', checkRunId: 77, trigger: 'errors', then: 'rollback', because: '0.031 > 0.02' },
    at: at(0),
    bad: BAD,
    to: null,
  });
});

test('a gate that passed is recorded and asks for nothing', () => {
  const news = readGateRun(
    REPOSITORY,
    aRun({ conclusion: 'success' }, { decision: 'pass', rollback: 'not-requested' }),
  );
  assert.deepEqual([news?.entry.kind, news?.ask], ['gate-passed', null]);
});

test('a pass that asks for a rollback all the same contradicts itself and asks for nothing', () => {
  assert.equal(readGateRun(REPOSITORY, aRun({}, { decision: 'pass', rollback: 'requested' }))?.ask, null);
});

test('a failed gate that only reports asks for nothing', () => {
  const news = readGateRun(REPOSITORY, aRun({}, { rollback: 'not-requested', then: 'notify' }));
  assert.deepEqual([news?.entry.kind, news?.ask], ['gate-failed', null]);
});

test('a gate that asks leaves the merge to a person', () => {
  const ask = readGateRun(REPOSITORY, aRun({}, { rollback: 'ask', then: 'ask' }))?.ask;
  assert.equal(ask?.cause.kind === 'gate' && ask.cause.then, 'ask');
});

for (const decision of ['inconclusive', 'no-data', 'error'] as const) {
  test(`a gate that ends '${decision}' speaks neither for its release nor against it`, () => {
    const news = readGateRun(REPOSITORY, aRun({}, { decision, rollback: 'not-requested', then: null, blame: null }));
    assert.deepEqual([news?.entry.kind, news?.ask], ['gate-undecided', null]);
  });
}

test('only GitHub Actions and our own App are believed', () => {
  assert.ok(readGateRun(REPOSITORY, aRun({ appSlug: 'lastgood' })));
  for (const appSlug of ['some-app', '', 'lastgood-2', 'github-actions-2', 'lastgood[bot]'])
    assert.equal(readGateRun(REPOSITORY, aRun({ appSlug })), null, appSlug);
});

test('a run that speaks of another commit than its own is not believed', () => {
  assert.equal(readGateRun(REPOSITORY, aRun({ sha: GOOD })), null);
});

test('a run without our identity or without a whole note says nothing', () => {
  for (const broken of [
    { externalId: '' },
    { externalId: 'lastgood:v1:web/production@abc' },
    { text: '' },
    { text: '<!-- lastgood:v1:gate {"version":1} -->' },
    { text: `${printGateNote(aNote())}\n${printGateNote(aNote())}` },
  ])
    assert.equal(readGateRun(REPOSITORY, aRun(broken)), null, JSON.stringify(broken));
});

test('the same run gives the same ledger id, two runs of one commit two', () => {
  const id = (run: GateRun) => readGateRun(REPOSITORY, run)?.entry.id;
  assert.equal(id(aRun()), id(aRun()));
  assert.notEqual(id(aRun()), id(aRun({ id: 78 })));
});

test('a gate whose trigger says fallback asks for the fallback', () => {
  const ask = readGateRun(REPOSITORY, aRun({}, { then: 'fallback' }))?.ask;
  assert.equal(ask?.cause.kind === 'gate' && ask.cause.then, 'fallback');
});
