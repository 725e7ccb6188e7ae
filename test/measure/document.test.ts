import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentArm } from '../../src/measure/document-arm.ts';
import { numberAt, timeAt } from '../../src/measure/document.ts';
import type { ArmReading } from '../../src/measure/reading.ts';
import { readDataPath } from '../../src/playbook/data-path.ts';
import { aCondition, aTrigger } from './a-trigger.ts';

const RULES = { counts: 'running', rows: null, id: null, armColumn: null } as const;

function arm(
  overrides: Parameters<typeof aTrigger>[0],
  document: unknown,
  rules: Partial<Parameters<typeof documentArm>[2]> = {},
): ArmReading {
  return documentArm(aTrigger(overrides), { document, arm: 'v2', at: 5 }, { ...RULES, ...rules });
}

function said(reading: ArmReading): string {
  return reading.kind === 'missing' ? `${reading.reason}: ${reading.detail}` : reading.kind;
}

test('a path leads to one place or to none', () => {
  const document = {
    data: { errors: '12' },
    rows: [{ n: 1 }, { n: 2 }],
    metrics: [{ name: 'a', value: 3 }],
    'odd key': { x: 4 },
  };
  const number = (path: string) => {
    const found = numberAt(document, path);
    return found.kind === 'missing' ? found.reason : found.number;
  };
  assert.deepEqual(
    ['data.errors', 'rows[0].n', 'rows[-1].n', 'metrics[name=a].value', '["odd key"].x'].map(number),
    [12, 1, 2, 3, 4],
  );
  assert.deepEqual(['data.error', 'rows[2].n', 'metrics[name=b].value', 'data', 'toString', 'rows[n=1'].map(number), [
    'no-series',
    'no-series',
    'no-series',
    'wrong-type',
    'no-series',
    'query-error',
  ]);
  assert.equal(numberAt([{ k: 1 }, { k: 1 }], '[k=1].k').kind === 'missing', true);
  for (const bad of ['', 'a..b', 'a.', 'a b', 'a[*]', 'a[0']) assert.ok('cure' in readDataPath(bad), bad);
});

test('times are ISO, seconds or milliseconds, and without a zone UTC', () => {
  const at = (value: unknown) => timeAt({ at: value }, 'at');
  const expected = Date.UTC(2026, 0, 2, 3, 4, 5);
  for (const value of ['2026-01-02T03:04:05Z', '2026-01-02 03:04:05', expected / 1000, expected, String(expected)])
    assert.equal(at(value), expected);
  assert.equal(typeof at('yesterday'), 'object');
});

test('a histogram has its edges and counts, of each bucket or cumulative', () => {
  const both = [
    { le: [0.1, 1, null], counts: [5, 3, 2] },
    { le: [0.1, 1, '+Inf'], cumulative: [5, 8, 10] },
  ];
  for (const h of both) {
    const reading = arm({ histogram: 'h' }, { h });
    assert.ok(reading.kind === 'buckets');
    assert.deepEqual(reading.series[0]?.cumulative, [5, 8, 10]);
    assert.deepEqual(reading.series[0].edges, [0.1, 1, Infinity]);
  }
  for (const h of [
    { le: [1, 2], counts: [1, 2] },
    { le: [2, 1, null], counts: [1, 1, 1] },
    { le: [1, null], counts: [1] },
    7,
  ])
    assert.match(said(arm({ histogram: 'h' }, { h })), /^(invalid|wrong-type)/);
});

test('rows of one arm are picked by its column, and a row without its value is refused by its place', () => {
  const rows = [
    { version: 'v1', id: 7, ok: true },
    { version: 'v2', id: 7, ok: 'false' },
    { version: 'v2', id: 8, ok: 1 },
  ];
  const trigger = { correct: 'ok', 'pair-by': 'id' };
  assert.deepEqual(arm(trigger, rows, { armColumn: 'version' }), {
    kind: 'values',
    ids: 'given',
    rows: [
      { id: '7', value: 0 },
      { id: '8', value: 1 },
    ],
    at: 5,
  });
  assert.match(said(arm({ correct: 'right' }, rows)), /^no-series: row 1 of 3: path 'right'/);
  assert.match(said(arm({ correct: 'id' }, rows)), /^wrong-type: row 1 of 3: path 'id' is 7, not 0, 1/);
  assert.match(said(arm(trigger, rows, { armColumn: 'model' })), /^no-series/);
});

const ABOVE = aCondition({ statistic: { kind: 'value' }, factor: 0, plus: 0.15 });
const BELOW = aCondition({ statistic: { kind: 'value' }, op: '<', factor: 0, plus: 0.05 });

/** Evidently 0.7, and the report of the versions before it. */
function report(method: string | null): unknown {
  const type = 'evidently:metric_v2:ValueDrift';
  return {
    metrics: [
      {
        metric_name: `ValueDrift(column=age${method === null ? '' : `,method=${method}`},threshold=0.05)`,
        config: { type, column: 'age', method, threshold: 0.05 },
        value: 0.31,
      },
      {
        config: { type: 'evidently:metric_v2:DriftedColumnsCount', method, drift_share: 0.5 },
        value: { count: 1, share: 0.25 },
      },
    ],
  };
}
const OLD = {
  metrics: [
    {
      metric: 'DataDriftTable',
      result: { drift_by_columns: { age: { stattest_name: 'K-S p_value', drift_score: 0.31 } } },
    },
  ],
};

test('a p-value is never read as a distance, nor a distance as a p-value', () => {
  const path = 'metrics[config.column=age].value';
  const old = 'metrics[0].result.drift_by_columns.age.drift_score';
  for (const method of ['K-S p_value', 'ks', 'chi-square p_value']) {
    assert.match(said(arm({ gauge: path, if: ABOVE }, report(method))), /^invalid: .*p-value.*write value < 0\.05/);
    assert.equal(said(arm({ gauge: path, if: BELOW }, report(method))), 'gauge');
  }
  for (const method of ['jensenshannon', 'Wasserstein distance (normed)', 'PSI']) {
    assert.equal(said(arm({ gauge: path, if: ABOVE }, report(method))), 'gauge');
    assert.match(said(arm({ gauge: path, if: BELOW }, report(method))), /^invalid: .*distance/);
  }
  assert.match(said(arm({ gauge: path, if: ABOVE }, report(null))), /^invalid: .*unnamed test/);
  assert.match(said(arm({ gauge: old, if: ABOVE }, OLD)), /^invalid: .*K-S p_value/);
  assert.equal(said(arm({ gauge: 'metrics[1].value.share', if: ABOVE }, report('ks'))), 'gauge');
});
