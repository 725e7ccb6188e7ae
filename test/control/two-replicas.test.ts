/**
 * Two replicas work on one key at once: the lane of a comment is that of its page, not of the key that only its words name. What each
 * asks of GitHub happens, and is answered, in an order that dice choose.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { press } from '../../src/control/buttons.ts';
import { hear } from '../../src/control/command.ts';
import type { Doors } from '../../src/control/doors.ts';
import type { Loop } from '../../src/control/reconcile.ts';
import { parse } from '../../src/ledger/chain.ts';
import { buttonsName } from '../../src/report/buttons.ts';
import { aRandom } from '../random.ts';
import { doorsOf } from './fakes.ts';
import { aLoop, anAsk, aRelease, FILE, KEY, manifest, toTheEnd, type Released } from './world.ts';

const ROUNDS = 60;
const ALERT = { kind: 'alert', source: 'Alertmanager', alert: 'Errors', fingerprint: 'f1' } as const;

type Work = (world: Released, doors: Doors, loop: Loop) => Promise<unknown>;

const comment =
  (page: number): Work =>
  (world, doors, loop) => {
    const said = world.repository.say(page, 'ada', '/rollback web production');
    return hear(doors, loop, { ...said, commentId: said.id, isBot: false });
  };
const alert: Work = (world, _, loop) => loop.reconcile(KEY, anAsk(world, { cause: ALERT }));
const button: Work = (world, doors, loop) =>
  press(doors, loop, {
    ...{ checkRunId: 9, check: buttonsName(KEY), sha: world.bad, action: 'rollback' },
    ...{ by: 'ada', isBot: false, at: new Date(world.clock.now()).toISOString() },
  });

const PAIRS: readonly (readonly [string, readonly Work[]])[] = [
  ['a comment and an alert', [comment(2), alert]],
  ['comments on two pages', [comment(2), comment(50)]],
  ['a comment and a button', [comment(2), button]],
];

for (const [name, works] of PAIRS)
  test(`${name} on two replicas make one revert, one merge, one story and each fact once, in ${ROUNDS} orders`, async () => {
    for (let seed = 1; seed <= ROUNDS; seed += 1) {
      const world = aRelease();
      const dice = aScheduler(aRandom(seed));
      await dice.play(
        works.map(async (work) => {
          const doors = dice.doors(world);
          const loop = aLoop(world, doors);
          await work(world, doors, loop);
          await loop.flush();
        }),
      );
      await toTheEnd(world, aLoop(world), null);
      const { repository } = world;
      const ids = parse(repository.ledgerText).map(({ id }) => id);
      assert.deepEqual(
        {
          reverts: repository.pulls.map(({ labels }) => labels),
          commits: repository.commits.length,
          file: repository.file(FILE),
          stories: repository.said.filter(({ body }) => body.includes('lastgood:v1:timeline')).length,
          reactions: repository.reactions.map(({ content }) => content),
          twice: ids.filter((id, i) => ids.indexOf(id) !== i),
        },
        {
          reverts: [['lastgood: recovered']],
          commits: 3,
          file: manifest('1.4.1'),
          stories: 1,
          reactions: works.flatMap((work) => (work === alert || work === button ? [] : ['rocket'])),
          twice: [],
        },
        `seed ${seed}`,
      );
    }
  });

/** Each call of a door waits for its turn twice: before it happens and before it is answered. */
function aScheduler(random: () => number) {
  const waiting: (() => void)[] = [];
  const turn = (): Promise<void> => new Promise((resolve) => void waiting.push(resolve));
  return {
    doors(world: Released): Doors {
      const doors = doorsOf(world);
      const repository = new Proxy(doors.repository, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return async (...args: readonly unknown[]): Promise<unknown> => {
            await turn();
            const answer = (await Reflect.apply(value, target, args)) as unknown;
            await turn();
            return answer;
          };
        },
      });
      return { ...doors, repository };
    },
    async play(replicas: readonly Promise<void>[]): Promise<void> {
      const left = new Set(replicas);
      for (const replica of replicas) replica.finally(() => left.delete(replica)).catch(() => undefined);
      while (left.size > 0 || waiting.length > 0) {
        await new Promise((resolve) => setImmediate(resolve));
        const [next] = waiting.splice(Math.floor(random() * waiting.length), 1);
        next?.();
      }
      await Promise.all(replicas);
    },
  };
}
