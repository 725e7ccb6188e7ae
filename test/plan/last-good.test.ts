import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RollbackError } from '../../src/errors.ts';
import type { EntryKind } from '../../src/ledger/entry.ts';
import type { Change } from '../../src/plan/changes.ts';
import { liveAt } from '../../src/plan/history.ts';
import { lastGood } from '../../src/plan/last-good.ts';
import type { LastGoodInput } from '../../src/plan/last-good.ts';
import { anEntry, sha } from '../ledger/builders.ts';

/** Change `5` came after `4`; each stands on the state of the one before. */
function aChange(name: number, overrides: Partial<Change> = {}): Change {
  return {
    revision: sha(String(name)),
    before: name > 1 ? sha(String(name - 1)) : null,
    commits: [sha(String(name))],
    title: `Release ${name}`,
    author: 'mia',
    at: `2026-11-17T1${name}:00:00Z`,
    pull: name,
    revertOf: null,
    versions: [`ghcr.io/acme/rec:1.${name}.0`],
    ...overrides,
  };
}

const changes = [5, 4, 3, 2, 1].map((name) => aChange(name));
const proof = (kind: EntryKind, name: number, more = {}) =>
  anEntry({ id: `${name}/${kind}`, kind, revision: sha(String(name)), ...more });

function choose(overrides: Partial<LastGoodInput> = {}): string {
  const found = lastGood({
    key: { service: 'rec', environment: 'production' },
    changes,
    ledger: [],
    bad: sha('5'),
    named: null,
    ...overrides,
  });
  return found.kind === 'good'
    ? `${found.good.sha[0]} ${found.good.reason.kind}: ${found.good.because}`
    : `none: ${found.because}`;
}
const named = (text: string, resolved: string | null = null) => ({ named: { text, sha: resolved, by: 'mia' } });

test('without any proof it is the state before the bad change, and says so', () => {
  assert.match(choose(), /^4 parent: nothing older is verified or passed a gate, so 4444444, the state before it$/);
});

test('the newest verified revision beats a newer one that only passed its gate', () => {
  const ledger = [proof('recovered', 2), proof('verified', 3), proof('gate-passed', 4)];
  assert.match(choose({ ledger }), /^3 verified: 3333333 is the newest revision before 5555555 that was verified/);
});

test('the newest passing gate beats the parent', () => {
  assert.match(choose({ ledger: [proof('gate-passed', 3)] }), /^3 gate-passed: /);
});

test('the bad change and newer ones prove nothing', () => {
  assert.match(choose({ bad: sha('3'), ledger: [proof('verified', 3), proof('verified', 4)] }), /^2 parent/);
});

test('proof of another service or environment does not count', () => {
  const ledger = [
    proof('verified', 2, { service: 'search' }),
    proof('verified', 1, { environment: 'staging' }),
    proof('gate-failed', 4, { service: 'search' }),
  ];
  assert.match(choose({ ledger }), /^4 parent/);
});

test('a revision that failed, was escalated, rolled back, reverted or barred never comes back', () => {
  assert.match(
    choose({ ledger: [proof('verified', 4), proof('gate-failed', 4)] }),
    /^3 parent: .*passed over: 4444444 failed its gate/,
  );
  assert.match(choose({ ledger: [proof('escalated', 4), proof('gate-passed', 2)] }), /^2 gate-passed/);
  assert.match(
    choose({ ledger: [proof('requested', 4, { incident: 'i' }), proof('merged', 9, { incident: 'i' })] }),
    /^3 parent/,
  );
  assert.match(
    choose({ ledger: [proof('requested', 4, { incident: 'i' })] }),
    /^4 parent/,
    'asked for, but never merged',
  );
  assert.match(
    choose({ barred: new Map([sha('4'), sha('3')].map((one) => [one, 'sets a quarantined version'])) }),
    /^2 parent/,
  );
  const reverted = [aChange(5), aChange(4, { revertOf: sha('3') }), aChange(3), aChange(2)];
  assert.match(choose({ changes: reverted, ledger: [proof('verified', 3), proof('verified', 2)] }), /^2 verified/);
  assert.match(choose({ changes: reverted }), /^4 parent/, 'the revert itself is a good state');
});

test('a rollback for which a person was called, such as by a sync window, and which then recovered, is verified', () => {
  const called = proof('escalated', 4, { details: { trouble: 'sync-window', final: false } });
  assert.match(choose({ ledger: [called, proof('recovered', 4)] }), /^4 verified/);
  assert.match(choose({ ledger: [called] }), /^3 parent/, 'not before it has');
});

test('when everything older is bad there is no target, and it says why', () => {
  const ledger = [1, 2, 3, 4].map((name) => proof('gate-failed', name));
  assert.match(
    choose({ ledger }),
    /^none: there is no state before 5555555 to go back to \(passed over: 4444444 failed/,
  );
  assert.match(choose({ bad: sha('1') }), /^none: there is no state before 1111111/);
});

test('a bad sha that is no change of these paths is no guess', () => {
  assert.match(choose({ bad: sha('9') }), /^none: 9999999 is not among the 5 changes read of rec in production/);
});

test('a bad commit inside a rebased pull request means the whole change', () => {
  const rebased = [aChange(5, { commits: [sha('5'), sha('e')] }), ...changes.slice(1)];
  assert.match(choose({ changes: rebased, bad: sha('e') }), /^4 parent/);
});

test('named by sha, prefix, time or version', () => {
  assert.match(choose(named('v1.2', sha('2'))), /^2 named: mia named 'v1.2'/);
  assert.match(choose(named('3333333')), /^3 named/);
  assert.match(choose(named('2026-11-17T13:30+01:00')), /^2 named: .*landed at 2026-11-17T12/);
  assert.match(choose(named('1.3.0')), /^3 named/);
  assert.match(choose(named('v1.3.0')), /^3 named/);
  assert.match(choose(named('1.3')), /^none: '1.3' is no known/);
  // With one in the playbook this is never asked; without one nobody takes the word for a tag that is missing.
  assert.match(choose(named('fallback')), /^none: the playbook names no 'rollback\.fallback' here; possible: /);
  assert.match(choose(named('fallback', sha('2'))), /^2 named: /);
});

test('the newest change with a version is meant', () => {
  const same = changes.map((change) => ({ ...change, versions: ['1.0.0'] }));
  assert.match(choose({ changes: same, ...named('1.0.0') }), /^4 named/);
});

test('a tag on a commit that did not touch the paths needs proof that it is older', () => {
  assert.match(choose(named('v1', sha('f'))), /^none: 'v1' is no known revision/);
  assert.match(choose({ named: { text: 'v1', sha: sha('f'), isAncestor: true } }), /^f named: a person named 'v1'/);
});

test('ambiguous, unknown, newer or bad names are refused with the candidates', () => {
  const twins = [
    aChange(5),
    aChange(4, { revision: `abcdef0${'1'.repeat(33)}` }),
    aChange(3, { revision: `abcdef0${'2'.repeat(33)}` }),
  ];
  assert.match(
    choose({ changes: twins, ...named('abcdef0') }),
    /^none: 'abcdef0' could be several revisions; possible: abcdef0 \(Release 4\), abcdef0 \(Release 3\)/,
  );
  assert.match(choose(named('nonsense')), /^none: 'nonsense' is no known .*; possible: 4444444 \(Release 4\)/);
  assert.match(choose(named('main', sha('5'))), /^none: 'main' is the bad change itself or newer/);
  assert.match(choose({ bad: sha('3'), ...named('2026-11-17T14:30Z') }), /^none: .*newer/);
  assert.match(
    choose({ ledger: [proof('gate-failed', 3)], ...named('1.3.0') }),
    /^none: '1.3.0' is 3333333, which failed its gate .*; possible: 4444444/,
  );
});

test('what ran at a time is the newest change that had landed', () => {
  const live = liveAt(changes, '2026-11-17T14:00:00Z');
  assert.equal(live.kind === 'live' && live.sha, sha('4'));
  assert.equal(liveAt(changes, '2026-11-17T05:00Z').kind, 'unknown');
  assert.equal(liveAt([], '2026-11-17T05:00Z').kind, 'unknown');
});

test('a time without a zone is refused', () => {
  for (const time of ['2026-11-17T14:00', '2026-11-17', 'yesterday', '2026-13-17T14:00Z']) {
    assert.throws(
      () => liveAt(changes, time),
      (error) => error instanceof RollbackError && error.code === 'input-invalid' && error.message.includes(time),
    );
  }
});
