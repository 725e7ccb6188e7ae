import type { Spoken } from '../src/control/command.ts';
import { hear } from '../src/control/command.ts';
import type { Ask } from '../src/control/draft.ts';
import type { Log } from '../src/control/doors.ts';
import { readGateRun } from '../src/control/gate-run.ts';
import type { Settled } from '../src/control/reconcile.ts';
import { findLeftovers } from '../src/control/sweep.ts';
import type { Key } from '../src/plan/incident.ts';
import type { GateRun } from '../src/ports.ts';
import type { House } from './house.ts';
import { createInbox, type Inbox } from './inbox.ts';

/** Where an event came from. */
export interface Origin {
  readonly repository: string;
  readonly installationId: number;
}

/** Takes hints from the webhooks, the alerts, the timers and the sweep, and turns all of them into the same few calls. */
export interface Porter {
  comment(origin: Origin, spoken: Spoken): void;
  gate(origin: Origin, run: GateRun): void;
  /** Something happened around this rollback: look again. */
  wake(origin: Origin, key: Pick<Key, 'service' | 'environment'>): void;
  /** Something happened in this repository: whatever waits there looks again. */
  wakeAll(origin: Origin): void;
  ask(origin: Origin, key: Key, ask: Ask): void;
  sweep(): Promise<void>;
  /** Resolves when what is under way has ended, and everything said and recorded is on GitHub. */
  drain(): Promise<void>;
  readonly inbox: Inbox;
}

export function createPorter(house: House, log: Log): Porter {
  const inbox = createInbox(log);
  const lane = (origin: Origin, key: Pick<Key, 'service' | 'environment'>) =>
    `${origin.repository}/${key.environment}/${key.service}`;

  /** Looks at the rollback of a key as long as there is something to wait for. Whoever asks, the lane is the same. */
  const looking = (origin: Origin, key: Key) => async () => {
    const { loop } = await house.room(origin.repository, origin.installationId);
    return (await loop.reconcile(key, null)).again;
  };

  function follow(origin: Origin, key: Key, settled: Settled): null {
    if (settled.again !== null) inbox.later(lane(origin, key), looking(origin, key), settled.again);
    return null;
  }

  /** An ask has a lane of its own, so that no later hint can replace it; the loop itself keeps a key serial. */
  function ask(origin: Origin, key: Key, asked: Ask): void {
    inbox.hint(`${lane(origin, key)}?${asked.at}`, async () => {
      const { loop } = await house.room(origin.repository, origin.installationId);
      return follow(origin, key, await loop.reconcile(key, asked));
    });
  }

  return {
    inbox,
    comment(origin, spoken) {
      inbox.hint(`${origin.repository}#${spoken.commentId}`, async () => {
        const { doors, loop } = await house.room(origin.repository, origin.installationId);
        const heard = await hear(doors, loop, spoken);
        return heard && follow(origin, heard.key, heard.settled);
      });
    },
    gate(origin, run) {
      inbox.hint(`${origin.repository}!${run.id}`, async () => {
        const { doors, loop } = await house.room(origin.repository, origin.installationId);
        const news = readGateRun(doors.repository, run);
        if (!news) return null;
        loop.recorder.add([news.entry]);
        if (news.ask) ask(origin, news.key, news.ask);
        return null;
      });
    },
    wake(origin, key) {
      const whole: Key = { repo: origin.repository, service: key.service, environment: key.environment };
      inbox.hint(lane(origin, whole), looking(origin, whole));
    },
    wakeAll(origin) {
      inbox.wake((name) => name.startsWith(`${origin.repository}/`));
    },
    ask,
    async sweep() {
      for (const { name, installationId } of await house.repositories()) {
        const origin: Origin = { repository: name, installationId };
        try {
          const { doors, loop } = await house.room(name, installationId);
          const found = await findLeftovers(doors);
          loop.recorder.add(found.entries);
          for (const spoken of found.commands) this.comment(origin, spoken);
          for (const gate of found.gates) ask(origin, gate.key, gate.ask);
          for (const key of found.rollbacks) this.wake(origin, key);
        } catch (error) {
          // One repository that cannot be read must not hide what the others wait for.
          const reason = error instanceof Error ? error.message : String(error);
          log('warn', reason, { during: 'sweep', repository: name });
        }
      }
    },
    async drain() {
      await inbox.drain();
      await house.flush();
    },
  };
}
