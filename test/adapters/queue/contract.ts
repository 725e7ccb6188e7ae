/** What every queue promises: run against the memory of one process, and against a real PostgreSQL. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { RollbackError } from '../../../src/errors.ts';
import type { AfterFailure, Queue, Task } from '../../../src/adapters/queue/queue.ts';

export interface Chore {
  readonly say: string;
}

export interface Subject {
  readonly queue: Queue<Chore>;
  readonly failures: { readonly id: string; readonly after: AfterFailure }[];
}

/** A new queue for each test; `t.after` ends it. */
export type MakeSubject = (t: TestContext) => Promise<Subject>;

export const aTask = (say: string, lane = 'acme/deploy/production/web', group = 'acme/deploy'): Task<Chore> => ({
  lane,
  id: `${lane} ${say}`,
  group,
  work: { say },
});

/** Looks until it is so. The longest wait is for the slowest machine; nothing is asserted about the time it took. */
export async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 3000; i += 1) {
    if (await look()) return;
    await sleep(10);
  }
  assert.fail(`this never happened: ${what}`);
}

/** Work that goes on until it is told to end. */
export function held() {
  const done: string[] = [];
  const begun: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<number | null>>();
  const gate = (say: string) => {
    const known = gates.get(say) ?? Promise.withResolvers<number | null>();
    gates.set(say, known);
    return known;
  };
  return {
    begun,
    done,
    release: (say: string, again: number | null = null) => gate(say).resolve(again),
    fail: (say: string, error: Error) => {
      gate(say).reject(error);
      gates.delete(say);
    },
    run: async ({ say }: Chore) => {
      begun.push(say);
      const again = await gate(say).promise;
      done.push(say);
      return again;
    },
  };
}

const away = (retryAfterMs = 20) => new RollbackError('github-unavailable', 'GitHub answered 502', { retryAfterMs });

export function queueContract(name: string, make: MakeSubject): void {
  const promise = (text: string, check: (subject: Subject) => Promise<void>) =>
    test(`${name}: ${text}`, async (t) => check(await make(t)));

  promise('what was put before the start is kept and done after it', async ({ queue }) => {
    const done: string[] = [];
    assert.equal(await queue.put(aTask('one')), 'kept');
    assert.equal((await queue.state()).waiting, 1);
    await queue.start(async ({ say }) => (done.push(say), null));
    await until('it is done', () => done.length === 1);
    await until('nothing is left', async () => {
      const { waiting, deferred, running } = await queue.state();
      return waiting + deferred + running === 0;
    });
  });

  promise(
    'one lane does one thing at a time, in the order in which it was put; other lanes go on',
    async ({ queue }) => {
      const work = held();
      await queue.start(work.run);
      for (const say of ['one', 'two', 'three']) await queue.put(aTask(say));
      await queue.put(aTask('other', 'acme/deploy/production/api'));
      await until('both lanes have begun', () => work.begun.length === 2);
      assert.deepEqual(work.begun.toSorted(), ['one', 'other']);
      work.release('one');
      await until('the next begins', () => work.begun.includes('two'));
      assert.deepEqual(work.done, ['one']);
      work.release('two');
      work.release('three');
      work.release('other');
      await until('all is done', () => work.done.length === 4);
      assert.deepEqual(
        work.done.filter((say) => say !== 'other'),
        ['one', 'two', 'three'],
      );
    },
  );

  promise(
    'the same task waits once, and one that runs is done again for a hint that came meanwhile',
    async ({ queue }) => {
      const work = held();
      await queue.start(work.run);
      await queue.put(aTask('look'));
      await until('it runs', () => work.begun.length === 1);
      assert.equal(await queue.put(aTask('look')), 'kept');
      assert.equal(await queue.put(aTask('look')), 'merged');
      work.release('look');
      await until('it is done again', () => work.done.length === 2);
      await until('that was all', async () => (await queue.state()).running === 0);
      assert.deepEqual(work.done, ['look', 'look']);
    },
  );

  promise('a delivery is taken once, also when its task is over', async ({ queue }) => {
    const done: string[] = [];
    await queue.start(async ({ say }) => (done.push(say), null));
    assert.equal(await queue.put(aTask('one'), { once: 'guid-1' }), 'kept');
    await until('it is over', async () => done.length === 1 && (await queue.state()).running === 0);
    assert.equal(await queue.put(aTask('one'), { once: 'guid-1' }), 'seen');
    assert.equal(await queue.put(aTask('one'), { once: 'guid-2' }), 'kept');
    await until('the other delivery is done', () => done.length === 2);
  });

  promise('work that wants another look gets it, and a hint does not wait for the timer', async ({ queue }) => {
    let looks = 0;
    await queue.start(async () => {
      looks += 1;
      return looks === 1 ? 10 : looks === 2 ? 3_600_000 : null;
    });
    await queue.put(aTask('look'));
    await until('the timer brought the second look', () => looks === 2);
    await until('the third one waits', async () => (await queue.state()).deferred === 1);
    assert.equal(await queue.put(aTask('look')), 'merged');
    await until('the hint brought the third', () => looks === 3);
  });

  promise('a later timer does not put off an earlier one', async ({ queue }) => {
    const done: string[] = [];
    await queue.put(aTask('look'), { delayMs: 30 });
    assert.equal(await queue.put(aTask('look'), { delayMs: 3_600_000 }), 'merged');
    await queue.start(async ({ say }) => (done.push(say), null));
    await until('the earlier time counts', () => done.length === 1);
  });

  promise('what waits for its time holds back nothing of its lane', async ({ queue }) => {
    const done: string[] = [];
    await queue.put(aTask('timer'), { delayMs: 3_600_000 });
    await queue.put(aTask('alert'));
    await queue.start(async ({ say }) => (done.push(say), null));
    await until('the alert is done', () => done.length === 1);
    assert.deepEqual(done, ['alert']);
  });

  promise('wake brings forward what waits in one group, and nothing else', async ({ queue }) => {
    const done: string[] = [];
    await queue.start(async ({ say }) => (done.push(say), null));
    await queue.put(aTask('mine'), { delayMs: 3_600_000 });
    await queue.put(aTask('theirs', 'acme/other/production/web', 'acme/other'), { delayMs: 3_600_000 });
    await queue.wake('acme/deploy');
    await until('mine is done', () => done.length === 1);
    assert.deepEqual(done, ['mine']);
    assert.equal((await queue.state()).deferred, 1);
  });

  promise(
    'a passing failure is repeated when the other side said, and holds back its lane',
    async ({ queue, failures }) => {
      const done: string[] = [];
      let tries = 0;
      await queue.put(aTask('one'));
      await queue.put(aTask('two'));
      await queue.start(async ({ say }) => {
        if (say === 'one' && (tries += 1) < 4) throw away();
        done.push(say);
        return null;
      });
      await until('both are done', () => done.length === 2);
      assert.deepEqual(done, ['one', 'two']);
      assert.deepEqual(
        failures.map(({ after }) => after),
        Array.from({ length: 3 }, () => ({ kind: 'again', delayMs: 20 })),
      );
      assert.equal((await queue.state()).dead, 0);
    },
  );

  promise(
    'what needs a person is given up at once, stays visible, and the lane goes on',
    async ({ queue, failures }) => {
      const done: string[] = [];
      await queue.put(aTask('bad'));
      await queue.put(aTask('good'));
      await queue.start(async ({ say }) => {
        if (say === 'bad') throw new RollbackError('github-forbidden', 'GitHub answered 403');
        done.push(say);
        return null;
      });
      await until('the lane went on', () => done.length === 1);
      await until('it is buried', async () => (await queue.state()).dead === 1);
      assert.deepEqual(
        failures.map(({ id, after }) => [id, after.kind]),
        [[aTask('bad').id, 'dead']],
      );
      const [buried] = await queue.dead();
      assert.deepEqual([buried?.task, buried?.because], [aTask('bad'), 'GitHub answered 403']);
      assert.ok(Date.parse(buried?.at ?? '') > 0);
    },
  );

  promise('a task that was given up is counted once, and no longer once it succeeds', async ({ queue }) => {
    let repaired = false;
    let runs = 0;
    await queue.start(async () => {
      runs += 1;
      if (!repaired) throw new RollbackError('github-forbidden', 'GitHub answered 403');
      return null;
    });
    for (const round of [1, 2]) {
      await queue.put(aTask('sweep'));
      await until('it ran', async () => runs === round && (await queue.state()).running === 0);
    }
    assert.equal((await queue.state()).dead, 1);
    repaired = true;
    await queue.put(aTask('sweep'));
    await until('it is forgiven', async () => (await queue.state()).dead === 0 && runs === 3);
  });

  promise('draining waits for what runs, begins nothing, and takes nothing more', async ({ queue }) => {
    const work = held();
    await queue.start(work.run);
    await queue.put(aTask('one'));
    await queue.put(aTask('two'));
    await until('one runs', () => work.begun.length === 1);
    let drained = false;
    const drain = queue.drain().then(() => (drained = true));
    await assert.rejects(queue.put(aTask('three')), (error: RollbackError) => error.code === 'queue-unavailable');
    await sleep(0);
    assert.equal(drained, false);
    work.release('one');
    await drain;
    assert.deepEqual([work.begun, work.done], [['one'], ['one']]);
  });

  promise('draining does not wait for ever', async ({ queue }) => {
    const work = held();
    await queue.start(work.run);
    await queue.put(aTask('stuck'));
    await until('it runs', () => work.begun.length === 1);
    await queue.drain(20);
    assert.deepEqual(work.done, []);
    work.release('stuck');
  });
}
