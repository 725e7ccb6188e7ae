import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf } from '../../action/outcome.ts';
import { REASON_CODES, type ReasonCode } from '../../action/reason-codes.ts';
import type { GateOptions } from '../../action/inputs.ts';
import type { VerdictStatus } from '../../src/judge/verdict.ts';
import { aFinding, aVerdict } from '../report/builders.ts';

const STATUSES: readonly VerdictStatus[] = ['continue', 'pass', 'fail', 'inconclusive', 'no-data', 'error'];
const REPORT: GateOptions = { onFail: 'report', onInconclusive: 'hold', dryRun: false };

/** Every combination of verdict, request and cancellation. */
function* everyCase() {
  for (const status of STATUSES)
    for (const then of ['rollback', 'fallback', 'ask', 'notify', null] as const)
      for (const onFail of ['report', 'rollback'] as const)
        for (const onInconclusive of ['hold', 'fail', 'rollback'] as const)
          for (const dryRun of [true, false])
            for (const terminated of [true, false]) {
              const options: GateOptions = { onFail, onInconclusive, dryRun };
              const judged = { verdict: aVerdict({ status, then }), terminated, falseAlarm: 0.01 };
              yield { status, options, judged, outcome: outcomeOf(judged, options) };
            }
}

test('only a pass is success and exits 0, apart from a dry run', () => {
  for (const { status, options, outcome } of everyCase()) {
    assert.equal(outcome.decision === 'pass', status === 'pass');
    assert.equal(outcome.conclusion === 'success', status === 'pass');
    assert.equal(outcome.exitCode === 0, status === 'pass' || options.dryRun);
  }
});

test('a rollback is asked for only where it is written, never for an error, a dry run or a cancelled gate', () => {
  for (const { status, options, judged, outcome } of everyCase()) {
    if (outcome.rollback === 'not-requested') continue;
    assert.equal(options.dryRun, false);
    assert.ok(status === 'fail' ? options.onFail === 'rollback' : options.onInconclusive === 'rollback');
    assert.ok(status !== 'error' && status !== 'pass');
    if (status !== 'fail') assert.equal(status !== 'no-data' && judged.terminated, false);
    if (outcome.rollback === 'requested' && status === 'fail')
      assert.ok(judged.verdict.then === 'rollback' || judged.verdict.then === 'fallback');
  }
});

test('a shadow is never rolled back, whatever is written, and its pass is a promotion', () => {
  for (const { status, options, judged } of everyCase()) {
    const shadow = outcomeOf({ ...judged, verdict: { ...judged.verdict, role: 'shadow' } }, options);
    assert.equal(shadow.rollback, 'not-requested');
    assert.equal(shadow.conclusion === 'success', status === 'pass');
    if (status === 'pass') assert.equal(shadow.next.kind, 'promote');
    if (status === 'fail') assert.equal(shadow.next.kind, 'shelve');
    assert.ok(shadow.next.kind !== 'rollback' && shadow.next.kind !== 'hold');
  }
});

test('a challenger serves people, so harm is answered as the playbook says', () => {
  const judged = {
    verdict: aVerdict({ status: 'fail', then: 'rollback', role: 'challenger' }),
    terminated: false,
    falseAlarm: 0.01,
  };
  const outcome = outcomeOf(judged, { onFail: 'rollback', onInconclusive: 'hold', dryRun: false });
  assert.equal(outcome.rollback, 'requested');
});

test('every reason code belongs to the decision the table says', () => {
  for (const { outcome } of everyCase()) assert.equal(REASON_CODES[outcome.reasonCode].decision, outcome.decision);
  for (const [code, row] of Object.entries(REASON_CODES))
    assert.match(`${code} ${row.meaning}`, /^[a-z-]+ \S.*[.?;>]$/);
});

test('proof of harm and a failure for lack of data have different reasons', () => {
  const reasonOf = (logE: number): ReasonCode =>
    outcomeOf({ verdict: aVerdict({ logE }), terminated: false, falseAlarm: 0.01 }, REPORT).reasonCode;
  assert.equal(reasonOf(4.7), 'harm-proven');
  assert.equal(reasonOf(0), 'no-data-fails');
});

test('a canary nobody used is told apart from one that was not used enough', () => {
  const reasonOf = (canaryCount: number): ReasonCode => {
    const verdict = aVerdict({
      status: 'inconclusive',
      blame: null,
      then: null,
      findings: [aFinding({ canaryCount })],
    });
    return outcomeOf({ verdict, terminated: false, falseAlarm: 0.01 }, REPORT).reasonCode;
  };
  assert.equal(reasonOf(0), 'no-traffic');
  assert.equal(reasonOf(7), 'not-proven');
});

test('a held release asks for action, since neutral would satisfy a required check', () => {
  const verdict = aVerdict({ status: 'no-data', blame: null, then: null });
  assert.equal(outcomeOf({ verdict, terminated: false, falseAlarm: 0.01 }, REPORT).conclusion, 'action_required');
});
