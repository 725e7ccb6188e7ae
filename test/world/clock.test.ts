import assert from 'node:assert/strict';
import { it } from 'node:test';
import { turnableClock } from '../../src/world/clock.ts';

it('who waits wakes in the order of the alarms, at their time, and may wait again', async () => {
  const clock = turnableClock(0);
  const woke: string[] = [];
  const sleeper = async (name: string, ms: number, times: number): Promise<void> => {
    for (let i = 0; i < times; i += 1) {
      await clock.wait(ms);
      woke.push(`${name}@${clock.now()}`);
    }
  };
  void sleeper('slow', 25, 1);
  void sleeper('quick', 10, 3);
  await clock.turn(9);
  assert.deepEqual(woke, []);
  await clock.turn(20);
  assert.deepEqual(woke, ['quick@10', 'quick@20', 'slow@25']);
  assert.deepEqual([clock.now(), clock.waiting()], [29, 1]);
});
