import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseReverts, printReverts } from '../../src/plan/trailers.ts';

const sha = 'ab12'.repeat(10);

test('what is printed is read back', () => {
  assert.deepEqual(parseReverts(`Undo\n\n${printReverts(sha)}\n`), { shas: [sha], pulls: [] });
});

test('a squash keeps trailers in the middle; several are kept in order, each once', () => {
  const other = 'cd34'.repeat(10);
  const message = `Two\r\n\r\n* one\r\n\r\nLastgood-Reverts: ${sha}\r\n\r\nThis reverts commit ${other}.\r\nThis reverts commit ${sha}.\r\nReverts #12\r\n\r\nCo-authored-by: x <x@y>`;
  assert.deepEqual(parseReverts(message), { shas: [sha, other], pulls: [12] });
});

test('titles, quotes and prose revert nothing', () => {
  for (const message of [
    `This reverts commit ${sha}`,
    `T\n\n> This reverts commit ${sha}`,
    `T\n\nLater This reverts commit ${sha}`,
    'T\n\nThis reverts commit abc',
    'T\n\nReverts a/b#12 partly',
  ]) {
    assert.deepEqual(parseReverts(message), { shas: [], pulls: [] }, message);
  }
});
