import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileSource } from '../../src/adapters/file-source.ts';
import type { FileOptions } from '../../src/adapters/file-source.ts';
import type { ArmReading, Reading } from '../../src/measure/reading.ts';
import { between } from '../../src/measure/window.ts';
import { aCondition, aTrigger } from '../measure/a-trigger.ts';

const home = mkdtempSync(join(tmpdir(), 'lastgood-file-'));
after(() => {
  rmSync(home, { recursive: true });
});
const root = join(home, 'work');
mkdirSync(root);
const NOW = 1_800_000_000_000;

const quality = aTrigger({
  name: 'q',
  correct: 'correct',
  'pair-by': 'id',
  if: aCondition({ statistic: { kind: 'mean' }, op: '<', factor: 0.97 }),
});

async function read(options: Partial<FileOptions>, trigger = quality, canary = 'v2'): Promise<Reading> {
  const rules = { rows: null, id: null, armColumn: null };
  const source = fileSource({
    path: '{{arm}}.jsonl',
    format: 'jsonl',
    time: null,
    rules,
    root,
    clock: { now: () => NOW },
    ...options,
  });
  const reading = (await source.look([{ trigger, arms: { canary, baseline: 'v1' }, since: 0 }], null)).get(
    trigger.name,
  );
  assert.ok(reading !== undefined);
  return reading;
}

function said(arm: ArmReading | null): string {
  return arm?.kind === 'missing' ? `${arm.reason}: ${arm.detail}` : String(arm?.kind);
}

function write(name: string, text: string, at = NOW): void {
  writeFileSync(join(root, name), text);
  utimesSync(join(root, name), at / 1000, at / 1000);
}

test('a growing file adds only its new rows, and half a line waits', async () => {
  write('v1.jsonl', '{"id":1,"correct":1}\n{"id":2,"correct":1}\n');
  write('v2.jsonl', '{"id":1,"correct":0}\n{"id":2,"corr');
  const first = between(quality, null, await read({}));
  assert.deepEqual(first.sample, { kind: 'values', canary: [0], baseline: [1], paired: true });
  appendFileSync(join(root, 'v2.jsonl'), 'ect":1}\n');
  utimesSync(join(root, 'v2.jsonl'), NOW / 1000, NOW / 1000);
  const second = between(quality, first.keep, await read({}));
  assert.deepEqual(second.sample, { kind: 'values', canary: [1], baseline: [1], paired: true });
});

test('a file that nobody writes any more is stale', async () => {
  write('v2.jsonl', '{"id":1,"correct":0}\n', NOW - 3_600_000);
  const { sample } = between(quality, null, await read({}));
  assert.equal(sample.kind === 'missing' && sample.reason, 'one-arm');
  assert.match(sample.kind === 'missing' ? sample.detail : '', /stale: .*3600 s old/);
});

test('CSV has a header, both arms in one file, and a report has its own time', async () => {
  write('all.csv', 'version,id,correct\nv1,a,1\nv2,a,0\nv2,b,');
  const options = { path: 'all.csv', format: 'csv', rules: { rows: null, id: null, armColumn: 'version' } } as const;
  const { canary, baseline } = await read(options);
  assert.deepEqual(canary.kind === 'values' && canary.rows, [{ id: 'a', value: 0 }]);
  assert.deepEqual(baseline?.kind === 'values' && baseline.rows, [{ id: 'a', value: 1 }]);
  write('v2.json', '{"at":"2027-01-15T08:00:00Z","drift":0.2}');
  const gauge = aTrigger({ gauge: 'drift', if: aCondition({ statistic: { kind: 'value' }, factor: 0, plus: 0.1 }) });
  const report = await read({ path: '{{arm}}.json', format: 'json', time: 'at' }, gauge);
  assert.deepEqual(report.canary, { kind: 'gauge', value: 0.2, at: Date.UTC(2027, 0, 15, 8) });
});

test('nothing outside the working directory is read', async () => {
  writeFileSync(join(home, 'secret.jsonl'), '{"id":1,"correct":1}\n');
  symlinkSync(join(home, 'secret.jsonl'), join(root, 'link.jsonl'));
  for (const [path, arm] of [
    ['../secret.jsonl', 'v2'],
    [join(home, 'secret.jsonl'), 'v2'],
    ['{{arm}}.jsonl', 'link'],
  ] as const)
    assert.match(said((await read({ path }, quality, arm)).canary), /^query-error: .*outside the working directory/);
  assert.match(said((await read({}, quality, '../secret')).canary), /^query-error: .*no file name/);
});

test('a file that is not there, not a file, too large or not what it says is missing with its reason', async () => {
  mkdirSync(join(root, 'folder.jsonl'));
  write('broken.jsonl', '{"id":1\n{"id":2}\n');
  assert.match(said((await read({}, quality, 'absent')).canary), /^no-series: .*does not exist/);
  assert.match(said((await read({}, quality, 'folder')).canary), /^query-error: .*not a plain file/);
  assert.match(said((await read({}, quality, 'broken')).canary), /^query-error: .*line 1: is not JSON/);
  assert.match(said((await read({ maxBytes: 3 }, quality, 'broken')).canary), /^query-error: .*more than 3 bytes/);
});
