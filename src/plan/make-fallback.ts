import type { Sha256 } from '../ledger/canonical.ts';
import type { Incident } from './incident.ts';
import { planHash } from './make-plan.ts';
import type { LastGood, Planned } from './plan.ts';
import { toFallback } from './strategies/fallback.ts';
import type { Sight } from './strategies/strategy.ts';
import { editsOf } from './two-halves.ts';

export interface FallbackInput {
  readonly incident: Incident;
  readonly base: string;
  readonly baseBranch: string;
  /** The files of the service as they are. */
  readonly files: readonly { readonly path: string; readonly text: string; readonly mode: string }[];
  readonly policy: Sight['policy'];
}

/** Everybody to the fallback; the state before it is what a second pull request brings back. */
export function makeFallback({ incident, base, baseBranch, files, policy }: FallbackInput, sha256: Sha256): Planned {
  const shift = toFallback({ now: files, policy });
  const to = policy.fallback?.to ?? 'the fallback';
  const good: LastGood = {
    sha: base,
    reason: { kind: 'parent' },
    because: `users are served by ${to} meanwhile, and no version moves`,
  };
  if (shift.kind === 'there') return { kind: 'nothing-to-do', good, because: `users are served by ${to} already` };
  if (shift.kind === 'none')
    return {
      kind: 'unfit',
      good,
      because: `users cannot be sent to ${to}: ${shift.because}`,
      cure: "Name the route and its destination in 'fallback:' of the playbook, and list the destination in the route with weight 0.",
    };
  const { edits, changes } = editsOf(shift, new Map(files.map((file) => [file.path, file])));
  const phase = { kind: 'traffic', then: null } as const;
  return {
    kind: 'planned',
    plan: {
      ...{ incident, base, baseBranch, good, edits, changes, undoes: [], strategy: 'fallback', phase },
      hash: planHash({ incident, good, edits, phase }, sha256),
      notes: [shift.because],
    },
  };
}
