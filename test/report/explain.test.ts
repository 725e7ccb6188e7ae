import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Needed } from '../../src/judge/needed.ts';
import { evidenceSvg } from '../../src/report/evidence-svg.ts';
import { explainFiles, explainPage, type ExplainView } from '../../src/report/explain.ts';
import { gateNumbers } from '../../src/report/gate-numbers.ts';
import { gateSummary } from '../../src/report/gate-summary.ts';
import { pullRequestBody } from '../../src/report/pull-request.ts';
import { parseBlock } from '../../src/report/memory.ts';
import { quarantineOf } from '../../src/plan/quarantine.ts';
import { aCause, aFinding, anIncident, aPlan, aVerdict, BAD, HOSTILE } from './builders.ts';

const asText = { serializers: [(value: unknown): string => String(value)] };
const NAME = '5xx rate';
const point = (t: number, merged: number) => ({
  t,
  merged,
  logE: { [NAME]: merged },
  canary: { [NAME]: 0.02 },
  baseline: { [NAME]: 0.005 },
});
const NOTHING: Needed = { toPassSeconds: null, triggers: [{ trigger: NAME, toFail: null, toPassSeconds: null }] };
const OPEN: Needed = {
  toPassSeconds: 240,
  triggers: [{ trigger: NAME, toFail: { extra: 37, looks: 8, seconds: 120 }, toPassSeconds: 240 }],
};

function aView(overrides: Partial<ExplainView> = {}): ExplainView {
  return {
    id: { service: 'recommender', environment: 'production', sha: BAD },
    decision: 'fail',
    verdict: aVerdict(),
    triggers: [{ name: NAME, condition: 'rate > baseline + 0.5pp', decides: true }],
    falseAlarm: 0.01,
    falsePass: 0.05,
    failLogE: Math.log(100),
    timeline: [point(75, 0), point(90, 1.2), point(105, 5.1)],
    next: { kind: 'rollback' },
    dryRun: false,
    needed: NOTHING,
    ...overrides,
  };
}

test('the page of a failed gate holds numbers, picture and what happens next', (t) => {
  t.assert.snapshot(explainPage(aView()), asText);
});

test('a gate without verdict says what it would still take, on the page and in the summary', () => {
  const finding = aFinding({ status: 'inconclusive', logEFail: 0.3, logEPass: 1.2 });
  const verdict = aVerdict({ status: 'inconclusive', blame: null, then: null, findings: [finding] });
  const view = aView({ decision: 'inconclusive', verdict, needed: OPEN, next: { kind: 'hold' } });
  for (const text of [explainPage(view), gateSummary(view)]) {
    assert.match(text, /To fail: 37 more bad requests of the canary at this traffic, within about 2 min\./);
    assert.match(text, /To pass: about 4 min more traffic like this\./);
    assert.match(text, /The gate would pass after about 4 min more traffic like this\./);
  }
  const hopeless = { ...OPEN, toPassSeconds: null };
  assert.match(gateSummary({ ...view, needed: hopeless }), /no pass is in sight: send more traffic/);
});

test('a decided gate needs nothing more', () => {
  assert.doesNotMatch(gateSummary(aView()), /Still needed/);
  assert.doesNotMatch(explainPage(aView()), /Still needed|To fail/);
});

test('the folder has page, words and picture; a single look has no picture', () => {
  assert.deepEqual(
    explainFiles(aView()).map(({ name }) => name),
    ['explain.html', 'explain.md', 'evidence.svg'],
  );
  assert.deepEqual(
    explainFiles(aView({ timeline: [point(75, 0)] })).map(({ name }) => name),
    ['explain.html', 'explain.md'],
  );
});

test('the picture has a title and a description, stays inside its frame and is the same each time', () => {
  const wild = [0, 1, 2, 3].map((i) => point(15 * i, [NaN, 1e6, -1e6, 4][i] ?? 0));
  const svg = evidenceSvg({ title: 'Evidence', points: wild, failLogE: Math.log(100), triggers: [NAME] });
  assert.match(
    svg,
    /<title id="evidence-title">Evidence<\/title>\n<desc id="evidence-desc">Evidence of harm over 45 s/,
  );
  assert.doesNotMatch(svg, /NaN|Infinity|<script|href/);
  const heights = Array.from(svg.matchAll(/ d="(M[^"H]*L[^"]*)"/g), ([, course = '']) => course).flatMap((course) =>
    Array.from(course.matchAll(/[ML]-?[\d.]+ (-?[\d.]+)/g), ([, y]) => Number(y)),
  );
  assert.ok(heights.length === 8 && heights.every((y) => y >= 44 && y <= 236), heights.join(' '));
  assert.equal(svg, evidenceSvg({ title: 'Evidence', points: wild, failLogE: Math.log(100), triggers: [NAME] }));
});

test('hostile names stay text on the page and in the picture', () => {
  const verdict = aVerdict({
    blame: HOSTILE,
    because: HOSTILE,
    findings: [aFinding({ trigger: HOSTILE, because: HOSTILE })],
  });
  const timeline = [0, 15].map((t) => ({ t, merged: 0, logE: { [HOSTILE]: 0 }, canary: {}, baseline: {} }));
  const triggers = [{ name: HOSTILE, condition: HOSTILE, decides: true }];
  for (const { text, name } of explainFiles(aView({ verdict, timeline, triggers }))) {
    if (name !== 'explain.md') assert.doesNotMatch(text, /<img|<details|<!--|\u202e|\u0000/, name);
  }
});

test('the numbers of the gate stand in the revert pull request and survive in its memory', () => {
  const numbers = gateNumbers([aFinding({ trigger: 'other' }), aFinding({ trigger: NAME })], NAME);
  assert.match(numbers[0] ?? '', /^5xx rate: canary .* \(n [\d,]+\), baseline .*, limit .*, harm at .* : 1/);
  const incident = anIncident({ cause: aCause({ numbers }) });
  const plan = aPlan({ incident });
  const body = pullRequestBody({
    plan,
    quarantine: quarantineOf(plan, { reason: 'errors', forMs: 86_400_000 }),
    verify: { 'healthy-for': 60_000, within: 600_000, criteria: [] },
    applications: [],
    requestedAt: '2026-03-01T12:00:06Z',
    mode: 'human',
  });
  assert.match(body, /### What the gate measured\n\n- 5xx rate: canary/);
  assert.deepEqual(parseBlock(body)?.incident.cause, incident.cause);
});
