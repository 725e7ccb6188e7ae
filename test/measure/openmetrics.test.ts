import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseExposition } from '../../src/measure/openmetrics.ts';
import type { Point } from '../../src/measure/point.ts';

function points(text: string, openmetrics = false): readonly Point[] {
  const page = parseExposition(text, 1000, openmetrics);
  if (page.kind === 'broken') assert.fail(`line ${page.line}: ${page.why}`);
  return page.points;
}
function fault(text: string, openmetrics = false): string {
  const page = parseExposition(text, 1000, openmetrics, { characters: 200, points: 3 });
  return page.kind === 'broken' ? `${page.line}: ${page.why}` : 'read';
}

describe('a page of metrics', () => {
  it('gives every sample with its name, labels, value and time', () => {
    const page = '# HELP a_total Things.\n# TYPE a_total counter\na_total{code="200",pod="x"} 12\n\nup 1 5000\n';
    assert.deepEqual(points(page), [
      { labels: { __name__: 'a_total', code: '200', pod: 'x' }, value: 12, at: 1000 },
      { labels: { __name__: 'up' }, value: 1, at: 5000 },
    ]);
  });

  it('understands escapes, braces in values, trailing commas and CRLF', () => {
    assert.deepEqual(points('a{p="C:\\\\x \\"y\\" {z}\\n",} 1\r\n'), [
      { labels: { __name__: 'a', p: 'C:\\x "y" {z}\n' }, value: 1, at: 1000 },
    ]);
  });

  it('reads NaN and the infinities as what they are', () => {
    const values = points('a NaN\nb +Inf\nc -Inf\nd 1.5e-3\ne_bucket{le="+Inf"} 3\n').map((p) => p.value);
    assert.deepEqual(values, [NaN, Infinity, -Infinity, 0.0015, 3]);
  });

  it('OpenMetrics stamps are seconds, exemplars are skipped and # EOF ends the page', () => {
    const page = 'a_total 3 1.5 # {trace_id="q"} 0.5\nb_total 4 # {trace_id="q"} 0.5 7\n# EOF\n';
    assert.deepEqual(
      points(page, true).map((p) => [p.value, p.at]),
      [
        [3, 1500],
        [4, 1000],
      ],
    );
  });

  it('a cut-off OpenMetrics page is no page', () => {
    assert.match(fault('a_total 3\n', true), /without # EOF/);
    assert.match(fault('# EOF\na_total 3\n', true), /^2: samples after # EOF/);
  });

  for (const [line, why] of [
    ['<!doctype html>', /expected a metric name/],
    ['a 12x', /'12x' is not a number/],
    ['a 0x10', /not a number/],
    ['a', /'' is not a number/],
    ['a{x="1" y="2"} 1', /unreadable labels of a/],
    ['a{x="1",x="2"} 1', /label x of a appears twice/],
    ['a{x="1} 1', /unreadable labels/],
    ['a 1 soon', /'soon' is not a time stamp/],
    ['a 1 5 6', /text after the time stamp/],
  ] as const) {
    it(`refuses the whole page for '${line}'`, () => assert.match(fault(`ok 1\n${line}\n`), why));
  }

  it('refuses a page that is too large', () => {
    assert.match(fault('a 1\n'.repeat(60)), /240 characters, more than 200/);
    assert.match(fault('a 1\n'.repeat(5)), /more than 3 samples/);
  });

  it('never throws and never invents labels from outside, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.ok(['points', 'broken'].includes(parseExposition(text, 0, false).kind));
      }),
    );
    const [point] = points('a{__proto__="x"} 1');
    assert.equal(Object.hasOwn(point?.labels ?? {}, '__proto__'), true);
  });
});
