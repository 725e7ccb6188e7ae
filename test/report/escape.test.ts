import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  block,
  code,
  inline,
  label,
  link,
  logLine,
  mention,
  oneLine,
  plain,
  quote,
  unmarked,
} from '../../src/report/escape.ts';
import { HOSTILE } from './builders.ts';

const printers = { inline, code, plain, oneLine };

for (const [name, print] of Object.entries(printers)) {
  test(`${name} gives one line without control or reordering characters`, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        assert.doesNotMatch(print(text), /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/);
      }),
    );
  });
}

test('inline leaves nothing that GitHub would turn into a mention, a reference, a link, HTML or a table cell', () => {
  const out = inline(HOSTILE);
  assert.doesNotMatch(out, /@\w/);
  assert.doesNotMatch(out, /#\d/);
  assert.doesNotMatch(out, /GH-\d/);
  assert.doesNotMatch(out, /:\/\//);
  assert.doesNotMatch(out, /[<>]/);
  assert.doesNotMatch(out, /(?<!\\)[|`*_[\]]/);
});

test('a reference that is preceded by an escape still refers to nothing', () => {
  assert.equal(inline('GH-12'), 'GH\u200b-12');
  assert.equal(inline('www.evil.example'), 'www\u200b.evil.example');
  assert.equal(plain('closes #1 for @all'), 'closes #\u200b1 for @\u200ball');
  assert.equal(inline('&#64;all'), '&amp;#\u200b64;all');
});

test('a list, a heading or a rule cannot begin with inline text', () => {
  assert.deepEqual(
    ['- a', '1. a', '2) a', '+ a', '# a', '=== a'].map((text) => inline(text)),
    ['\\- a', '1\\. a', '2\\) a', '\\+ a', '#\u200b a', '\\=== a'],
  );
});

test('inline code cannot be left by its content, also not inside a table', () => {
  assert.equal(code('rate > baseline + 0.5pp'), '`rate > baseline + 0.5pp`');
  assert.equal(code('a|b'), '<code>a\\|b</code>');
  assert.equal(code('a`b'), '<code>a\\`b</code>');
  assert.equal(code(' \n'), '(empty)');
  assert.doesNotMatch(code(HOSTILE), /<img|-->/);
});

test('a fenced block cannot be closed by its content', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('`', 'a', '\n', '\r', ' ') }), (text) => {
      const lines = block(text).split('\n');
      const fence = lines.at(-1) ?? '';
      assert.match(fence, /^`{3,}$/);
      assert.equal(lines.slice(1, -1).filter((line) => line.trim().startsWith(fence)).length, 0);
    }),
  );
});

test('every line of a quotation stays quoted', () => {
  assert.ok(
    quote(HOSTILE)
      .split('\n')
      .every((line) => line.startsWith('>')),
  );
});

test('a log line is never a command to the runner', () => {
  assert.equal(logLine('::error::x'), ': :error::x');
  assert.doesNotMatch(logLine(HOSTILE), /##\[|\n|\r/);
  assert.equal(logLine('  \n::add-mask::x'), ': :add-mask::x');
});

test('a mermaid label has no quote, bracket, backtick or semicolon', () => {
  assert.doesNotMatch(label(`${HOSTILE}";click x`), /["`;<>[\]{}#|@]/);
});

test('only a plain web address becomes a link', () => {
  assert.equal(link('run', 'https://github.com/a/b/runs/1'), '[run](https://github.com/a/b/runs/1)');
  assert.equal(link('run', 'javascript:alert(1)'), 'run');
  assert.equal(link('run', 'javascript:fetch("https://x")//https://x'), 'run');
  assert.equal(link('run', 'https://x/) [y](z'), 'run');
  assert.equal(link('run', null), 'run');
});

test('only a login or a team is mentioned', () => {
  assert.equal(mention('@ada'), '@ada');
  assert.equal(mention('acme/on-call'), '@acme/on-call');
  assert.equal(mention('ada and @all'), 'ada and @\u200ball');
});

test('long text is cut at the promised length and says so', () => {
  assert.equal(oneLine('x'.repeat(50), 10), 'xxxxxxxxx…');
  assert.equal(Array.from(oneLine('💥'.repeat(50), 10)).length, 10);
});

test('on a terminal our Markdown reads as the text that it was made of', () => {
  const text = 'rate 0.3 > 0.01 & _x_ <b> a|b #12 @team 2026-03-01 [x](y)';
  assert.equal(unmarked(`**Why:** ${inline(text)}`), `Why: ${text}`);
  assert.equal(unmarked(code('a|b <c>')), 'a|b <c>');
});
