import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RollbackError } from '../../src/errors.ts';
import { parseMatchers, parseSelector, readMatchers, readSelector } from '../../src/playbook/selector.ts';
import { narrow, printSelector } from '../../src/measure/selector.ts';
import type { Matcher } from '../../src/playbook/selector.ts';

test('a selector is a name with label matchers', () => {
  assert.deepEqual(parseSelector('up'), { metric: 'up', matchers: [] });
  assert.deepEqual(parseSelector('job:x_total{code=~"5..", path!="/a\\"b", z!~`\\d`, q=\'1\',}'), {
    metric: 'job:x_total',
    matchers: [
      { name: 'code', op: '=~', value: '5..' },
      { name: 'path', op: '!=', value: '/a"b' },
      { name: 'z', op: '!~', value: '\\d' },
      { name: 'q', op: '=', value: '1' },
    ],
  });
});

test('arms are matchers with or without braces, and never none at all', () => {
  const expected = [{ name: 'track', op: '=', value: 'canary' }];
  assert.deepEqual(parseMatchers('track="canary"'), expected);
  assert.deepEqual(parseMatchers(' {track="canary"} '), expected);
  for (const text of ['', '{}', 'track=canary', 'track', 'track="a" app="b"', '{track="a"', 'track="a"} or x']) {
    assert.throws(() => parseMatchers(text), RollbackError, text);
  }
});

test('an expression is refused: differences and sums are ours to take', () => {
  for (const text of [
    'rate(x[5m])',
    'sum(x)',
    'x[5m]',
    'x{a="b"}[5m]',
    'x / y',
    'x{',
    'x{a="\\q"}',
    '{a="b"}',
    'x{le="1"}',
    'x{__name__="y"}',
  ]) {
    const read = readSelector(text);
    assert.ok('cure' in read, text);
    assert.ok(read.column >= 1 && read.column <= text.length + 1, text);
  }
});

test('a printed selector reads back as the same selector', () => {
  const value = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', "'", '`', '}', ',', 'é', ' ') });
  const name = fc.constantFrom('code', 'track', '_a1');
  const op = fc.constantFrom<Matcher['op']>('=', '!=', '=~', '!~');
  const matcher = fc.record({ name, op, value }, { noNullPrototype: true });
  fc.assert(
    fc.property(fc.array(matcher, { maxLength: 4 }), (matchers) => {
      assert.deepEqual(parseSelector(printSelector({ metric: 'x', matchers })), { metric: 'x', matchers });
      if (matchers.length > 0)
        assert.deepEqual(readMatchers(printSelector({ metric: 'x', matchers }).slice(1)), matchers);
    }),
  );
});

test('an arm is appended to the matchers of the metric', () => {
  const selector = parseSelector('x{code="500"}');
  assert.equal(printSelector(narrow(selector, parseMatchers('track="canary"'))), 'x{code="500",track="canary"}');
});

test('no text makes reading a selector throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '{', '}', '"', '=', '~', '!', ',', '\\', ' ', '[', '`', '\n') }),
      (text) => {
        readSelector(text);
        readMatchers(text);
      },
    ),
    { numRuns: 2000 },
  );
});
