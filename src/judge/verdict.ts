import type { Statistic } from '../playbook/condition.ts';
import type { Comparison } from './comparison.ts';
import type { SegmentsAside } from './segments.ts';
import type { DriftAside, StrataAside } from './asides.ts';

/** Nothing measured is never a pass. `continue` only while the gate is still looking. */
export type VerdictStatus = 'continue' | 'pass' | 'fail' | 'inconclusive' | 'no-data' | 'error';

/** What the gate knows of one trigger, with both numbers and the evidence. */
export interface Finding {
  readonly trigger: string;
  readonly statistic: Statistic;
  readonly status: VerdictStatus;
  /** Observed so far over the whole gate: a ratio 0..1, milliseconds, a distance, or the metric's own unit. Null: nothing measured. */
  readonly canary: number | null;
  readonly baseline: number | null;
  /** The limit as a number at the observed baseline, same unit as `canary`. */
  readonly limit: number | null;
  /** Events (or values, or polls) that were counted. */
  readonly canaryCount: number;
  readonly baselineCount: number;
  /** Natural log of the e-value of "worse than the limit" and of "better than the harm limit". */
  readonly logEFail: number;
  readonly logEPass: number;
  /** Confidence sequence of canary minus factor * baseline, where the kernel has one. */
  readonly band: { readonly lower: number; readonly upper: number } | null;
  /** Windows that were dropped, and why. */
  readonly missing: readonly { readonly reason: string; readonly detail: string; readonly count: number }[];
  /** Beside a ks trigger: the PSI with its noise, and the bounds of the KS distance. Reported, never decides. */
  readonly drift?: DriftAside | null;
  /** Beside a trigger with strata: the worst of them, and those that could not be compared. */
  readonly strata?: StrataAside | null;
  /** Of a trigger that is judged in segments: the one whose numbers stand above, and those without enough data. */
  readonly segments?: SegmentsAside | null;
  /** Of a shadow or a challenger: what is proven in both directions. */
  readonly comparison?: Comparison | null;
  /** Of a recovery that began with bad answers. */
  readonly late?: LateProof | null;
  readonly because: string;
}

/** A proof that stands on what came after the first seconds, because the whole time is beyond the limit. */
export interface LateProof {
  readonly afterSeconds: number;
  readonly canary: number;
  readonly canaryCount: number;
}

export interface Verdict {
  readonly status: VerdictStatus;
  /** What the canary arm is; absent: a release on its way to everybody. */
  readonly role?: 'shadow' | 'challenger';
  /** The trigger that decided a failure. */
  readonly blame: string | null;
  /** What the blamed trigger asks for; null unless `fail`. */
  readonly then: 'rollback' | 'ask' | 'notify' | 'fallback' | null;
  /** Natural log of the merged e-value over the deciding triggers. */
  readonly logE: number;
  readonly elapsedSeconds: number;
  readonly findings: readonly Finding[];
  readonly because: string;
}
