import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { opposite, parseCondition, printCondition } from '../../src/playbook/condition.ts';
import type { Condition, Limit, Statistic } from '../../src/playbook/condition.ts';

function read(text: string): Condition {
  const parsed = parseCondition(text);
  assert.ok(parsed.ok, parsed.ok ? '' : `${parsed.message} (${parsed.cure})`);
  return parsed.condition;
}

function refusal(text: string): { column: number; cure: string; message: string } {
  const parsed = parseCondition(text);
  assert.ok(!parsed.ok, `'${text}' was read`);
  return parsed;
}

const limitsOf = (text: string): readonly Limit[] => read(text).limits;

test('a fixed limit is a ratio for a rate, milliseconds for a quantile, bare for the rest', () => {
  assert.deepEqual(limitsOf('rate > 2%'), [{ factor: 0, plus: 0.02 }]);
  assert.deepEqual(limitsOf('p99 > 300ms'), [{ factor: 0, plus: 300 }]);
  assert.deepEqual(limitsOf('p99 > 1.5s'), [{ factor: 0, plus: 1500 }]);
  assert.deepEqual(limitsOf('p99 > 250us'), [{ factor: 0, plus: 0.25 }]);
  assert.deepEqual(limitsOf('ks > 0.15'), [{ factor: 0, plus: 0.15 }]);
  assert.deepEqual(limitsOf('mean < -0.5'), [{ factor: 0, plus: -0.5 }]);
});

test('after baseline a percentage is relative, and percentage points are added', () => {
  assert.deepEqual(limitsOf('rate > baseline + 10%'), [{ factor: 1.1, plus: 0 }]);
  assert.deepEqual(limitsOf('rate < baseline - 3%'), [{ factor: 0.97, plus: 0 }]);
  assert.deepEqual(limitsOf('rate > baseline + 0.5pp'), [{ factor: 1, plus: 0.005 }]);
  assert.deepEqual(limitsOf('rate > baseline * 1.5 + 0.1pp'), [{ factor: 1.5, plus: 0.001 }]);
  assert.deepEqual(limitsOf('p99 > baseline + 20ms'), [{ factor: 1, plus: 20 }]);
  assert.deepEqual(limitsOf('value > baseline - 5'), [{ factor: 1, plus: -5 }]);
  assert.deepEqual(limitsOf('rate > baseline'), [{ factor: 1, plus: 0 }]);
});

test('a quantile is a number below 1, as exact as it is written', () => {
  const q = (text: string): Statistic => read(text).statistic;
  assert.deepEqual(q('p50 > 1s'), { kind: 'quantile', q: 0.5 });
  assert.deepEqual(q('p99.9 > 1s'), { kind: 'quantile', q: 0.999 });
  assert.deepEqual(q('p99.99 > 1s'), { kind: 'quantile', q: 0.9999 });
});

test('several limits are joined by and or by or, with or without the statistic again', () => {
  const both = read('rate > baseline * 1.5 and > 0.1%');
  assert.equal(both.join, 'all');
  assert.deepEqual(both.limits, [
    { factor: 1.5, plus: 0 },
    { factor: 0, plus: 0.001 },
  ]);
  const either = read('rate > baseline + 1pp or rate > 5%');
  assert.equal(either.join, 'any');
  assert.equal(either.limits.length, 2);
});

test('white space and case do not matter, and the text is kept as written', () => {
  const condition = read('  RATE>Baseline*1.5+0.1 pp ');
  assert.equal(condition.text, 'RATE>Baseline*1.5+0.1 pp');
  assert.deepEqual(condition.limits, limitsOf('rate > baseline * 1.5 + 0.1pp'));
});

test('a unit is never guessed: the refusal says what to write, and where', () => {
  const table: readonly [text: string, column: number, cure: string][] = [
    ['rate > 0.02', 8, 'write 2%'],
    ['rate > 0.07', 8, 'write 7%'],
    ['rate > 2', 8, 'write 2%'],
    ['rate > 2pp', 8, 'write 2%'],
    ['p99 > 300', 7, 'write 300ms'],
    ['p99 > 1m', 7, 'write 60s'],
    ['p99 > 5µs', 7, 'write 5us'],
    ['ks > 15%', 6, 'write 0.15'],
    ['rate > baseline + 0.005', 19, 'write + 0.5pp (percentage points) or + 0.5% (of the baseline)'],
    ['rate > baseline + 10% + 0.05pp', 23, 'write baseline * 1.1 + 0.05pp'],
    ['rate > baseline * 1.5 + 10%', 25, 'write baseline + 10% or baseline * 1.5'],
    ['rate > 1.5 * baseline', 8, 'write baseline * 1.5'],
    ['value > 5ms', 9, 'write 5'],
    ['rate >= 2%', 6, "write '>'"],
    ['rate above 2%', 6, "write '>'"],
  ];
  for (const [text, column, cure] of table) {
    const got = refusal(text);
    assert.deepEqual([text, got.column, got.cure], [text, column, cure]);
  }
});

test('a limit that can never be crossed is refused', () => {
  for (const text of [
    'rate > 100%',
    'rate > 0%',
    'p99 > 0ms',
    'ks > 1',
    'ks > 15',
    'rate > baseline - 100%',
    'value > 1e999',
  ]) {
    refusal(text);
  }
});

test('a p-value or psi is refused with the reason, and ks has no baseline of its own', () => {
  for (const text of ['p-value < 0.05', 'p_value < 0.05', 'pvalue < 0.05', 'p < 0.05', 'P-Value < 0.01']) {
    assert.match(refusal(text).message, /how sure, not how much/, text);
  }
  assert.match(refusal('psi > 0.2').message, /psi/);
  assert.match(refusal('psi > 0.2').cure, /ks > 0.15/);
  assert.match(refusal('ks > baseline').message, /already compares/);
});

test('a mistyped statistic is answered with the one that was meant', () => {
  const cures = ['rat > 2%', 'p999 > 1s', 'median > 1s', 'average > 1', 'latency > 1s'].map(
    (text) => refusal(text).cure,
  );
  assert.deepEqual(cures, [
    "did you mean 'rate'?",
    "did you mean 'p99.9'?",
    "did you mean 'p50'?",
    "did you mean 'mean'?",
    "did you mean 'p99'?",
  ]);
  assert.match(refusal('p5 > 1s').cure, /p50/);
});

test('one sentence asks one thing', () => {
  assert.match(refusal('rate > 1% or p99 > 3s').message, /another statistic/);
  assert.match(refusal('rate > 1% and > 2% or > 3%').message, /mixed/);
  assert.match(refusal('rate > 1% and < 2%').message, /other way/);
  assert.match(refusal('rate > 1% please').message, /should not stand here/);
  for (const text of ['', 'rate', 'rate >', 'rate > baseline +', 'rate > 1% and']) refusal(text);
});

const decimal = (max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 1, max: max * 100 }).map((hundredths) => hundredths / 100);
const condition: fc.Arbitrary<Omit<Condition, 'text'>> = fc
  .record({
    statistic: fc.oneof(
      fc.constantFrom<Statistic>({ kind: 'rate' }, { kind: 'mean' }, { kind: 'value' }, { kind: 'ks' }),
      fc.integer({ min: 5000, max: 9999 }).map((q): Statistic => ({ kind: 'quantile', q: Number(`${q}e-4`) })),
    ),
    op: fc.constantFrom('>' as const, '<' as const),
    join: fc.constantFrom('all' as const, 'any' as const),
    shapes: fc.array(
      fc.record({
        factor: fc.oneof(fc.constant(0), fc.constant(1), decimal(9)),
        plus: decimal(90),
        minus: fc.boolean(),
      }),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  })
  .map(({ statistic, op, join, shapes }) => ({
    statistic,
    op,
    join: shapes.length < 2 ? 'all' : join,
    limits: shapes.map(({ factor, plus, minus }) => {
      if (statistic.kind === 'ks') return { factor: 0, plus: Number(`${plus}e-2`) };
      const amount = statistic.kind === 'rate' ? Number(`${plus}e-2`) : plus;
      const signed = factor > 0 && minus ? -amount : amount;
      return { factor, plus: signed };
    }),
  }));

test('a printed condition reads back as the same condition', () => {
  fc.assert(
    fc.property(condition, (sentence) => {
      const text = printCondition(sentence);
      assert.deepEqual(read(text), { text, ...sentence });
    }),
    { numRuns: 500 },
  );
});

test('the opposite of the opposite is the condition, and and turns into or', () => {
  const fail = read('rate > baseline * 1.5 and > 0.1%');
  assert.equal(opposite(fail).text, 'rate < baseline * 1.5 or < 0.1%');
  assert.deepEqual(opposite(opposite(fail)), { ...fail, text: printCondition(fail) });
});

test('no text makes the parser throw, and a refusal always points into the sentence', () => {
  const words = fc.constantFrom(
    'rate',
    'p99',
    'ks',
    'baseline',
    '>',
    '<',
    '+',
    '-',
    '*',
    '%',
    'pp',
    'ms',
    '1',
    '0.5',
    'and',
    'or',
    ' ',
    'psi',
    'p',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(text, (sentence) => {
      const parsed = parseCondition(sentence);
      if (parsed.ok) {
        for (const { factor, plus } of parsed.condition.limits)
          assert.ok(Number.isFinite(factor) && factor >= 0 && Number.isFinite(plus));
      } else {
        assert.ok(parsed.column >= 1 && parsed.column <= sentence.length + 1);
        assert.ok(parsed.cure.length > 0);
      }
    }),
    { numRuns: 3000 },
  );
});
