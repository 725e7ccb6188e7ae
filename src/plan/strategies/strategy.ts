import type { ManifestFile, RewrittenFile } from '../../manifests/traffic.ts';
import type { RollbackPolicy } from '../../playbook/schema-rollback.ts';
import type { RollbackPlan } from '../plan.ts';

/** All that a strategy may look at. */
export interface Sight {
  /** The manifests of the service as they are, and as they were at the target. */
  readonly now: readonly ManifestFile[];
  readonly good: readonly ManifestFile[];
  /** What the whole way back leads to, and takes away. */
  readonly restore: Pick<RollbackPlan, 'good' | 'undoes'>;
  readonly policy: Pick<RollbackPolicy, 'strategy' | 'carrier' | 'stable' | 'fallback'>;
}

/** What may go first, because it relieves users before the version is back. */
export type Shift =
  | { readonly kind: 'shift'; readonly files: readonly RewrittenFile[]; readonly because: string }
  /** Everybody is there already. */
  | { readonly kind: 'there'; readonly because: string }
  | { readonly kind: 'none'; readonly because: string };

/** One way to take users away from a bad release; pure, and a row of docs/strategies.md. */
export interface Strategy {
  /** What goes first; Markdown, one line each. */
  readonly first: string;
  /** When it is chosen without being named. */
  readonly chosen: string;
  /** What the cluster does then, and why that is fast. */
  readonly because: string;
  readonly shift: (sight: Sight) => Shift;
}

export function none(because: string): Shift {
  return { kind: 'none', because };
}
