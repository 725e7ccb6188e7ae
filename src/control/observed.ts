import type { Consent } from './approvals.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Order } from '../ledger/standing.ts';
import type { Incident } from '../plan/incident.ts';
import type { LastGood, Planned } from '../plan/plan.ts';
import type { Half } from '../report/memory.ts';
import type { EnvironmentRules } from '../playbook/schema.ts';
import type { Application, JobVerdict, MergeMethod, Obstacles, Pull, SyncWindows, Unhealthy } from '../ports.ts';

/** One application, or why it could not be asked. */
export type Seen =
  | {
      readonly kind: 'seen';
      readonly application: Application;
      /** True when the last operation, in whatever phase, is of the merge commit or a descendant of it. */
      readonly carries: boolean;
      /** True when that operation succeeded, or when Argo CD compared the revert and found nothing to apply. */
      readonly applied: boolean;
      /** Asked only while it is not healthy. */
      readonly unhealthy?: readonly Unhealthy[];
      /** Asked only while it has not applied the revert, or is late; null: not asked, or Argo CD did not say. */
      readonly windows?: SyncWindows | null;
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
  /** The rulesets that its merge steps over, in words; null: none. */
  readonly bypass?: string | null;
  /** The job whose verdict on the database its merge waits for; null: none. */
  readonly job?: string | null;
  /** Why a person merges although the playbook says auto; null: it does not, or they need not. */
  readonly person?: string | null;
  /** Who made the bad change; null: not known. */
  readonly author?: string | null;
  /** Who agreed to the merge, in words; null: nobody was asked. */
  readonly approvedBy?: string | null;
  /** Which half of a way back in two pull requests; null: it is the whole. */
  readonly half?: Half | null;
  /** SHA-256 of the snapshot that was taken before it was opened; null: none. */
  readonly evidence?: string | null;
  /** Where a person was called before it was opened; null: nowhere. */
  readonly page?: number | null;
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
  /** A person stopped automatic rollbacks here; null: nobody did. */
  readonly hold?: Order | null;
  /** What is wrong with the ledger, so that nobody knows what people have ordered; null: it was read. */
  readonly unreadable?: string | null;
  /** Rollbacks that were already made here only because this very version came again. */
  readonly keptBefore?: number;
  /** Rollbacks opened within `pause`. */
  readonly openedRecently?: number;
  /** A revert of the same release by a person, which brings back the same files. */
  readonly human?:
    { readonly number: number; readonly by: string; readonly state: 'open' | 'merged' } | null | undefined;
}

/** What the repository allows. */
export interface Settings {
  /** Head of the default branch when this look began (full sha). */
  readonly head: string;
  /** Types of the rules that guard the default branch. */
  readonly activeRules: readonly string[];
  readonly autoMergeAllowed: boolean;
  /** What the settings of the repository allow. */
  readonly mergeMethods: readonly MergeMethod[];
  /** GitHub's words when it refused a direct merge for good; null: it did not. */
  readonly refused?: string | null;
}

/** What stands in the ledger although the pull request does not say so: a process ended in between, or another incident took over. */
export interface Recorded {
  readonly kind: 'recovered' | 'relieved' | 'superseded';
  /** ISO 8601. */
  readonly at: string;
  readonly because: string;
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
  /** What the ledger says became of this incident, read before a person is called for good; null: nothing. */
  readonly recorded?: Recorded | null;
  /** What a fallback was taken for: whether it serves well again; null: nobody asks. */
  readonly back?: {
    readonly verdict: Verdict;
    /** How long it has been within its limits. */
    readonly stableMs: number;
    /** What is beyond a limit, in words; null: nothing. */
    readonly beyond: string | null;
  } | null;
  /** What brings the version back, drafted once the traffic is away; null: not yet, or there is no second half. */
  readonly second?: Planned | null;
  /** Read once the time for the merge is over, or GitHub refused it. */
  readonly obstacles?: Obstacles | null;
  /** The operation that could not be ended because the account may not; null: none. */
  readonly mayNotTerminate?: string | null;
  /** Who agreed to the merge, read while the pull request is open and somebody must. */
  readonly approvals?: Consent;
  /** What the job has said; null: nothing yet, or nobody waits for it. */
  readonly migration?: JobVerdict | null;
  /** A person has been called for this pull request. */
  readonly escalated: boolean;
}
