import type { JobWithMetadata } from 'pg-boss';
import { RollbackError } from '../../errors.ts';
import { sha256 } from '../sha256.ts';
import { within } from '../within.ts';
import { afterFailure } from './patience.ts';
import { countTasks, DEAD, INBOX, openBoss, reached, TURNS, wordsOf } from './postgres-storage.ts';
import { GRACE_MS, type OnFailure, type Queue, type Run, type Task } from './queue.ts';

const TOUCH_MS = 3_000;
/** How soon tasks that another replica put are seen; its own a replica begins at once. */
const POLL_MS = 1_000;
/** A task that ended the process this often in a row is not tried again. */
const MOST_DEATHS = 5;

interface Options<W> {
  readonly url: string;
  /** Schema in the database, `lastgood` by default: several bots may share one server. */
  readonly schema?: string;
  /** Lanes that this replica works on at once. */
  readonly lanes?: number;
  readonly onFailure?: OnFailure<W>;
  /** What goes wrong beside a task, such as a lost connection. Never holds the URL. */
  readonly onTrouble?: (message: string) => void;
}

interface Stored<W> extends Task<W> {
  /** Not deleted when done, so that the same delivery is refused. */
  readonly once: boolean;
  /** Attempts up to the last one whose end we saw: those after it ended with their process. */
  readonly seen?: number;
}

interface Buried<W> {
  readonly task: Task<W>;
  readonly because: string;
  readonly at: string;
}

type Job<W> = JobWithMetadata<Stored<W>>;

/**
 * The queue that replicas share: pg-boss on PostgreSQL. Its policy `key_strict_fifo` keeps the order of each lane; a task that is
 * running, or waits for its repetition, holds the lane. Needs PostgreSQL 13 or newer and the right to create its schema.
 */
export async function postgresQueue<W extends object>(options: Options<W>): Promise<Queue<W>> {
  const { schema = 'lastgood', lanes = 8, onFailure = () => undefined, onTrouble = () => undefined } = options;
  const boss = await openBoss({ url: options.url, schema, onTrouble });
  const running = new Map<string, { readonly job: Job<W>; readonly done: Promise<void> }>();
  const timers = new Set<NodeJS.Timeout>();
  let run: Run<W> | null = null;
  const life = { stopped: false };
  const stopping = (): boolean => life.stopped;
  let fetching: Promise<void> | null = null;
  let fetchAgain = false;

  /** Begins whatever is due and free, here and now. */
  function fetchDue(): void {
    fetchAgain = true;
    fetching ??= fetchAll()
      .catch((error: unknown) => onTrouble(wordsOf(error)))
      .finally(() => (fetching = null));
  }

  async function fetchAll(): Promise<void> {
    while (fetchAgain && run !== null && !life.stopped) {
      fetchAgain = false;
      const free = lanes - running.size;
      if (free <= 0) return;
      const jobs = await boss.fetch<Stored<W>>(INBOX, { batchSize: free, includeMetadata: true });
      if (stopping()) await handBack(jobs);
      else for (const job of jobs) begin(job, run);
    }
  }

  /** Another replica begins these anew. */
  async function handBack(jobs: readonly Job<W>[]): Promise<void> {
    if (jobs.length === 0) return;
    await boss.fail(INBOX, jobs.map(attempt), { because: 'stopped' });
    for (const job of jobs) await boss.update(INBOX, seenNow(job), { id: job.id });
  }

  function begin(job: Job<W>, act: Run<W>): void {
    const done = perform(job, act)
      .catch((error: unknown) => onTrouble(wordsOf(error)))
      .finally(() => {
        running.delete(job.id);
        fetchDue();
      });
    running.set(job.id, { job, done });
  }

  async function perform(job: Job<W>, act: Run<W>): Promise<void> {
    const { once, seen = 0, ...task } = job.data;
    const deaths = job.retryCount - seen;
    try {
      if (deaths >= MOST_DEATHS && endedProcess(job)) {
        throw new RollbackError('internal', `the process ended ${deaths} times while it did this`);
      }
      const again = await act(task.work);
      if (again !== null) await keep(task, again);
      await (once ? boss.complete(INBOX, attempt(job)) : boss.deleteJob(INBOX, attempt(job)));
      await boss.deleteJob(DEAD, uuidOf(task.id));
    } catch (error) {
      await giveBack(job, task, error);
    }
  }

  async function giveBack(job: Job<W>, task: Task<W>, error: unknown): Promise<void> {
    const past = { failures: job.retryCount + 1, ageMs: Date.now() - job.createdOn.getTime() };
    const after = afterFailure(error, past);
    onFailure(task, error, after);
    if (after.kind === 'again') {
      await boss.fail(INBOX, attempt(job), { because: 'failed' });
      await boss.update(INBOX, seenNow(job), { id: job.id, startAfter: after.delayMs / 1000 });
      soon(after.delayMs);
      return;
    }
    const buried: Buried<W> = { task, because: after.because, at: new Date().toISOString() };
    await boss.send(DEAD, buried, { id: uuidOf(task.id) });
    await boss.deleteJob(INBOX, attempt(job));
  }

  /** A timer of our own for what we put, so that nobody waits for the next poll. */
  function soon(delayMs: number): void {
    if (delayMs <= 0) fetchDue();
    if (delayMs <= 0 || delayMs > 3_600_000) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      fetchDue();
    }, delayMs + 1);
    timers.add(timer);
  }

  async function keep(task: Task<W>, delayMs: number, once?: string): Promise<'kept' | 'merged' | 'seen'> {
    const waiting = await boss.findJobs<Stored<W>>(INBOX, { key: task.lane, queued: true, data: { id: task.id } });
    const [twin] = waiting;
    if (twin) {
      if (delayMs === 0 || twin.startAfter.getTime() > Date.now() + delayMs) await forward(twin.id, delayMs);
      soon(delayMs);
      return 'merged';
    }
    const stored: Stored<W> = { ...task, once: once !== undefined };
    const id = await boss.send(INBOX, stored, {
      singletonKey: task.lane,
      ...(delayMs > 0 ? { startAfter: delayMs / 1000 } : {}),
      ...(once === undefined ? {} : { id: uuidOf(once) }),
    });
    soon(delayMs);
    return id === null ? 'seen' : 'kept';
  }

  const forward = (id: string, delayMs: number) => boss.update(INBOX, undefined, { id, startAfter: delayMs / 1000 });

  const poll = setInterval(() => fetchDue(), POLL_MS);
  const touch = setInterval(() => {
    const attempts = [...running.values()].map(({ job }) => attempt(job));
    if (attempts.length > 0) boss.touch(INBOX, attempts).catch((error: unknown) => onTrouble(wordsOf(error)));
  }, TOUCH_MS);

  return {
    async put(task, { delayMs = 0, once } = {}) {
      if (life.stopped) throw new RollbackError('queue-unavailable', 'The bot is stopping and takes nothing more');
      return reached(() => keep(task, delayMs, once));
    },
    async wake(group) {
      await reached(async () => {
        const waiting = await boss.findJobs<Stored<W>>(INBOX, { queued: true, data: { group } });
        const now = Date.now();
        const later = waiting.filter(({ startAfter }) => startAfter.getTime() > now);
        await Promise.all(later.map(({ id }) => forward(id, 0)));
      });
      fetchDue();
    },
    start(act) {
      run = act;
      fetchDue();
      return Promise.resolve();
    },
    async turn(name, everyMs) {
      const singletonSeconds = Math.max(1, Math.floor(everyMs / 1000));
      return (await reached(() => boss.send(TURNS, null, { singletonKey: name, singletonSeconds }))) !== null;
    },
    state: () => reached(() => countTasks(boss, schema)),
    dead: () =>
      reached(async () => {
        const jobs = await boss.findJobs<Buried<W>>(DEAD, { limit: 1000 });
        return jobs.map(({ data }) => data);
      }),
    async drain(graceMs = GRACE_MS) {
      life.stopped = true;
      clearInterval(poll);
      for (const timer of timers) clearTimeout(timer);
      await fetching;
      await within(graceMs, Promise.allSettled([...running.values()].map(({ done }) => done)));
      clearInterval(touch);
      await handBack([...running.values()].map(({ job }) => job)).catch(() => undefined);
      await boss.stop({ graceful: false });
    },
  };
}

function attempt({ id, retryCount }: { readonly id: string; readonly retryCount: number }) {
  return { id, retryCount };
}

function seenNow<W>({ data, retryCount }: Job<W>): Stored<W> {
  return { ...data, seen: retryCount + 1 };
}

/** pg-boss itself gave the task back because its replica fell silent. */
function endedProcess(job: { readonly output?: unknown }): boolean {
  return /heartbeat timeout|job timed out/.test(JSON.stringify(job.output ?? ''));
}

/** A name of any length as the UUID that pg-boss wants for an id. */
function uuidOf(name: string): string {
  const hex = sha256(name);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
