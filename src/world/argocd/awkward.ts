import type { Files } from './repository.ts';
import type { Health } from './state.ts';

/** What Argo CD is about to apply. */
export interface Target {
  readonly revision: string;
  readonly files: Files;
}

/** The ways in which Argo CD makes a revert hard. All can be switched while it runs. */
export interface Awkward {
  /** The sync of a target fails with this message and is retried; meanwhile no other sync starts. Null: it works. */
  readonly syncFails: ((target: Target) => string | null) | null;
  /** The failing sync has changed the cluster before it fails (a hook after it), or not (an admission webhook). */
  readonly failsAfterApply: boolean;
  /** Retries before the operation gives up; null: it never does. */
  readonly retryLimit: number | null;
  readonly backoffMs: number;
  /** The manifests cannot be made: sync Unknown, without a revision. */
  readonly manifestError: string | null;
  /** The controller has not looked yet: no sync and no health. */
  readonly notCompared: boolean;
  /** How long applying takes. */
  readonly applyMs: number;
  /** What was applied is Degraded, with this message, whatever really runs. */
  readonly degraded: string | null;
  readonly autoSync: boolean;
  readonly syncWindowClosed: boolean;
  /** When the closed window began and how long it lasts, as Argo CD shows windows. */
  readonly window: { readonly schedule: string; readonly duration: string; readonly manualSync: boolean };
  /** False: what Git no longer has stays in the cluster, and a sync only for that never starts. */
  readonly prune: boolean;
  /** What ails a resource although the application was applied, in the words of its controller. */
  readonly ailing: {
    readonly kind: string;
    readonly name: string;
    readonly status: Health['status'];
    readonly message: string;
  } | null;
  /** The account may read, and not end operations. */
  readonly readOnly: boolean;
}

export const OBLIGING: Awkward = {
  syncFails: null,
  failsAfterApply: true,
  retryLimit: 5,
  backoffMs: 5_000,
  manifestError: null,
  notCompared: false,
  applyMs: 0,
  degraded: null,
  autoSync: true,
  syncWindowClosed: false,
  window: { schedule: '* * * * *', duration: '24h', manualSync: false },
  prune: true,
  ailing: null,
  readOnly: false,
};
