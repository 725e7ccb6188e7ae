/** Which strategy a way back takes, and whether its traffic goes first. */
import type { Sha256 } from '../ledger/canonical.ts';
import { planHash } from './make-plan.ts';
import type { FileEdit, RollbackPlan, StrategyName, VersionChange } from './plan.ts';
import type { Shift, Sight } from './strategies/strategy.ts';
import { STRATEGIES, TRIED } from './strategies/table.ts';

export interface Chosen {
  readonly strategy: StrategyName;
  readonly shift: Shift;
}

/** The one of the playbook; where it says auto, the first that fits; a named target is always pinned. */
export function choose(sight: Sight): Chosen {
  const { strategy: asked } = sight.policy;
  const by = (strategy: StrategyName): Chosen => ({ strategy, shift: STRATEGIES[strategy].shift(sight) });
  if (sight.restore.good.reason.kind === 'named') return by('pin');
  if (asked !== 'auto') return by(asked);
  return (
    TRIED.map(by).find(({ shift }) => shift.kind === 'shift' && isOnlyAPart(sight.restore, shift)) ?? by('restore')
  );
}

/**
 * The plan whose pull request comes first: only the traffic where that relieves users sooner, else everything. `files`: as they
 * are now.
 */
export function inHalves(
  sight: Sight,
  files: ReadonlyMap<string, { readonly mode: string }>,
  sha256: Sha256,
): RollbackPlan {
  const { strategy, shift } = choose(sight);
  const { restore } = sight;
  if (shift.kind !== 'shift')
    // Whoever chose a strategy is told why another one is taken.
    return sight.policy.strategy === strategy && strategy !== 'restore'
      ? {
          ...restore,
          strategy: 'restore',
          notes: [...(restore.notes ?? []), `${strategy} does not fit: ${shift.because}`],
        }
      : { ...restore, strategy };
  if (!isOnlyAPart(restore, shift)) return { ...restore, strategy };
  const { edits, changes } = editsOf(shift, files);
  const phase = { kind: 'traffic', then: restore } as const;
  const { incident, base, baseBranch, good, verified } = restore;
  return {
    ...{ incident, base, baseBranch, good, edits, changes, undoes: [], strategy, phase },
    hash: planHash({ incident, good, edits, phase }, sha256),
    notes: [`${strategy}: ${shift.because}`, ...(restore.notes ?? [])],
    ...(verified ? { verified } : {}),
  };
}

/** A shift as a pull request writes it. */
export function editsOf(
  { files }: Extract<Shift, { kind: 'shift' }>,
  now: ReadonlyMap<string, { readonly mode: string }>,
): Pick<RollbackPlan, 'edits' | 'changes'> {
  return {
    edits: files.map(({ path, text }): FileEdit => {
      return { kind: 'write', path, text, mode: now.get(path)?.mode === '100755' ? '100755' : '100644', rung: 'keys' };
    }),
    changes: files.flatMap(({ path, changes }) =>
      changes.map(({ key, from, to }): VersionChange => ({ path, key, from, to, moves: 'traffic' })),
    ),
  };
}

/** Something of the way back is left when the traffic has moved: otherwise both are the same edit. */
function isOnlyAPart(restore: RollbackPlan, shift: Shift): boolean {
  if (shift.kind !== 'shift') return false;
  const moved = new Map(shift.files.map(({ path, changes }) => [path, new Set(changes.map(({ key }) => key))]));
  return (
    restore.edits.some(({ path }) => !moved.has(path)) ||
    restore.changes.some(({ path, key, moves }) => moves === 'version' && moved.get(path)?.has(key) !== true)
  );
}
