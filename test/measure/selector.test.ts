import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RollbackError } from '../../src/errors.ts';
import { matches, narrow, printSelector } from '../../src/measure/selector.ts';
import { parseMatchers, parseSelector } from '../../src/playbook/selector.ts';

const labels = { __name__: 'http_requests_total', code: '503', track: 'canary' };

function fault(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof RollbackError);
    assert.equal(error.code, 'source-query-invalid');
    return error.message;
  }
  return 'no error';
}

describe('a selector', () => {
  it('is narrowed to an arm and printed as PromQL', () => {
    const selector = parseSelector(' http_requests_total { code=~"5..", } ');
    assert.equal(
      printSelector(narrow(selector, parseMatchers(`track='canary'`))),
      'http_requests_total{code=~"5..",track="canary"}',
    );
    assert.equal(printSelector(parseSelector('up')), 'up');
  });

  it('takes arms with and without braces', () => {
    assert.deepEqual(parseMatchers('{a="1",b!~`x`}'), parseMatchers(' a="1" , b!~"x" '));
  });

  for (const text of [
    'rate(http_requests_total[5m])',
    'a + b',
    'a[5m]',
    'a{x=y}',
    'a{x="1"} or vector(0)',
    '{}',
    '',
    'a{x="1"',
    'a{x="1"}{y="2"}',
  ])
    it(`refuses '${text}', because only raw series can be counted`, () => {
      assert.match(
        fault(() => parseSelector(text)),
        /^The selector '/,
      );
    });

  for (const [text, expected] of [
    ['http_requests_total', true],
    ['http_requests', false],
    ['http_requests_total{code="503"}', true],
    ['http_requests_total{code!="503"}', false],
    ['http_requests_total{code=~"5.."}', true],
    ['http_requests_total{code=~"5."}', false],
    ['http_requests_total{code!~"5.."}', false],
    ['http_requests_total{code=~"50[23]|504"}', true],
    ['http_requests_total{code=~"503|4"}', true],
    ['http_requests_total{code=~"3"}', false],
    ['http_requests_total{absent=""}', true],
    ['http_requests_total{absent!=""}', false],
    ['http_requests_total{absent=~".*"}', true],
    ['http_requests_total{track=~"(?i)CANARY"}', true],
  ] as const)
    it(`'${text}' ${expected ? 'selects' : 'does not select'} the series`, () => {
      assert.equal(matches(parseSelector(text), labels), expected);
    });

  for (const pattern of ['(a+)+', '(a|a)*', '(.*)*', '(x{2,})+', 'a*a*a*a*', '(?=a)a', '(a)\\1', '(', 'x'.repeat(300)])
    it(`the pattern '${pattern.slice(0, 12)}' is refused, because it could hang the gate`, () => {
      assert.match(
        fault(() => matches(parseSelector(`http_requests_total{code=~"${pattern.replaceAll('\\', '\\\\')}"}`), labels)),
        /label pattern/,
      );
    });

  it('printing and reading again gives the same selector, whatever the values hold', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('=', '!=', '=~', '!~'), (value, op) => {
        const selector = { metric: 'm', matchers: [{ name: 'x', op, value }] } as const;
        assert.deepEqual(parseSelector(printSelector(selector)), selector);
      }),
    );
  });
});
