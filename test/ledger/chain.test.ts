import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RollbackError } from '../../src/errors.ts';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import { append, parse, START, verify } from '../../src/ledger/chain.ts';
import { headOf } from '../../src/ledger/query.ts';
import { anEntry, sha, sha256 } from './builders.ts';

const entries = [
  anEntry({ id: 'a' }),
  anEntry({ id: 'b', kind: 'escalated', because: 'Zeile mit "Zitat", Komma,\nUmbruch und 日本' }),
  anEntry({ id: 'c', revision: null, details: {} }),
  anEntry({ id: 'd', details: { __proto__x: null, ok: true, n: -0.5 } }),
];
const { text } = append('', entries, sha256);
const rows = text.trimEnd().split('\n');

test('canonical JSON sorts keys at every depth and leaves no white space', () => {
  assert.equal(canonicalJson({ b: [1, { z: null, a: 'é' }], a: true }), '{"a":true,"b":[1,{"a":"é","z":null}]}');
});

test('canonical JSON refuses what JSON would drop or bend', () => {
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, { a: undefined }, [() => 1], 1n]) {
    assert.throws(() => canonicalJson(value), { code: 'internal' });
  }
});

test('what was appended is read back and proven, with its head', () => {
  const lines = parse(text);
  assert.deepEqual(
    lines.map(({ id, seq }) => [id, seq]),
    [
      ['a', 1],
      ['b', 2],
      ['c', 3],
      ['d', 4],
    ],
  );
  assert.equal(lines[0]?.prev, '0'.repeat(64));
  assert.equal(lines[1]?.because, entries[1]?.because);
  assert.deepEqual(verify(text, sha256), { ok: true, lines: 4, head: headOf(lines) });
});

test('an empty ledger is whole', () => {
  assert.deepEqual(verify('', sha256), { ok: true, lines: 0, head: START });
  assert.deepEqual(parse(''), []);
});

test('appending never rewrites what stands there, and skips an id that is known', () => {
  const again = append(
    text,
    [anEntry({ id: 'b', because: 'other words' }), anEntry({ id: 'e' }), anEntry({ id: 'e' })],
    sha256,
  );
  assert.ok(again.text.startsWith(text));
  assert.deepEqual(
    again.added.map(({ id, seq }) => [id, seq]),
    [['e', 5]],
  );
  assert.equal(append(again.text, entries, sha256).text, again.text);
});

test('a missing last line break is tolerated and repaired by the next append', () => {
  const cut = text.slice(0, -1);
  assert.equal(parse(cut).length, 4);
  assert.equal(verify(cut, sha256).ok, true);
  const more = append(cut, [anEntry({ id: 'e' })], sha256);
  assert.ok(more.text.startsWith(text));
  assert.equal(verify(more.text, sha256).ok, true);
});

test('two writers who append the same entries to the same text write the same bytes', () => {
  assert.equal(
    append('', entries, sha256).text,
    append(append('', entries.slice(0, 2), sha256).text, entries.slice(2), sha256).text,
  );
});

const faults: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  ['the first line removed', rows.slice(1), 1, /seq 2 where 1 belongs: lines were removed/],
  ['a middle line removed', [...rows.slice(0, 1), ...rows.slice(2)], 2, /seq 3 where 2 belongs/],
  ['two lines swapped', [rows[0], rows[2], rows[1], rows[3]].map(String), 2, /seq 3 where 2 belongs/],
  [
    'a line repeated',
    [rows[0], rows[0], rows[1]].map(String),
    2,
    /seq 1 where 2 belongs: a line was moved or repeated/,
  ],
  ['a line cut short', [rows[0], rows[1]?.slice(0, 40), rows[2]].map(String), 2, /not JSON/],
  ['an empty line', [rows[0], '', rows[1]].map(String), 2, /empty/],
  ['white space added', [rows[0], ` ${rows[1]}`].map(String), 2, /added or changed/],
  ['a value changed', [rows[0], rows[1]?.replace('escalated', 'recovered')].map(String), 2, /does not give its hash/],
  ['a field added', [rows[0]?.replace('{', '{"zz":1,')].map(String), 1, /no ledger line/],
];
for (const [what, lines, line, because] of faults) {
  test(`verify names the line: ${what}`, () => {
    const found = verify(`${lines.join('\n')}\n`, sha256);
    assert.ok(!found.ok);
    assert.equal(found.line, line);
    assert.match(found.because, because);
  });
}

test('a line forged with a right hash breaks the chain at the next line', () => {
  const forged = append('', [anEntry({ id: 'a', because: 'nothing happened' })], sha256).text;
  const found = verify(`${forged}${rows.slice(1).join('\n')}\n`, sha256);
  assert.ok(!found.ok);
  assert.equal(found.line, 2);
  assert.match(found.because, /does not continue seq 1/);
});

test('lines cut off at the end are found against a noted head', () => {
  const head = headOf(parse(text));
  const short = `${rows.slice(0, 2).join('\n')}\n`;
  assert.equal(verify(short, sha256).ok, true);
  const found = verify(short, sha256, { head });
  assert.ok(!found.ok);
  assert.match(found.because, /ends at seq 2, the noted head is seq 4/);
  assert.equal(verify(append(text, [anEntry({ id: 'z' })], sha256).text, sha256, { head }).ok, true);
  assert.equal(verify(text, sha256, { head: { seq: 4, hash: sha('b') } }).ok, false);
  assert.equal(verify('', sha256, { head }).ok, false);
  assert.equal(verify('', sha256, { head: START }).ok, true);
});

test('a broken line is an error that names it; nothing is appended to a broken chain', () => {
  const broken = [rows[0], 'oops', rows[1]].join('\n');
  assert.throws(
    () => parse(broken),
    (error) => error instanceof RollbackError && error.code === 'ledger-broken' && error.message.includes('line 2'),
  );
  const removed = rows.slice(1).join('\n');
  assert.throws(() => append(removed, [anEntry({ id: 'z' })], sha256), { code: 'ledger-broken' });
});

test('an entry that could not be read back is not written', () => {
  for (const wrong of [{ at: 'yesterday' }, { revision: 'abc' }, { service: '' }, { details: { a: Number.NaN } }]) {
    assert.throws(() => append('', [anEntry(wrong)], sha256), { code: 'internal' });
  }
});

test('any single character changed, added or removed in any line is found', () => {
  const character = fc.constantFrom(...' \t\r\n"\\{}[]:,0123456789abcdefxyzEe-+.\u0000é\ud800'.split(''));
  fc.assert(
    fc.property(fc.nat(text.length - 2), character, fc.constantFrom('change', 'add', 'remove'), (at, char, how) => {
      fc.pre(how !== 'change' || text[at] !== char);
      const tail = how === 'add' ? text.slice(at) : text.slice(at + 1);
      const changed = text.slice(0, at) + (how === 'remove' ? '' : char) + tail;
      fc.pre(changed !== text);
      const found = verify(changed, sha256);
      assert.ok(!found.ok, JSON.stringify({ at, char, how }));
      assert.equal(found.line, text.slice(0, at).split('\n').length);
    }),
    { numRuns: 1500, seed: 7 },
  );
});
