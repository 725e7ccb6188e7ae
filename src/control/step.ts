import type { LastGood, Planned, RollbackPlan } from '../plan/plan.ts';
import type { MergeMethod, Pull } from '../ports.ts';

/** What a person must look at. Each has its sentence in report/ and its row in docs. */
export type Trouble =
  | 'no-last-good'
  | 'conflict'
  | 'is-a-rollback'
  | 'too-old'
  | 'daily-cap'
  | 'foreign-commit'
  | 'merge-conflict'
  | 'not-merged-in-time'
  | 'argocd-refused'
  | 'not-recovered';

/** What a rollback waits for. */
export type WaitFor = 'approval' | 'checks' | 'argocd' | 'sync' | 'health' | 'proof' | 'person';

/** The next move, and why. A closed set: printing it instead of acting is the dry run. */
export type Step =
  | { readonly kind: 'open'; readonly plan: RollbackPlan; readonly mode: 'human' | 'auto'; readonly because: string }
  /** `direct` merges now, pinned to the head; `auto` lets GitHub merge once the rules are satisfied. */
  | {
      readonly kind: 'merge';
      readonly pull: Pull;
      readonly route: 'direct' | 'auto';
      readonly method: MergeMethod;
      readonly because: string;
    }
  | { readonly kind: 'update'; readonly pull: Pull; readonly because: string }
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
      readonly outcome: 'recovered' | 'cancelled' | 'nothing-to-do';
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
    case 'nothing-to-do':
      return planned.good;
  }
}
