import assert from 'node:assert/strict';
import { test } from 'node:test';
import { append } from '../../src/ledger/chain.ts';
import { toCsv, toMarkdown } from '../../src/ledger/export.ts';
import { anEntry, sha256 } from './builders.ts';

const lines = (because: string, actor = 'lastgood') => append('', [anEntry({ because, actor })], sha256).added;

test('the CSV has a header and one row a line, in the order of the ledger', () => {
  const csv = toCsv(append('', [anEntry({ id: 'a' }), anEntry({ id: 'b' })], sha256).added);
  const rows = csv.split('\r\n');
  assert.equal(rows[0], 'seq,at,kind,service,environment,revision,incident,actor,because,details,hash');
  assert.equal(rows.length, 4);
  assert.match(rows[1] ?? '', /^1,2026-11-17T14:00:00.000Z,gate-passed,rec,production,a{40},,lastgood,/);
});

for (const formula of ['=1+1', '+1', '-2+3', '@SUM(A1)', '\t=1', ' =cmd', '\r=1', '＝1']) {
  test(`a spreadsheet does not run ${JSON.stringify(formula)}`, () => {
    assert.match(toCsv(lines(formula)), /,"'/);
    assert.doesNotMatch(toCsv(lines(formula)), /,"?\s*[=+\-@＝]/);
  });
}

test('quotes, commas and line breaks stay inside their cell', () => {
  assert.match(toCsv(lines('he said "no", twice\nreally')), /,"he said ""no"", twice\nreally",/);
});

test('no cell of the Markdown table ends its row, opens a tag, a link or a mention', () => {
  const table = toMarkdown(lines('a | b\n<script> [x](http://e) `code` *b* \\| ok', '@team'));
  const rows = table.trimEnd().split('\n');
  assert.equal(rows.length, 3);
  assert.equal((rows[2] ?? '').replaceAll(/\\[\\|]/g, '').split('|').length, 13);
  assert.match(table, /&lt;script&gt;/);
  assert.match(table, /\\\[x\\\]\\\(http/);
  assert.match(table, /\\@team/);
});
