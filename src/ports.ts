/**
 * The doors to the outside, as small as control/ needs them, named for what we want.
 * Adapters implement them; tests use the world or one stateful fake per port.
 */
import type { Reading } from './measure/reading.ts';
import type { Criterion, Trigger } from './playbook/schema.ts';

/** The time, so that tests can turn it. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  wait(ms: number): Promise<void>;
}

/** One question of the playbook, and how this source tells the arms apart. */
export interface Query {
  readonly trigger: Trigger | Criterion;
  readonly arms: { readonly canary: string; readonly baseline: string | null };
}

export interface MetricSource {
  /**
   * Every query at one evaluation time (epoch ms; null: now), by trigger name.
   * What cannot be read is a `missing` arm with its reason: this never throws for a source that is down, slow or wrong.
   */
  look(queries: readonly Query[], at: number | null): Promise<ReadonlyMap<string, Reading>>;
  /** True when `at` may lie in the past (a server with history); false for a bare /metrics page. */
  readonly remembers: boolean;
}

/** One Argo CD application as far as a rollback cares. */
export interface Application {
  readonly name: string;
  /** Last *compared*: proves nothing about what runs. Empty while not yet compared or Unknown. */
  readonly sync: { readonly status: 'Synced' | 'OutOfSync' | 'Unknown'; readonly revisions: readonly string[] };
  readonly health: {
    readonly status: 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';
    /** ISO 8601: since when; null where Argo CD does not say. */
    readonly since: string | null;
  };
  /** The last operation: `revisions` were *applied* once `phase` is Succeeded. Null before the first. */
  readonly operation: {
    readonly phase: 'Running' | 'Terminating' | 'Failed' | 'Error' | 'Succeeded';
    readonly revisions: readonly string[];
    readonly message: string;
    readonly startedAt: string;
    readonly finishedAt: string | null;
    readonly retryCount: number;
  } | null;
  readonly images: readonly string[];
  readonly autoSync: boolean;
}

export interface ArgoCd {
  /** Throws argocd-unauthorized, argocd-unknown-application or argocd-unavailable. */
  application(name: string): Promise<Application>;
  /** Asks Argo CD to compare with Git now (a normal refresh), and returns what it then says. */
  refresh(name: string): Promise<Application>;
}
