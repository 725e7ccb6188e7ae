import { RollbackError } from '../src/errors.ts';
import type { Log } from '../src/control/doors.ts';

/** Work that answers after how many milliseconds it wants to run again; null: never by itself. */
export type Work = () => Promise<number | null>;

/**
 * Hints and timers, one at a time for each lane. It holds no truth: whatever is lost here the sweep finds on GitHub.
 * Work that fails for a passing reason, or for one that nobody foresaw, is repeated with back-off; what needs a person is logged
 * and left to the sweep.
 */
export interface Inbox {
  /** Runs `work` now, or next when the lane is busy; a hint replaces the timer and any waiting hint of its lane. */
  hint(lane: string, work: Work): void;
  /** The same after a delay in ms, unless the lane already runs or waits. */
  later(lane: string, work: Work, delayMs: number): void;
  /** Lanes that run or wait for a timer. */
  lanes(): readonly string[];
  /** Runs the work of every waiting lane now. */
  wake(matching: (lane: string) => boolean): void;
  /** Stops the timers and waits for what runs. */
  drain(): Promise<void>;
}

interface Lane {
  running: boolean;
  next: Work | null;
  timer: NodeJS.Timeout | null;
  work: Work;
  failures: number;
}

const FIRST_RETRY = 500;
const LONGEST_RETRY = 60_000;

export function createInbox(log: Log): Inbox {
  const lanes = new Map<string, Lane>();
  const running = new Set<Promise<void>>();
  let stopped = false;

  function start(name: string, lane: Lane): void {
    if (lane.timer) clearTimeout(lane.timer);
    lane.timer = null;
    lane.running = true;
    const promise = run(name, lane).finally(() => running.delete(promise));
    running.add(promise);
  }

  async function run(name: string, lane: Lane): Promise<void> {
    let again: number | null;
    try {
      again = await lane.work();
      lane.failures = 0;
    } catch (error) {
      again = afterFailure(name, lane, error);
    }
    lane.running = false;
    if (stopped) return;
    if (lane.next) {
      lane.work = lane.next;
      lane.next = null;
      start(name, lane);
    } else if (again === null) lanes.delete(name);
    else lane.timer = setTimeout(() => start(name, lane), again);
  }

  function afterFailure(name: string, lane: Lane, error: unknown): number | null {
    const reason = error instanceof Error ? error.message : String(error);
    const known = error instanceof RollbackError ? error : null;
    log(known?.retryable ? 'warn' : 'error', reason, {
      lane: name,
      code: known?.code ?? 'internal',
      hint: known?.hint ?? null,
    });
    if (known && !known.retryable) return null;
    lane.failures += 1;
    return known?.retryAfterMs ?? Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** (lane.failures - 1));
  }

  return {
    hint(name, work) {
      if (stopped) return;
      const lane = lanes.get(name);
      if (!lane) {
        const created: Lane = { running: false, next: null, timer: null, work, failures: 0 };
        lanes.set(name, created);
        start(name, created);
      } else if (lane.running) lane.next = work;
      else {
        lane.work = work;
        start(name, lane);
      }
    },
    later(name, work, delayMs) {
      if (stopped || lanes.has(name)) return;
      const lane: Lane = { running: false, next: null, timer: null, work, failures: 0 };
      lanes.set(name, lane);
      lane.timer = setTimeout(() => start(name, lane), delayMs);
    },
    lanes: () => [...lanes.keys()],
    wake(matching) {
      for (const [name, lane] of lanes) if (!lane.running && !stopped && matching(name)) start(name, lane);
    },
    async drain() {
      stopped = true;
      for (const lane of lanes.values()) if (lane.timer) clearTimeout(lane.timer);
      await Promise.allSettled(running);
    },
  };
}
