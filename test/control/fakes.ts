/** One small stateful fake for each door, all on one turned clock. They keep the world; a `Process` is what dies. */
import { createHash } from 'node:crypto';
import type { Doors } from '../../src/control/doors.ts';
import type { Reading } from '../../src/measure/reading.ts';
import type { Application, ArgoCd, Clock, MetricSource, SyncWindows, Unhealthy } from '../../src/ports.ts';
import { anApplication, START } from './builders.ts';
import { FakeRepository } from './fake-repository.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export class FakeClock implements Clock {
  private time = START;
  now(): number {
    return this.time;
  }
  async wait(ms: number): Promise<void> {
    this.time += ms;
  }
  turn(ms: number): void {
    this.time += ms;
  }
}

/** Follows the default branch: applied at the first refresh after a change, healthy from that moment on. */
export class FakeArgoCd implements ArgoCd {
  readonly terminated: string[] = [];
  /** What stands before the truth, until it is taken away. */
  override: ((honest: Application) => Application) | null = null;
  private readonly applied = new Map<string, { revision: string; at: string }>();

  private readonly repository: FakeRepository;
  private readonly clock: Clock;
  constructor(repository: FakeRepository, clock: Clock) {
    this.repository = repository;
    this.clock = clock;
  }

  async application(name: string): Promise<Application> {
    const known = this.applied.get(name) ?? { revision: this.repository.head(), at: this.now() };
    this.applied.set(name, known);
    const operation = {
      phase: 'Succeeded',
      revisions: [known.revision],
      message: 'successfully synced',
      startedAt: known.at,
      finishedAt: known.at,
      retryCount: 0,
    } as const;
    const honest = anApplication({
      name,
      sync: { status: 'Synced', revisions: [known.revision] },
      health: { status: 'Healthy', since: known.at },
      operation,
    });
    return this.override?.(honest) ?? honest;
  }

  async refresh(name: string): Promise<Application> {
    const head = this.repository.head();
    if (this.applied.get(name)?.revision !== head) this.applied.set(name, { revision: head, at: this.now() });
    return this.application(name);
  }

  windows: SyncWindows = { canSync: true, windows: [] };
  ill: Unhealthy[] = [];
  /** What ending an operation fails with. */
  denied: Error | null = null;
  async syncWindows(): Promise<SyncWindows> {
    return this.windows;
  }
  async unhealthy(): Promise<readonly Unhealthy[]> {
    return this.ill;
  }

  async terminate(name: string, revision: string): Promise<void> {
    if (this.denied) throw this.denied;
    this.terminated.push(`${name} ${revision}`);
  }

  private now(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

/** Counters that rise with the clock; the error rate is a value that a test may turn. */
export class FakeSource implements MetricSource {
  rate = 0.001;
  perSecond = 100;
  silent = false;
  /** Error rates of arms that are not those of the users. */
  readonly rates = new Map<string, number>();
  private readonly hits = new Map<string, number>();
  readonly remembers: boolean;
  private readonly clock: Clock;
  private counted: { at: number; total: number; hits: number };

  constructor(clock: Clock, remembers = false) {
    this.clock = clock;
    this.remembers = remembers;
    this.counted = { at: clock.now(), total: 1000, hits: 10 };
  }

  async look(queries: Parameters<MetricSource['look']>[0], at: number | null): Promise<ReadonlyMap<string, Reading>> {
    const now = this.count();
    const ago = at === null ? 0 : (this.counted.at - at) / 1000;
    const total = now.total - ago * this.perSecond;
    const hitsOf = (arm: string): number => {
      const rate = this.rates.get(arm);
      return rate === undefined
        ? now.hits - ago * this.perSecond * this.rate
        : (this.hits.get(arm) ?? 0) - ago * this.perSecond * rate;
    };
    const when = at ?? now.at;
    const series = (value: number) => [{ id: 'web', value: Math.round(value), at: when }];
    const reading = (arm: string): Reading => ({
      at: when,
      canary: this.silent
        ? { kind: 'missing', reason: 'no-series', detail: 'no series' }
        : { kind: 'counters', hits: series(hitsOf(arm)), total: series(total) },
      baseline: null,
    });
    return new Map(queries.map(({ trigger, arms }) => [trigger.name, reading(arms.canary)]));
  }

  /** What was counted until now at the rate of now. Call it before turning the rate. */
  count(): { at: number; total: number; hits: number } {
    const now = this.clock.now();
    const more = ((now - this.counted.at) / 1000) * this.perSecond;
    for (const [arm, rate] of this.rates) this.hits.set(arm, (this.hits.get(arm) ?? 1000) + more * rate);
    this.counted = { at: now, total: this.counted.total + more, hits: this.counted.hits + more * this.rate };
    return this.counted;
  }
}

/** Everything outside, shared by all processes. */
export interface Outside {
  readonly clock: FakeClock;
  readonly repository: FakeRepository;
  readonly argoCd: FakeArgoCd;
  readonly source: FakeSource;
  readonly log: { level: string; message: string; facts: unknown }[];
}

export function anOutside(options: { playbook?: string; remembers?: boolean } = {}): Outside {
  const clock = new FakeClock();
  const repository = new FakeRepository(clock, options.playbook);
  const argoCd = new FakeArgoCd(repository, clock);
  return { clock, repository, argoCd, source: new FakeSource(clock, options.remembers), log: [] };
}

/** The doors of one process. `onCall` hears each call before it happens and may throw. */
export function doorsOf(outside: Outside, onCall: (door: string, method: string) => void = () => undefined): Doors {
  const argoCd = watched(outside.argoCd, (method) => onCall('argoCd', method));
  const source = watched(outside.source, (method) => onCall('source', method));
  return {
    repository: watched(outside.repository, (method) => onCall('repository', method)),
    argoCd: () => argoCd,
    source: () => source,
    clock: outside.clock,
    sha256,
    log: (level, message, facts = {}) => void outside.log.push({ level, message, facts }),
  };
}

function watched<T extends object>(door: T, onCall: (method: string) => void): T {
  return new Proxy(door, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        onCall(String(name));
        return (await Reflect.apply(value, target, args)) as unknown;
      };
    },
  });
}

export class Killed extends Error {}

/** A process that dies at its n-th call, before or after the call took effect; dead, it reaches nothing any more. */
export function mortalDoors(
  outside: Outside,
  diesAt: number,
  when: 'before' | 'after',
): Doors & { readonly calls: () => number } {
  let calls = 0;
  let dead = false;
  const doors = doorsOf(outside, () => {
    if (dead) throw new Killed('this process is dead');
    calls += 1;
    if (when === 'before' && calls === diesAt) {
      dead = true;
      throw new Killed(`killed before call ${diesAt}`);
    }
  });
  const repository = new Proxy(doors.repository, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        const answer = (await Reflect.apply(value, target, args)) as unknown;
        if (when === 'after' && calls >= diesAt) {
          dead = true;
          throw new Killed(`killed after call ${diesAt}`);
        }
        return answer;
      };
    },
  });
  return { ...doors, repository, calls: () => calls };
}
