import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReference, REFERENCE_LIMITS } from '../../src/adapters/reference-file.ts';
import { loadReferences } from '../../src/adapters/references.ts';
import { gateSchema } from '../../src/playbook/schema-gate.ts';

const MANY = Array.from({ length: 2000 }, (_, i) => i / 2000);

function faultsOf(text: string, file = 'r.json', column: string | null = null): string {
  const read = readReference(text, file, column);
  return read.kind === 'faults' ? read.faults.join(' | ') : 'read';
}

test('every form of a file gives the same values', () => {
  const forms: readonly (readonly [string, string, string | null])[] = [
    [JSON.stringify(MANY), 'r.json', null],
    [JSON.stringify({ values: MANY }), 'r.json', null],
    [JSON.stringify({ amount: MANY, other: [] }), 'r.json', 'amount'],
    [JSON.stringify(MANY.map((amount) => ({ amount }))), 'r.json', 'amount'],
    [`amount\n${MANY.join('\n')}\n`, 'r.csv', null],
    [`\uFEFFid,"amount"\r\n${MANY.map((x) => `1,"${x}"`).join('\r\n')}`, 'r.CSV', 'amount'],
  ];
  for (const [text, file, column] of forms) {
    const read = readReference(text, file, column);
    assert.deepEqual(
      read,
      { kind: 'read', reference: { kind: 'values', sorted: MANY } },
      `${file} ${text.slice(0, 30)}`,
    );
  }
  const buckets = readReference('{"inputs": {"le": [1, 2, "+Inf"], "counts": [50, 40, 10]}}', 'r.json', 'inputs');
  assert.deepEqual(buckets, {
    kind: 'read',
    reference: { kind: 'histogram', edges: [1, 2, Infinity], counts: [50, 40, 10] },
  });
});

test('a file that is no sample is refused with the place, the value and all faults at once', () => {
  assert.match(faultsOf('{'), /is not JSON/);
  assert.match(faultsOf('"x'.repeat(3), 'r.csv'), /is not CSV|header/);
  assert.match(faultsOf('{"a": [1]}'), /no list of numbers.*it has a: name one in 'column:'/);
  assert.match(faultsOf('{"a": [1]}', 'r.json', 'b'), /no key 'b'; it has a/);
  assert.match(
    faultsOf('[1, 2, null, "x", NaN]'.replace('NaN', '"NaN"')),
    /3 entries that are not numbers: number 3 is null, number 4 is "x".*\| has 2 values/,
  );
  assert.match(faultsOf('a,b\n1,2', 'r.csv'), /2 columns \(a, b\): name one/);
  assert.match(faultsOf('a,b\n1,2', 'r.csv', 'c'), /no column 'c'; it has a, b/);
  assert.match(faultsOf('1\n2\n3', 'r.csv'), /no header row/);
  assert.match(faultsOf('a\n1\n\n2', 'r.csv', 'a'), /has 2 values, and fewer than 100/);
  assert.match(
    faultsOf('{"le": [2, 1], "counts": [1, -1, 3]}'),
    /2 edges.*3 'counts'.*must be "\+Inf".*do not ascend: 1 after 2.*the count -1 at number 2/,
  );
  assert.match(faultsOf('{"le": [1, "+Inf"], "counts": [1, 3]}'), /has 4 counted values/);
  assert.match(faultsOf(' '.repeat(REFERENCE_LIMITS.characters + 1)), /more than 8000000/);
});

function aGate(reference: Record<string, unknown>, limit = 'ks > 0.15') {
  const trigger = { name: 'amount', histogram: 'amount', reference, if: limit, then: 'ask' };
  return gateSchema.parse({
    source: 'prom',
    arms: { canary: 'a="b"' },
    triggers: [trigger, { ...trigger, name: 'again' }],
  });
}

test('a file is read once for several triggers, and a missing one names every trigger', async () => {
  const read: string[] = [];
  const found = await loadReferences(aGate({ file: 'r.json' }), async (path) => {
    read.push(path);
    return JSON.stringify(MANY);
  });
  assert.deepEqual([read, [...found.keys()]], [['r.json'], ['amount', 'again']]);
  const missing = loadReferences(aGate({ file: 'r.json' }), async () => null);
  await assert.rejects(
    missing,
    /'amount': the reference r\.json is not there[^]*'again': the reference r\.json is not there/,
  );
});

test('a sample whose own noise leaves no room under the limit is refused with the size it needs', async () => {
  const few = async () => JSON.stringify(MANY.slice(0, 150));
  await assert.rejects(
    loadReferences(aGate({ file: 'r.json' }), few),
    /its own noise of 0\.\d+ leaves no room under ks 0\.15.*give at least \d+ values/,
  );
  assert.equal((await loadReferences(aGate({ file: 'r.json', exact: true }), few)).size, 2);
  const wanted = await loadReferences(aGate({ file: 'r.json' }, 'ks > 0.02'), few).then(
    () => 0,
    (error: unknown) => Number(/at least (\d+) values/.exec(String(error))?.[1]),
  );
  const enough = JSON.stringify(Array.from({ length: wanted }, (_, i) => i));
  assert.equal((await loadReferences(aGate({ file: 'r.json' }, 'ks > 0.02'), async () => enough)).size, 2);
});
