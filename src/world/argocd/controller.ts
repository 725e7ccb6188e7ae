import { messageOf } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import { OBLIGING } from './awkward.ts';
import type { Awkward, Target } from './awkward.ts';
import { resourcesOf, sameDesire } from './desire.ts';
import { healthOf } from './health.ts';
import type { Files, Repository } from './repository.ts';
import type { AppSpec, AppState, Leftover, Live, Operation } from './state.ts';

export interface ControllerOptions {
  readonly spec: AppSpec;
  readonly repository: Repository;
  readonly clock: Clock;
  /** Makes the cluster as the files say; a throw fails the sync with its message. */
  readonly apply: (target: Target) => Promise<void>;
  /** What runs now. */
  readonly live: () => Live;
  readonly awkward: Partial<Awkward>;
}

/** Compares one application with Git, and syncs it as Argo CD's application controller does. */
export interface Controller {
  /** Fetches and compares; starts a sync when it should. Resolves after the comparison, not after the sync. */
  refresh(): Promise<void>;
  /** Starts a sync by hand. False while another operation runs. */
  sync(revision: string | null): Promise<boolean>;
  /** Ends the running operation. False when none runs. */
  terminate(): boolean;
  state(): AppState;
  switch(awkward: Partial<Awkward>): void;
  awkward(): Awkward;
  /** Resolves when no sync runs. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const HISTORY = 10;

export function startController({
  spec,
  repository,
  clock,
  apply,
  live,
  awkward: first,
}: ControllerOptions): Controller {
  let awkward: Awkward = { ...OBLIGING, ...first };
  let closed = false;
  let applied: Files | null = null;
  /** What was ever applied and not pruned, by what names it. */
  let present: ReadonlyMap<string, Leftover> = new Map();
  let running: Promise<void> = Promise.resolve();
  let comparing: Promise<void> = Promise.resolve();
  let current: AppState = {
    spec,
    sync: { status: '', revision: '' },
    reconciledAt: null,
    operation: null,
    history: [],
    conditions: [],
    leftovers: [],
    health: { status: 'Missing', message: '', since: clock.now() },
    images: [],
  };
  const set = (change: Partial<AppState>): void => {
    current = { ...current, ...change };
  };
  const setOperation = (change: Partial<Operation>): void => {
    if (current.operation !== null) set({ operation: { ...current.operation, ...change } });
  };
  const busy = (): boolean => ['Running', 'Terminating'].includes(current.operation?.phase ?? '');

  const look = (): void => {
    const seen = live();
    const { status, message } = healthOf(seen, { applied: applied !== null, busy: busy() }, awkward);
    const since = status === current.health.status ? current.health.since : clock.now();
    set({ health: { status, message, since }, images: applied === null ? [] : seen.images });
  };

  const compare = async (): Promise<void> => {
    if (awkward.notCompared || closed) return;
    const at = clock.now();
    try {
      await repository.fetch();
      const revision = await repository.resolve(spec.targetRevision);
      if (awkward.manifestError !== null) throw new Error(awkward.manifestError);
      const files = await repository.files(revision, spec.path);
      if (files.size === 0) throw new Error(`${spec.path}: app path does not exist`);
      const wanted = resourcesOf(files);
      const leftovers = [...present].filter(([id]) => !wanted.has(id)).map(([, resource]) => resource);
      const synced = sameDesire(files, applied, awkward.prune) && leftovers.length === 0;
      set({
        sync: { status: synced ? 'Synced' : 'OutOfSync', revision },
        leftovers,
        reconciledAt: at,
        conditions: [],
      });
      autoSync({ revision, files });
    } catch (error) {
      const message = `Failed to load target state: ${messageOf(error)}`;
      set({
        sync: { status: 'Unknown', revision: '' },
        reconciledAt: at,
        conditions: [{ type: 'ComparisonError', message, at }],
      });
    }
    look();
  };

  /** As Argo CD, not while an operation runs, and never twice for a revision that was tried. */
  const autoSync = (target: Target): void => {
    if (!awkward.autoSync || awkward.syncWindowClosed || busy() || current.sync.status !== 'OutOfSync') return;
    if (current.operation?.revision === target.revision && current.operation.phase !== 'Succeeded') return;
    // Only pruning is left, and it may not: Argo CD starts no sync for that.
    if (!awkward.prune && sameDesire(target.files, applied, false)) return;
    begin(target, true);
  };

  const begin = (target: Target, automated: boolean): void => {
    const operation: Operation = {
      revision: target.revision,
      phase: 'Running',
      message: 'waiting for completion of the sync',
      startedAt: clock.now(),
      finishedAt: null,
      retryCount: 0,
      automated,
    };
    set({ operation });
    look();
    running = operate(target).then(async () => {
      look();
      // The controller looks again when an operation ends: a newer commit may have waited for it.
      if (!closed) await refresh();
    });
  };

  const operate = async (target: Target): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      if (awkward.applyMs > 0) await Promise.race([clock.wait(awkward.applyMs), terminated.promise]);
      const failure = ended() ? null : await attemptOf(target);
      if (ended()) {
        finish('Failed', 'Operation terminated');
        return;
      }
      if (failure === null) {
        succeed(target);
        return;
      }
      const { retryLimit, backoffMs } = awkward;
      if (retryLimit !== null && attempt >= retryLimit) {
        finish('Failed', `${failure} (retried ${attempt} times).`);
        return;
      }
      setOperation({ retryCount: attempt + 1, message: `${failure}. Retrying attempt #${attempt + 1}.` });
      await Promise.race([clock.wait(backoffMs), terminated.promise]);
      if (ended()) {
        finish('Failed', 'Operation terminated');
        return;
      }
    }
  };

  let terminated = Promise.withResolvers<undefined>();
  const ended = (): boolean => closed || current.operation?.phase === 'Terminating';

  /** Null when the sync worked, else what the cluster said. */
  const attemptOf = async (target: Target): Promise<string | null> => {
    const told = awkward.syncFails?.(target) ?? null;
    if (told !== null && !awkward.failsAfterApply) return told;
    try {
      await apply(target);
      applied = target.files;
      const wanted = resourcesOf(target.files);
      present = awkward.prune ? wanted : new Map([...present, ...wanted]);
      return told;
    } catch (error) {
      return messageOf(error);
    }
  };

  const finish = (phase: 'Failed' | 'Succeeded', message: string): void => {
    terminated = Promise.withResolvers();
    setOperation({ phase, message, finishedAt: clock.now() });
  };

  const succeed = ({ revision }: Target): void => {
    finish('Succeeded', 'successfully synced (all tasks run)');
    const id = (current.history.at(-1)?.id ?? -1) + 1;
    set({ history: [...current.history, { id, revision, deployedAt: clock.now() }].slice(-HISTORY) });
  };

  /** Who asks while one runs shares the one after it: what was pushed meanwhile is in that one. */
  let next: Promise<void> | null = null;
  const refresh = (): Promise<void> => {
    next ??= comparing = comparing.then(() => {
      next = null;
      return compare();
    });
    return next;
  };

  return {
    refresh,
    sync: async (revision) => {
      if (busy()) return false;
      await repository.fetch();
      const sha = await repository.resolve(revision ?? spec.targetRevision);
      const files = await repository.files(sha, spec.path);
      if (busy()) return false;
      begin({ revision: sha, files }, false);
      return true;
    },
    terminate: () => {
      if (current.operation?.phase !== 'Running') return false;
      setOperation({ phase: 'Terminating', message: 'Operation is terminating' });
      terminated.resolve(undefined);
      return true;
    },
    state: () => {
      look();
      return current;
    },
    switch: (change) => {
      awkward = { ...awkward, ...change };
    },
    awkward: () => awkward,
    idle: async () => {
      for (let seen = null; seen !== running;) {
        seen = running;
        await seen;
        await comparing;
      }
    },
    close: async () => {
      closed = true;
      terminated.resolve(undefined);
      await Promise.race([running, new Promise((done) => setTimeout(done, 1_000).unref())]);
      await comparing;
      await repository.close();
    },
  };
}
