import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { handedOver, parseBlock, PERSON_MERGES, printBlock } from '../../src/report/memory.ts';
import { aCause, aMemory, anIncident, HOSTILE } from './builders.ts';

test('a memory reads back as it was printed', () => {
  const memory = aMemory();
  assert.deepEqual(parseBlock(`Text above\n\n${printBlock(memory)}\n`), memory);
});

test('a memory survives an edit in the browser (CRLF, text around it)', () => {
  const memory = aMemory();
  const body = `before\n\n${printBlock(memory)}\nafter`.replaceAll('\n', '\r\n');
  assert.deepEqual(parseBlock(body), memory);
});

test('any words inside a memory come back, on one ASCII line that cannot end the HTML comment or name anybody', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (because) => {
      const memory = aMemory({ incident: anIncident({ cause: aCause({ because: HOSTILE + because }) }) });
      const line = printBlock(memory);
      assert.match(line, /^[\x20-\x7e]+$/);
      assert.equal(line.indexOf('-->'), line.length - 3);
      assert.doesNotMatch(line, /[@#]/);
      assert.deepEqual(parseBlock(line), memory);
    }),
  );
});

test('words of any length are cut so that the memory still reads back', () => {
  const memory = aMemory({ incident: anIncident({ cause: aCause({ because: 'x'.repeat(50_000) }) }) });
  const cause = parseBlock(printBlock(memory))?.incident.cause;
  assert.ok(cause?.kind === 'gate' && cause.because.length === 500);
});

test('a body with two memories is not believed', () => {
  assert.equal(parseBlock(printBlock(aMemory()) + '\n' + printBlock(aMemory({ mode: 'human' }))), null);
});

test('no text makes the reader throw, and what is not whole is null', () => {
  const line = printBlock(aMemory());
  fc.assert(
    // Cut before ` -->`, and nothing that closes the marker again: chance must not mend what was cut.
    fc.property(fc.nat(line.length - 5), fc.string(), (at, text) => {
      fc.pre(!text.includes('-->'));
      assert.equal(parseBlock(line.slice(0, at) + text), null);
    }),
  );
  assert.equal(parseBlock(null), null);
  assert.equal(parseBlock('<!-- lastgood:v1:rollback {"version":1} -->'), null);
  assert.equal(parseBlock(line.replace('"version":1', '"version":2')), null);
  assert.equal(parseBlock(line.replace('"mode":"auto"', '"mode":"auto","extra":1')), null);
});

test('what a person confirmed is merged by lastgood, whatever foreign words in the body look like', () => {
  const memory = aMemory({ mode: 'human' });
  const body = `the alert said "mode":"human"\n\n${PERSON_MERGES}\n${printBlock(memory)}`;
  const after = handedOver(body, 'ada');
  assert.deepEqual(parseBlock(after), { ...memory, mode: 'auto' });
  assert.match(after, /^the alert said "mode":"human"\n\nConfirmed by ada\.\n/);
  assert.equal(handedOver('no memory', 'ada'), 'no memory');
});

test('a memory that was read prints the same block, whatever was added to it in which order', () => {
  const later = { ...aMemory({ evidence: 'a'.repeat(64) }), approvedBy: 'ada', confirmed: ['carl'], bypass: 'main' };
  const line = printBlock(later);
  const read = parseBlock(line);
  assert.ok(read);
  assert.equal(printBlock(read), line);
});
