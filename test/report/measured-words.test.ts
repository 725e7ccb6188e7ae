import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measuredWords } from '../../src/report/measured-words.ts';

const asked = {
  name: 'errors',
  question: { if: { text: 'rate > baseline + 1pp' } },
  source: { name: 'metrics', url: 'http://prom:9090/' },
  total: { canary: { kind: 'counters', hits: 18, total: 64 }, baseline: { kind: 'counters', hits: 9, total: 1661 } },
};
const start = '**errors** `rate > baseline + 1pp`: ';
const end = ', from metrics (`http://prom:9090/`)';

test('the counts of the last minutes are told for both arms', () => {
  const sample = { kind: 'events', canary: { hits: 8, total: 40 }, baseline: { hits: 4, total: 900 } };
  assert.equal(
    measuredWords({ ...asked, window: { seconds: 300.124, sample } }),
    `${start}canary 8 of 40, baseline 4 of 900 in 300 s${end}`,
  );
  const histogram = { kind: 'histogram', edges: [0.1, null], canary: [30, 10], baseline: null };
  assert.equal(measuredWords({ ...asked, window: { seconds: 60, sample: histogram } }), `${start}n 40 in 60 s${end}`);
});

test('where the last minutes have no number, the counters as they stood are told, and why', () => {
  const sample = { kind: 'missing', reason: 'first-look', detail: 'counting begins with this look' };
  assert.equal(
    measuredWords({ ...asked, window: { seconds: 300, sample } }),
    `${start}canary 18 of 64, baseline 9 of 1661 since its counters began (of the last minutes no number: counting begins with this look)${end}`,
  );
  assert.equal(
    measuredWords({ ...asked, window: null }),
    `${start}canary 18 of 64, baseline 9 of 1661 since its counters began${end}`,
  );
});

test('a source that did not answer is told with its reason', () => {
  const { total, ...rest } = asked;
  assert.ok(total);
  assert.equal(measuredWords({ ...rest, missing: 'no answer' }), `${start}no number (no answer)${end}`);
});
