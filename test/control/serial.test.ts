import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSerial } from '../../src/control/serial.ts';

function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { opened: promise, open: () => resolve(undefined) };
}

test('work of one key runs one at a time, in the order of the calls', async () => {
  const serial = createSerial();
  const log: string[] = [];
  const first = gate();
  const one = serial('web', async () => {
    log.push('one begins');
    await first.opened;
    log.push('one ends');
  });
  const two = serial('web', async () => void log.push('two'));
  const three = serial('web', async () => void log.push('three'));
  await serial('api', async () => void log.push('other key'));
  assert.deepEqual(log, ['one begins', 'other key']);
  first.open();
  await Promise.all([one, two, three]);
  assert.deepEqual(log, ['one begins', 'other key', 'one ends', 'two', 'three']);
});

test('work that fails fails its caller, and the next one runs', async () => {
  const serial = createSerial();
  const one = serial('web', async () => {
    throw new Error('broken');
  });
  const two = serial('web', async () => 'fine');
  await assert.rejects(one, /broken/);
  assert.equal(await two, 'fine');
  assert.equal(await serial('web', async () => 'again'), 'again');
});
