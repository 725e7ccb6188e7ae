/**
 * Messages on their way out: one queue for each destination, bounded, with back-off. It stands beside the loop: a destination that
 * is dead, slow or hostile holds up nothing but its own queue.
 */
import type { Told } from '../../control/doors.ts';

/** What one attempt brought. `again`: the other side was away or asked us to wait. */
export type Attempt =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'again'; readonly because: string; readonly afterMs: number | null }
  | { readonly kind: 'refused'; readonly because: string };

export interface OutboxOptions {
  /** Resolves after so many ms, or early once the outbox is closed. */
  readonly wait?: (ms: number, closed: AbortSignal) => Promise<void>;
  /** Messages that may wait for one destination; the oldest gives way. */
  readonly mostWaiting?: number;
  readonly mostAttempts?: number;
}

export interface Outbox {
  /** Never rejects. Messages of one lane go out one after the other, in the order of the calls. */
  send(lane: string, attempt: () => Promise<Attempt>): Promise<Told>;
  /** Gives what is under way so many ms to arrive, then gives up on the rest. */
  close(withinMs: number): Promise<void>;
}

interface Waiting {
  readonly attempt: () => Promise<Attempt>;
  readonly done: (told: Told) => void;
}

interface Lane {
  running: boolean;
  readonly waiting: Waiting[];
}

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 300_000;
/** A destination that asks for more is as good as dead. */
const LONGEST_ASKED = 900_000;

export function createOutbox({ wait = pause, mostWaiting = 100, mostAttempts = 10 }: OutboxOptions = {}): Outbox {
  const lanes = new Map<string, Lane>();
  const running = new Set<Promise<void>>();
  const closing = new AbortController();

  async function deliver(attempt: () => Promise<Attempt>): Promise<Told> {
    for (let tried = 1; ; tried += 1) {
      const result = await attempt().catch((error: unknown): Attempt => ({
        kind: 'refused',
        because: error instanceof Error ? error.name : 'unknown failure',
      }));
      if (result.kind === 'delivered') return result;
      if (result.kind === 'refused') return { kind: 'failed', because: result.because };
      const asked = result.afterMs ?? 0;
      if (tried >= mostAttempts || asked > LONGEST_ASKED)
        return { kind: 'failed', because: `${result.because}, given up after ${tried} of ${mostAttempts} attempts` };
      await wait(Math.max(asked, Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tried - 1))), closing.signal);
      if (closing.signal.aborted) return ENDED;
    }
  }

  async function run(name: string, lane: Lane): Promise<void> {
    for (let next = lane.waiting.shift(); next; next = lane.waiting.shift()) {
      next.done(closing.signal.aborted ? ENDED : await deliver(next.attempt));
    }
    lane.running = false;
    lanes.delete(name);
  }

  return {
    send(name, attempt) {
      if (closing.signal.aborted) return Promise.resolve(ENDED);
      const lane = lanes.get(name) ?? { running: false, waiting: [] };
      lanes.set(name, lane);
      return new Promise((done) => {
        lane.waiting.push({ attempt, done });
        if (lane.waiting.length > mostWaiting)
          lane.waiting.shift()?.done({ kind: 'failed', because: `more than ${mostWaiting} messages waited` });
        if (lane.running) return;
        lane.running = true;
        const promise = run(name, lane).finally(() => running.delete(promise));
        running.add(promise);
      });
    },
    async close(withinMs) {
      const late = new AbortController();
      await Promise.race([Promise.allSettled(running), wait(withinMs, late.signal)]);
      late.abort();
      closing.abort();
    },
  };
}

const ENDED: Told = { kind: 'ended' };

/** Keeps no process alive. */
function pause(ms: number, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    timer.unref();
    closed.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
