import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecorder } from '../../src/control/record.ts';
import { RollbackError } from '../../src/errors.ts';
import { append, parse, verify } from '../../src/ledger/chain.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { at, BAD } from './builders.ts';
import { anOutside, doorsOf, sha256 } from './fakes.ts';

function anEntry(id: string, overrides: Partial<Entry> = {}): Entry {
  return {
    at: at(0),
    kind: 'opened',
    id,
    service: 'web',
    environment: 'production',
    revision: BAD,
    incident: 'a1b2c3d4e5f6',
    actor: 'lastgood',
    because: 'a test',
    details: {},
    ...overrides,
  };
}

function aRecorder() {
  const world = anOutside();
  let writes = 0;
  const doors = doorsOf(world, (_, method) => {
    if (method === 'writeLedger') writes += 1;
  });
  return {
    ...world,
    recorder: createRecorder(doors),
    writes: () => writes,
    ids: () => parse(world.repository.ledgerText).map(({ id }) => id),
  };
}

test('facts are written once, however often they are added', async () => {
  const { recorder, ids, writes, repository } = aRecorder();
  recorder.add([anEntry('one'), anEntry('two')]);
  recorder.add([anEntry('two')]);
  await recorder.flush();
  recorder.add([anEntry('one')]);
  await recorder.flush();
  assert.deepEqual(ids(), ['one', 'two']);
  assert.equal(writes(), 1);
  assert.ok(verify(repository.ledgerText, sha256).ok);
});

test('facts that another process has written already are skipped', async () => {
  const { recorder, ids, repository } = aRecorder();
  repository.ledgerText = append('', [anEntry('one')], sha256).text;
  recorder.add([anEntry('one'), anEntry('two')]);
  await recorder.flush();
  assert.deepEqual(ids(), ['one', 'two']);
});

test('somebody who was faster keeps their line, and ours is appended behind it', async () => {
  const { recorder, ids, repository } = aRecorder();
  repository.faster.push((text) => append(text, [anEntry('theirs')], sha256).text);
  repository.faster.push((text) => append(text, [anEntry('also theirs')], sha256).text);
  recorder.add([anEntry('ours')]);
  await recorder.flush();
  assert.deepEqual(ids(), ['theirs', 'also theirs', 'ours']);
  assert.ok(verify(repository.ledgerText, sha256).ok);
});

test('two recorders at the same ledger lose nothing', async () => {
  const { recorder, ids, repository, ...world } = aRecorder();
  const other = createRecorder(doorsOf({ ...world, repository }));
  recorder.add([anEntry('one'), anEntry('both')]);
  other.add([anEntry('both'), anEntry('two')]);
  await Promise.all([recorder.flush(), other.flush()]);
  assert.deepEqual(ids().sort(), ['both', 'one', 'two']);
});

test('a write that fails is told and logged; the same fact added again is written then', async () => {
  const { recorder, ids, repository, log } = aRecorder();
  repository.failOn('writeLedger', new RollbackError('github-unavailable', 'GitHub answered 502'), 1);
  recorder.add([anEntry('one')]);
  await assert.rejects(recorder.flush(), { code: 'github-unavailable' });
  assert.deepEqual(
    log.map(({ level }) => level),
    ['warn'],
  );
  assert.deepEqual(ids(), []);
  recorder.add([anEntry('one')]);
  await recorder.flush();
  assert.deepEqual(ids(), ['one']);
});

test('facts added in one go fail and succeed together, and whoever waits hears of it', async () => {
  const { recorder, ids, repository } = aRecorder();
  repository.failOn('writeLedger', new RollbackError('github-unavailable', 'GitHub answered 502'), 1);
  recorder.add([anEntry('one')]);
  recorder.add([anEntry('two')]);
  await assert.rejects(recorder.flush(), { code: 'github-unavailable' });
  recorder.add([anEntry('three')]);
  await recorder.flush();
  assert.deepEqual(ids(), ['one', 'two', 'three']);
});

test('a fact that no ledger can hold does not hold back those behind it', async () => {
  const { recorder, ids } = aRecorder();
  recorder.add([anEntry('one', { at: 'yesterday' })]);
  await assert.rejects(recorder.flush(), { code: 'internal', message: /one: at/ });
  recorder.add([anEntry('two')]);
  await recorder.flush();
  assert.deepEqual(ids(), ['two']);
});

test('a ledger that somebody changed by hand is not continued', async () => {
  const { recorder, repository } = aRecorder();
  const text = append('', [anEntry('one'), anEntry('two')], sha256).text.replace('a test', 'a lie');
  repository.ledgerText = text;
  recorder.add([anEntry('three')]);
  await assert.rejects(recorder.flush(), { code: 'ledger-broken', message: /line 1/ });
  assert.equal(repository.ledgerText, text);
});

test('nothing added is nothing written', async () => {
  const { recorder, writes } = aRecorder();
  recorder.add([]);
  await recorder.flush();
  assert.equal(writes(), 0);
});

test('a process that lives for months forgets old facts, and the ledger still has each of them once', async () => {
  const { ids, recorder } = aRecorder();
  const facts = Array.from({ length: 10_001 }, (_, n) => anEntry(`fact-${n}`));
  recorder.add(facts);
  await recorder.flush();
  assert.equal(recorder.add(facts.slice(0, 1)).length, 1, 'the oldest is forgotten');
  assert.equal(recorder.add(facts.slice(-1)).length, 0);
  await recorder.flush();
  assert.equal(ids().length, facts.length);
});
