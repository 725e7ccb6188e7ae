import { RollbackError } from '../../errors.ts';
import { within } from '../within.ts';
import { afterFailure } from './patience.ts';
import { GRACE_MS, type DeadTask, type OnFailure, type Queue, type Run, type Task } from './queue.ts';

interface Item<W> {
  readonly task: Task<W>;
  readonly bornAt: number;
  dueAt: number;
  failures: number;
}

interface Lane<W> {
  /** In the order in which they were put. */
  items: Item<W>[];
  running: Item<W> | null;
  timer: NodeJS.Timeout | null;
}

const REMEMBERED = 20_000;
const DEAD_KEPT = 1_000;
/** The longest time that setTimeout can wait; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

interface Options<W> {
  readonly now?: () => number;
  readonly onFailure?: OnFailure<W>;
}

/** The queue of a single process. It forgets when the process ends; the sweep after the next start finds what is on GitHub. */
export function memoryQueue<W>({ now = Date.now, onFailure = () => undefined }: Options<W> = {}): Queue<W> {
  const lanes = new Map<string, Lane<W>>();
  const seen = new Set<string>();
  const dead = new Map<string, DeadTask<W>>();
  const running = new Set<Promise<void>>();
  let run: Run<W> | null = null;
  let stopped = false;

  function keep(task: Task<W>, delayMs: number): 'kept' | 'merged' {
    const lane = lanes.get(task.lane) ?? { items: [], running: null, timer: null };
    lanes.set(task.lane, lane);
    const dueAt = now() + delayMs;
    const waiting = lane.items.find(({ task: { id } }) => id === task.id);
    if (waiting) waiting.dueAt = Math.min(waiting.dueAt, dueAt);
    else lane.items.push({ task, bornAt: now(), dueAt, failures: 0 });
    turnTo(task.lane, lane);
    return waiting ? 'merged' : 'kept';
  }

  /** Begins the next task of the lane, or sets the timer for it. */
  function turnTo(name: string, lane: Lane<W>): void {
    if (lane.timer) clearTimeout(lane.timer);
    lane.timer = null;
    if (lane.running || run === null || stopped) return;
    // What failed holds the others back, so that the order stands.
    const candidates = lane.items.some(({ failures }) => failures > 0)
      ? lane.items.filter(({ failures }) => failures > 0)
      : lane.items;
    const at = now();
    const next = candidates.find(({ dueAt }) => dueAt <= at);
    if (next) {
      lane.items = lane.items.filter((item) => item !== next);
      lane.running = next;
      const promise = perform(name, lane, next, run).finally(() => running.delete(promise));
      running.add(promise);
    } else if (candidates.length > 0) {
      const wait = Math.min(...candidates.map(({ dueAt }) => dueAt)) - at;
      lane.timer = setTimeout(() => turnTo(name, lane), Math.min(wait, LONGEST_TIMER_MS));
    } else lanes.delete(name);
  }

  async function perform(name: string, lane: Lane<W>, item: Item<W>, act: Run<W>): Promise<void> {
    try {
      const again = await act(item.task.work);
      dead.delete(item.task.id);
      lane.running = null;
      if (again !== null && !stopped) return void keep(item.task, again);
    } catch (error) {
      lane.running = null;
      giveBack(lane, item, error);
    }
    turnTo(name, lane);
  }

  function giveBack(lane: Lane<W>, item: Item<W>, error: unknown): void {
    item.failures += 1;
    const after = afterFailure(error, { failures: item.failures, ageMs: now() - item.bornAt });
    onFailure(item.task, error, after);
    if (after.kind === 'dead') {
      remember(dead, item.task.id, { task: item.task, because: after.because, at: new Date(now()).toISOString() });
      return;
    }
    item.dueAt = now() + after.delayMs;
    // A hint that came meanwhile asks for the same: it is done at once instead of the repetition.
    const twin = lane.items.find(({ task: { id } }) => id === item.task.id);
    if (!twin) lane.items.unshift(item);
  }

  return {
    put(task, { delayMs = 0, once } = {}) {
      if (stopped)
        return Promise.reject(new RollbackError('queue-unavailable', 'The bot is stopping and takes nothing more'));
      if (once !== undefined) {
        if (seen.has(once)) return Promise.resolve('seen');
        seen.add(once);
        for (const oldest of seen) if (seen.size > REMEMBERED) seen.delete(oldest);
      }
      return Promise.resolve(keep(task, delayMs));
    },
    wake(group) {
      for (const [name, lane] of lanes) {
        for (const item of lane.items) if (item.task.group === group) item.dueAt = Math.min(item.dueAt, now());
        turnTo(name, lane);
      }
      return Promise.resolve();
    },
    start(act) {
      run = act;
      for (const [name, lane] of lanes) turnTo(name, lane);
      return Promise.resolve();
    },
    turn: () => Promise.resolve(true),
    state() {
      const items = [...lanes.values()].flatMap((lane) => lane.items);
      const due = items.filter(({ dueAt }) => dueAt <= now());
      return Promise.resolve({
        waiting: due.length,
        deferred: items.length - due.length,
        running: running.size,
        dead: dead.size,
        oldestWaitingSeconds: Math.max(0, ...due.map(({ dueAt }) => (now() - dueAt) / 1000)),
      });
    },
    dead: () => Promise.resolve([...dead.values()]),
    async drain(graceMs = GRACE_MS) {
      stopped = true;
      for (const lane of lanes.values()) if (lane.timer) clearTimeout(lane.timer);
      await within(graceMs, Promise.allSettled(running));
    },
  };
}

function remember<V>(kept: Map<string, V>, id: string, value: V): void {
  kept.delete(id);
  kept.set(id, value);
  for (const oldest of kept.keys()) if (kept.size > DEAD_KEPT) kept.delete(oldest);
}
