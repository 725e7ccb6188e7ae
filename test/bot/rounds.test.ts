import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { every } from '../../bot/rounds.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a replica that has just started goes every round once, and afterwards only in its turn; one that fails goes again', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(() => mock.timers.reset());
  const gone: string[] = [];
  const warned: string[] = [];
  const stop = every(60_000, {
    log: (_, message) => void warned.push(message),
    turn: async (round) => round === 'redelivery',
    rounds: {
      identity: async () => void gone.push('identity'),
      sweep: async () => void gone.push('sweep'),
      redelivery: async () => {
        gone.push('redelivery');
        throw new Error('GitHub is away');
      },
    },
  });
  await settle();
  assert.deepEqual(gone.sort(), ['identity', 'redelivery', 'sweep']);
  gone.length = 0;
  mock.timers.tick(60_000);
  await settle();
  assert.deepEqual(gone.sort(), ['identity', 'redelivery']);
  assert.deepEqual(warned, ['GitHub is away', 'GitHub is away']);
  stop();
  mock.timers.tick(120_000);
  await settle();
  assert.equal(gone.length, 2);
});

test('a round that takes longer than the time between two is not gone a second time beside itself', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(() => mock.timers.reset());
  let begun = 0;
  let end: () => void = () => undefined;
  const sweep = () => {
    begun += 1;
    return new Promise<void>((resolve) => (end = resolve));
  };
  const stop = every(60_000, { log: () => undefined, turn: async () => true, rounds: { sweep } });
  mock.timers.tick(60_000);
  await settle();
  assert.equal(begun, 1);
  end();
  await settle();
  mock.timers.tick(60_000);
  await settle();
  assert.equal(begun, 2);
  stop();
});
