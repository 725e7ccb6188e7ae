import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gateAnnotations, errorAnnotation } from '../../src/report/annotations.ts';
import { evidenceChart, type GatePoint } from '../../src/report/chart.ts';
import {
  checkRunName,
  checkRunTitle,
  parseExternalId,
  parseGateNote,
  printExternalId,
  printGateNote,
  type GateNote,
} from '../../src/report/check-run.ts';
import { errorSummary, gateSummary, type GateView } from '../../src/report/gate-summary.ts';
import { aFinding, aVerdict, BAD, HOSTILE } from './builders.ts';

const asText = { serializers: [(value: unknown): string => String(value)] };
const id = { service: 'recommender', environment: 'production', sha: BAD };

function aPoint(t: number, merged: number): GatePoint {
  return { t, merged, logE: {}, canary: {}, baseline: {} };
}

function aView(overrides: Partial<GateView> = {}): GateView {
  return {
    id,
    decision: 'fail',
    verdict: aVerdict(),
    triggers: [{ name: '5xx rate', condition: 'rate > baseline + 0.5pp', decides: true }],
    falseAlarm: 0.01,
    falsePass: 0.05,
    timeline: [aPoint(75, 0), aPoint(90, 1.2), aPoint(105, 5.1)],
    next: { kind: 'rollback' },
    dryRun: false,
    ...overrides,
  };
}

test('a failed gate says its blame first, then numbers, course and what happens next', (t) => {
  t.assert.snapshot(gateSummary(aView()), asText);
});

test('gaps in the data are named, so that quiet is never mistaken for healthy', (t) => {
  const finding = aFinding({
    status: 'no-data',
    canary: null,
    baseline: null,
    limit: null,
    canaryCount: 0,
    baselineCount: 0,
    logEFail: 0,
    logEPass: 0,
    missing: [{ reason: 'no-series', detail: 'http_requests_total{track="canary"} matches nothing', count: 4 }],
    because: 'nothing was measured',
  });
  const verdict = aVerdict({
    status: 'no-data',
    blame: null,
    then: null,
    findings: [finding],
    because: 'no data for 5xx rate',
  });
  t.assert.snapshot(gateSummary(aView({ decision: 'no-data', verdict, next: { kind: 'hold' }, timeline: [] })), asText);
});

test('a dry run says that nothing was published', () => {
  assert.match(gateSummary(aView({ dryRun: true })), /\*\*Next:\*\* Dry run: nothing was published/);
});

test('hostile names and words stay text in the summary and the annotations', () => {
  const verdict = aVerdict({
    blame: HOSTILE,
    because: HOSTILE,
    findings: [
      aFinding({ trigger: HOSTILE, because: HOSTILE, missing: [{ reason: HOSTILE, detail: HOSTILE, count: 1 }] }),
    ],
  });
  const summary = gateSummary(aView({ verdict, triggers: [{ name: HOSTILE, condition: HOSTILE, decides: true }] }));
  assert.doesNotMatch(summary, /@octocat|#12|<img|-->$|(?<!\\)\]\(javascript|^::|##\[/m);
  for (const note of gateAnnotations(id, 'fail', verdict)) {
    assert.doesNotMatch(`${note.title}\n${note.message}`, /^::|##\[|\r/m);
    assert.equal(note.message.split('\n').length, 1);
  }
});

test('the annotation carries the blame and the level of the decision', () => {
  const [first] = gateAnnotations(id, 'fail', aVerdict());
  assert.deepEqual(first, {
    level: 'error',
    title: 'Failed: recommender in production',
    message: '5xx rate: 2.31 % > 0.99 % (baseline 0.49 % + 0.5 pp)',
  });
  assert.equal(gateAnnotations(id, 'inconclusive', aVerdict({ blame: null }))[0]?.level, 'warning');
  assert.deepEqual(errorAnnotation({ message: 'It broke.', hint: 'Mend it.' }), {
    level: 'error',
    title: 'lastgood',
    message: 'It broke. Mend it.',
  });
});

test('an error report says that an error is never a pass', () => {
  assert.match(errorSummary({ message: 'x', hint: 'y', code: 'playbook-invalid' }), /never a pass/);
});

test('the chart keeps the first and last look, at most sixty points, and finite numbers', () => {
  const points = Array.from({ length: 500 }, (_, i) => aPoint(i * 15, i === 250 ? NaN : i * 4000));
  const chart = evidenceChart(points, 0.01, HOSTILE);
  const [, line = ''] = /line \[([^\]]*)\]/.exec(chart) ?? [];
  const values = line.split(', ').map(Number);
  assert.equal(values.length, 60);
  assert.ok(values.every((value) => Number.isFinite(value) && value >= -3 && value <= 6));
  assert.match(chart, /x-axis "seconds" 0 --> 7485/);
  assert.equal(chart.split('\n').filter((text) => text.startsWith('```')).length, 2);
  assert.equal(evidenceChart([aPoint(0, 0)], 0.01, 'x'), '');
});

test('an external id prints and parses back, and nothing else parses', () => {
  assert.equal(printExternalId(id), `lastgood:v1:recommender/production@${BAD}`);
  assert.deepEqual(parseExternalId(printExternalId(id)), id);
  for (const text of [
    null,
    '',
    'lastgood:v2:a/b@' + BAD,
    `lastgood:v1:a/b/c@${BAD}`,
    `lastgood:v1:a/b@${BAD}\n`,
    'lastgood:v1:a/b@123',
  ])
    assert.equal(parseExternalId(text), null, String(text));
  fc.assert(fc.property(fc.string(), (text) => parseExternalId(text) === null));
});

test('the note in the check run prints and parses back, and nothing else parses', () => {
  const note: GateNote = {
    version: 1,
    decision: 'fail',
    reasonCode: 'harm-proven',
    rollback: 'requested',
    then: 'rollback',
    blame: '5xx rate',
    because: HOSTILE,
    detectedAt: '2026-03-01T12:00:05.000Z',
  };
  assert.deepEqual(parseGateNote(`# Report\r\n\r\n${printGateNote(note)}\r\n`), note);
  assert.equal(parseGateNote(printGateNote({ ...note, because: 'x'.repeat(9000) }))?.because.length, 2000);
  assert.equal(parseGateNote(printGateNote(note).replace('"requested"', '"please"')), null);
  assert.equal(parseGateNote(undefined), null);
  fc.assert(fc.property(fc.string(), (text) => parseGateNote(text) === null));
});

test('name and title of the check run are plain', () => {
  assert.equal(checkRunName(id), 'lastgood/gate/recommender/production');
  assert.equal(checkRunTitle('no-data', 'nothing was measured'), 'No data: nothing was measured');
  assert.ok(checkRunTitle('fail', HOSTILE.repeat(9)).length <= 255);
});

test('a shadow is said to be ready to promote, or worse', () => {
  assert.equal(checkRunTitle('pass', 'fine', 'shadow'), 'Ready to promote: fine');
  assert.equal(checkRunTitle('fail', 'slow', 'challenger'), 'Worse: slow');
  const view = aView({
    decision: 'pass',
    verdict: aVerdict({ status: 'pass', role: 'shadow' }),
    next: { kind: 'promote' },
  });
  assert.match(gateSummary(view), /^## Ready to promote: [^]*\*\*Next:\*\* It may be promoted/);
});
