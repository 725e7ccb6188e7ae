import type { Verdict } from '../judge/verdict.ts';
import type { Incident } from '../plan/incident.ts';
import type { LastGood, Planned } from '../plan/plan.ts';
import type { EnvironmentRules } from '../playbook/schema.ts';
import type { Application, MergeMethod, Pull } from '../ports.ts';

/** One application, or why it could not be asked. */
export type Seen =
  | {
      readonly kind: 'seen';
      readonly application: Application;
      /** True when the last operation, in whatever phase, is of the merge commit or a descendant of it. */
      readonly carries: boolean;
      /** True when that operation succeeded, or when Argo CD compared the revert and found nothing to apply. */
      readonly applied: boolean;
    }
  | {
      readonly kind: 'unreachable';
      readonly name: string;
      readonly message: string;
      readonly hint: string;
      readonly retryable: boolean;
    };

/** The pull request with what its body remembers. */
export interface Remembered {
  readonly pull: Pull;
  readonly good: LastGood;
  readonly mode: 'human' | 'auto';
  /** What `/rollback confirm` names. */
  readonly planHash: string;
}

/** Before the pull request there is a plan; after it, the pull request is the memory. */
export type Stage =
  | { readonly kind: 'planning'; readonly planned: Planned; readonly before: Before }
  | { readonly kind: 'opened'; readonly remembered: Remembered };

/** What an automatic rollback must know before it opens anything. */
export interface Before {
  /** The bad change is itself a rollback. */
  readonly isRollback: boolean;
  /** ISO 8601 of the bad change. */
  readonly releasedAt: string;
  readonly openedToday: number;
}

/** What the repository allows. */
export interface Settings {
  /** Types of the rules that guard the default branch. */
  readonly activeRules: readonly string[];
  readonly autoMergeAllowed: boolean;
  /** What the settings of the repository allow. */
  readonly mergeMethods: readonly MergeMethod[];
}

/** Everything `decide` may know, at one instant. */
export interface Observed extends Settings {
  /** Epoch ms. */
  readonly now: number;
  readonly incident: Incident;
  readonly rules: EnvironmentRules;
  readonly stage: Stage;
  /** One for each application of the environment, once the revert is merged. */
  readonly applications: readonly Seen[];
  /** The success criteria measured since the cluster was healthy; null before. */
  readonly proof: Verdict | null;
  /** A person has been called for this pull request. */
  readonly escalated: boolean;
}
