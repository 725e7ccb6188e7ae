/** Something to do: data only, so that another replica can do it after this one was killed. */
export interface Task<W> {
  /** Tasks of one lane run one at a time, in the order in which they were put, on whichever replica. */
  readonly lane: string;
  /** A task that waits under the same id is not put a second time; it is brought forward if need be. */
  readonly id: string;
  /** What `wake` names: the repository. */
  readonly group: string;
  /** JSON data. */
  readonly work: W;
}

export interface PutOptions {
  /** Not before this many ms from now (0). */
  readonly delayMs?: number;
  /** What was put under this name before, within three days, is refused: the id of a delivery. */
  readonly once?: string;
}

/** `merged`: the same task already waits. `seen`: this delivery was put before. */
export type Kept = 'kept' | 'merged' | 'seen';

/** Does the work; answers after how many ms it wants to be done again, null: never by itself. */
export type Run<W> = (work: W) => Promise<number | null>;

/** What was given up. It stays visible until the same task succeeds. */
export interface DeadTask<W> {
  readonly task: Task<W>;
  readonly because: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Counts over all replicas that share the queue. */
export interface QueueState {
  /** Due, and not yet begun. */
  readonly waiting: number;
  /** Timers and repetitions whose time has not come. */
  readonly deferred: number;
  readonly running: number;
  readonly dead: number;
  /** How long the oldest due task has been waiting, in seconds; 0 when none is. */
  readonly oldestWaitingSeconds: number;
}

/** Told after every failure, so that a shell can log and count it. */
export type OnFailure<W> = (task: Task<W>, error: unknown, after: AfterFailure) => void;

/** What becomes of a task that failed. */
export type AfterFailure =
  { readonly kind: 'again'; readonly delayMs: number } | { readonly kind: 'dead'; readonly because: string };

/**
 * The inbox of the bot: claimed, kept, done in order. It holds hints and timers, never truth, yet nothing that was kept is lost
 * but by the death of its storage; the sweep then finds on GitHub what was under way.
 */
export interface Queue<W> {
  /** Resolves once the task is kept. Rejects with queue-unavailable when it could not be, so that the sender sends again. */
  put(task: Task<W>, options?: PutOptions): Promise<Kept>;
  /** Brings everything that waits in this group forward to now. */
  wake(group: string): Promise<void>;
  /** From now on tasks are done; before, they are only kept. */
  start(run: Run<W>): Promise<void>;
  /** True for one replica in each period of `everyMs`: who may do what only one needs to do. */
  turn(name: string, everyMs: number): Promise<boolean>;
  /** Rejects with queue-unavailable when the storage does not answer. */
  state(): Promise<QueueState>;
  dead(): Promise<readonly DeadTask<W>[]>;
  /** Takes nothing more, waits up to `graceMs` for what runs, hands the rest back, and lets go of the storage. */
  drain(graceMs?: number): Promise<void>;
}

/** How long a stopping bot waits for what runs. Kubernetes gives 60 s in the shipped manifests. */
export const GRACE_MS = 25_000;
/** GitHub offers a delivery again for three days: so long a delivery is remembered. */
export const REMEMBERED_SECONDS = 3 * 86_400;
