import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGateRun } from '../../src/control/gate-run.ts';
import type { GateRun } from '../../src/ports.ts';
import { printExternalId, printGateNote, type GateNote } from '../../src/report/check-run.ts';
import { gateStatusComment } from '../../src/report/history.ts';
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

test('a shadow speaks neither for a release nor against it: it has served nobody', () => {
  const words = { pass: 'Ready to promote', fail: 'Worse' } as const;
  for (const decision of ['pass', 'fail'] as const) {
    const news = readGateRun(REPOSITORY, aRun({}, { decision, role: 'shadow' }));
    assert.deepEqual([news?.entry.kind, news?.ask], ['gate-undecided', null]);
    assert.deepEqual([news?.entry.details['decision'], news?.entry.details['role']], [decision, 'shadow']);
    assert.equal(news?.entry.because, `a shadow, ${words[decision]}: 0.031 > 0.02`);
  }
});

test('a challenger serves users, so that its gate counts', () => {
  const passed = readGateRun(REPOSITORY, aRun({}, { decision: 'pass', role: 'challenger' }));
  assert.equal(passed?.entry.kind, 'gate-passed');
  assert.equal(readGateRun(REPOSITORY, aRun({}, { role: 'challenger' }))?.ask?.cause.kind, 'gate');
});

test('/gate status says of a shadow what its report says, not that a release has passed', () => {
  const place = { service: 'web', environment: 'production' };
  const said = (role?: 'shadow' | 'challenger') =>
    gateStatusComment(place, {
      ...{ sha: BAD, conclusion: 'success', completedAt: at(1) },
      note: aNote({ decision: 'pass', ...(role === undefined ? {} : { role }) }),
    });
  assert.match(said('shadow'), /^\*\*Ready to promote\*\*: the gate of the shadow of web in production/);
  assert.match(said(), /^\*\*Passed\*\*: the gate of web in production/);
});
