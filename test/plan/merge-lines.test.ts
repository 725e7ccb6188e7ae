import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { diffLines, linesIn } from '../../src/plan/diff-lines.ts';
import { mergeLines } from '../../src/plan/merge-lines.ts';

const texts = fc
  .array(fc.constantFrom('a\n', 'b\n', 'c\n', '\n', '  x\n'), { maxLength: 30 })
  .map((lines) => lines.join(''));

test('the hunks of a difference turn the first text into the second', () => {
  fc.assert(
    fc.property(texts, texts, fc.boolean(), (left, right, cut) => {
      const [a, b] = [linesIn(left), linesIn(cut ? right.trimEnd() : right)];
      let at = 0;
      let result = '';
      for (const hunk of diffLines(a, b)) {
        assert.ok(hunk.aStart >= at);
        assert.deepEqual(a.slice(at, hunk.aStart).length, a.slice(at, hunk.aStart).length);
        result += a.slice(at, hunk.aStart).join('') + b.slice(hunk.bStart, hunk.bEnd).join('');
        at = hunk.aEnd;
      }
      assert.equal(result + a.slice(at).join(''), b.join(''));
    }),
    { seed: 5, numRuns: 500 },
  );
});

test('a merge with nothing on one side is the other side', () => {
  fc.assert(
    fc.property(texts, texts, (base, other) => {
      assert.equal(mergeLines(base, other, base), other);
      assert.equal(mergeLines(base, base, other), other);
      assert.equal(mergeLines(base, other, other), other);
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('changes apart from each other are both taken', () => {
  assert.equal(mergeLines('1\n2\n3\n4\n', '0\n2\n3\n4\n', '1\n2\n3\n5\n'), '0\n2\n3\n5\n');
});

test('touching changes are a conflict, identical ones are not', () => {
  assert.equal(mergeLines('1\n2\n3\n', '0\n2\n3\n', '1\n5\n3\n'), null);
  assert.equal(mergeLines('1\n2\n', '1\n3\n', '1\n4\n'), null);
  assert.equal(mergeLines('1\n2\n', '1\nx\n2\n', '1\ny\n2\n'), null);
  assert.equal(mergeLines('1\n2\n', '1\n3\n', '1\n3\n'), '1\n3\n');
});

test('a file of twenty thousand equal lines is compared in no time', () => {
  const many = 'x\n'.repeat(20_000);
  assert.equal(mergeLines(`a\n${many}`, `b\n${many}`, `a\n${many}c\n`), `b\n${many}c\n`);
});
