/** Which strategy a way back takes, and whether its traffic goes first. */
import type { Sha256 } from '../ledger/canonical.ts';
import { planHash } from './make-plan.ts';
import type { FileEdit, Planned, RollbackPlan, StrategyName, VersionChange } from './plan.ts';
import type { Shift, Sight } from './strategies/strategy.ts';
import { STRATEGIES, TRIED } from './strategies/table.ts';

export interface Chosen {
  readonly strategy: StrategyName;
  readonly shift: Shift;
}

/** With everything in one pull request, by the ladder. */
export interface WholeSight extends Sight {
  readonly restore: RollbackPlan;
}

/** The one of the playbook; where it says auto, the first that fits; a named target is always pinned. */
export function choose(sight: WholeSight): Chosen {
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
  sight: WholeSight,
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

/**
 * Only the traffic, where the version cannot go back by itself: users are relieved at once, and a person is called for the rest. Null
 * where nothing can go first. A weight on the way to everybody is taken back whoever raised it last; a flag or a colour that somebody
 * set again since is theirs.
 */
export function trafficOnly(
  sight: Sight,
  made: Pick<RollbackPlan, 'incident' | 'base' | 'baseBranch'>,
  version: Extract<Planned, { kind: 'conflict' | 'unfit' }>,
  { files, sha256 }: { readonly files: ReadonlyMap<string, { readonly mode: string }>; readonly sha256: Sha256 },
): RollbackPlan | null {
  const { policy, restore } = sight;
  const { good, undoes } = restore;
  const touched = version.kind === 'conflict' ? version.conflicts.map(({ path }) => path) : [];
  for (const strategy of policy.strategy === 'auto' ? TRIED : [policy.strategy]) {
    const shift = STRATEGIES[strategy].shift(sight);
    if (shift.kind !== 'shift') continue;
    const isTheirs = strategy === 'flag' || strategy === 'blue-green';
    if (isTheirs && shift.files.some(({ path }) => touched.includes(path))) continue;
    const { edits, changes } = editsOf(shift, files);
    const stuck = { because: version.because, author: undoes[0]?.author ?? null };
    const phase = { kind: 'traffic', then: null, stuck } as const;
    return {
      ...{ ...made, good, edits, changes, undoes: [], strategy, phase },
      hash: planHash({ incident: made.incident, good, edits, phase }, sha256),
      notes: [`${strategy}: ${shift.because}`],
    };
  }
  return null;
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
