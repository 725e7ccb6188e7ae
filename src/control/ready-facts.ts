/** What was found out about a release before it is out. */
import type { Entry } from '../ledger/entry.ts';
import type { ReleaseJudgement } from '../migrations/judge.ts';
import type { FoundGood } from '../plan/last-good.ts';
import type { Planned } from '../plan/plan.ts';
import type { Target } from '../playbook/target.ts';
import type { JobVerdict } from '../ports.ts';
import type { Looked } from '../registries/look.ts';
import type { Pinning } from '../registries/pinned.ts';
import type { ApplicationSeen } from './applications.ts';
import type { Answered } from './questions.ts';

export interface ReadyFacts {
  readonly target: Target;
  /** Epoch ms. */
  readonly now: number;
  readonly ledger: readonly Entry[];
  /** What would be last good once this release is out. */
  readonly found: FoundGood;
  /** The revert of this release, really planned; null: there is nowhere to go. */
  readonly planned: Planned | null;
  readonly pins: Pinning;
  /** Manifests that were too many to be read. */
  readonly unread: number;
  readonly migrations: ReleaseJudgement;
  /** What a job of the team says about the way down; null: nothing yet. */
  readonly proof: JobVerdict | null;
  readonly outside: Outside;
}

/** What only others know. Nobody is asked for somebody else's fork. */
export type Outside =
  | { readonly kind: 'left-out'; readonly because: string }
  | {
      readonly kind: 'asked';
      /** Null: the playbook names no registry. */
      readonly looked: readonly Looked[] | null;
      readonly answers: readonly Answered[];
      readonly applications: readonly ApplicationSeen[];
    };
