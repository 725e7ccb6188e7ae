import type { Queue, QueueState } from '../src/adapters/queue/queue.ts';
import { within } from '../src/adapters/within.ts';

const PATIENCE_MS = 2_000;

export interface Health {
  /** Whether new work may be sent here; with the reasons why not. */
  ready(): Promise<{ readonly ok: boolean; readonly because: readonly string[] }>;
  /** Null: the queue does not answer. */
  queue(): Promise<QueueState | null>;
  /** GitHub has answered to our key once. */
  readonly authenticated: () => void;
  draining(): void;
}

/** Ready means: the queue answers, GitHub has known us once, and nobody has asked us to stop. */
export function createHealth(queue: Pick<Queue<unknown>, 'state'>): Health {
  let [known, stopping] = [false, false];

  async function stateOfQueue(): Promise<QueueState | null> {
    const state = await within(PATIENCE_MS, queue.state()).catch(() => null);
    return state === 'late' ? null : state;
  }

  return {
    async ready() {
      const because = [
        ...(stopping ? ['the bot is stopping'] : []),
        ...(known ? [] : ['GitHub has not answered to the key of the App yet']),
        ...((await stateOfQueue()) === null ? ['the queue does not answer'] : []),
      ];
      return { ok: because.length === 0, because };
    },
    queue: stateOfQueue,
    authenticated: () => void (known = true),
    draining: () => void (stopping = true),
  };
}
