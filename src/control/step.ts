import type { LastGood, Planned, RollbackPlan } from '../plan/plan.ts';
import type { MergeMethod, Pull } from '../ports.ts';

/** What a person must look at. Each has its sentence in report/ and its row in docs. */
export type Trouble =
  | 'no-last-good'
  | 'conflict'
  | 'is-a-rollback'
  | 'too-old'
  | 'daily-cap'
  | 'held'
  | 'set-again'
  | 'foreign-commit'
  | 'merge-conflict'
  | 'not-merged-in-time'
  | 'merge-refused'
  | 'migration-job'
  | 'unfit-target'
  | 'sync-window'
  | 'argocd-refused'
  | 'not-recovered';

/** What a rollback waits for. */
export type WaitFor =
  'approval' | 'migration' | 'checks' | 'argocd' | 'sync' | 'health' | 'proof' | 'primary' | 'person';

/** The next move, and why. A closed set: printing it instead of acting is the dry run. */
export type Step =
  | {
      readonly kind: 'open';
      readonly plan: RollbackPlan;
      readonly mode: 'human' | 'auto';
      readonly because: string;
      /** What whoever merges should know, beside what the plan says itself. */
      readonly notes?: readonly string[];
      /** The job whose verdict on the database the merge waits for. */
      readonly job?: string;
      /** Why a person merges although the playbook says auto. */
      readonly person?: string;
    }
  /** Somebody already opened or merged the revert: theirs is followed, and there is no second one. */
  | { readonly kind: 'adopt'; readonly number: number; readonly good: LastGood; readonly because: string }
  /**
   * `direct` merges now, pinned to the head; `auto` lets GitHub merge once the rules are satisfied; `queue` puts it into the
   * merge queue; `bypass` merges over the rulesets that let us, which the pull request and the ledger then say.
   */
  | {
      readonly kind: 'merge';
      readonly pull: Pull;
      readonly route: 'direct' | 'auto' | 'queue' | 'bypass';
      /** The rulesets that a bypass steps over. */
      readonly over?: readonly string[];
      /** Who agreed, in words; absent where nobody had to. */
      readonly approvedBy?: string;
      readonly method: MergeMethod;
      readonly because: string;
    }
  | { readonly kind: 'update'; readonly pull: Pull; readonly because: string }
  /** The traffic is away: what brings the version back is drafted, and decided upon. */
  | { readonly kind: 'second'; readonly because: string }
  /** The fallback serves well, which the pull request remembers from then on. */
  | { readonly kind: 'served'; readonly because: string }
  /** GitHub would merge it by itself, and may no longer. */
  | { readonly kind: 'disarm'; readonly pull: Pull; readonly because: string }
  /** It would change nothing any more. */
  | { readonly kind: 'close'; readonly pull: Pull; readonly because: string }
  /** Ends the operation of a commit that the revert replaces; only where the playbook allows it. */
  | { readonly kind: 'terminate'; readonly application: string; readonly revision: string; readonly because: string }
  | {
      readonly kind: 'wait';
      readonly for: WaitFor;
      /** ISO 8601; null: until a person does something. */
      readonly until: string | null;
      readonly lookAgainMs: number;
      readonly because: string;
      readonly commands: readonly string[];
    }
  | {
      readonly kind: 'escalate';
      readonly trouble: Trouble;
      readonly because: string;
      readonly todo: readonly string[];
      readonly commands: readonly string[];
      /** True when nothing more happens by itself. */
      readonly final: boolean;
    }
  | {
      readonly kind: 'finish';
      /** `superseded`: another rollback of the same service took over before this one was proven. */
      readonly outcome: 'recovered' | 'cancelled' | 'superseded' | 'nothing-to-do';
      readonly because: string;
    };

/** The target of a rollback, wherever it is known from. */
export function goodOf(planned: Planned): LastGood | null {
  switch (planned.kind) {
    case 'planned':
      return planned.plan.good;
    case 'no-last-good':
      return null;
    case 'conflict':
    case 'unfit':
    case 'nothing-to-do':
      return planned.good;
  }
}
