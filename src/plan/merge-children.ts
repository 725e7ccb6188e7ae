/** Which parts of three maps or lists belong together. */
import { childOf, same } from '../manifests/tree.ts';
import type { Branch, Node } from '../manifests/tree.ts';

/** The three values at one place; null where it is absent. */
export interface Three {
  readonly bad: Node | null;
  readonly good: Node | null;
  readonly now: Node | null;
}

export interface Place {
  /** The step that leads there in now, and the one in the good text: they differ where position counts, not the name. */
  readonly step: string;
  readonly from: string;
  readonly three: Three;
}

/** The children to merge one by one; null when the place counts as one value; `renamed` when half of a rename moved on. */
export function childrenToMerge({ bad, good, now }: Three): readonly Place[] | 'renamed' | null {
  if (bad === null || good === null || now === null) return null;
  if (bad.kind === 'leaf' || good.kind === 'leaf' || now.kind === 'leaf') return null;
  const branches: Branches = { bad, good, now };
  const all = [bad, good, now];
  if (all.some((branch) => branch.kind !== bad.kind || branch.anchor !== bad.anchor || branch.children.length === 0))
    return null;
  const removed = missingFrom(good, bad);
  const added = missingFrom(bad, good);
  if (bad.kind === 'list' && !mergeableByName(branches, removed, added)) return byPosition(branches);
  const places = byName(branches);
  return renameMovedOn(places, [...removed], [...added]) ? 'renamed' : places;
}

interface Branches {
  readonly bad: Branch;
  readonly good: Branch;
  readonly now: Branch;
}

/** Items are told apart by name only while all three agree on what names them and on the order of those they share. */
function mergeableByName({ bad, good, now }: Branches, removed: readonly string[], added: readonly string[]): boolean {
  if ([bad, good, now].some((branch) => branch.keyed === 'index' || branch.keyed !== bad.keyed)) return false;
  if (bad.keyed === 'value' && removed.length > 0 && added.length > 0) return false;
  return inSameOrder(bad, good) && inSameOrder(bad, now) && inSameOrder(good, now);
}

function byName({ bad, good, now }: Branches): readonly Place[] {
  const nodes = [bad, good, now].map((branch) => new Map(branch.children.map((child) => [child.step, child.node])));
  const at = (index: number, step: string): Node | null => nodes[index]?.get(step) ?? null;
  const steps = new Set([...good.children, ...bad.children].map((child) => child.step));
  return [...steps].map((step) => ({
    step,
    from: step,
    three: { bad: at(0, step), good: at(1, step), now: at(2, step) },
  }));
}

/** Positions mean the same only while nothing was put in or taken out; named items are never compared by position. */
function byPosition({ bad, good, now }: Branches): readonly Place[] | null {
  const all = [bad, good, now];
  if (all.some((branch) => branch.keyed === 'identity' || branch.children.length !== bad.children.length)) return null;
  return now.children.map((child, at) => {
    const [wrong, right] = [bad.children[at], good.children[at]];
    return {
      step: child.step,
      from: right?.step ?? child.step,
      three: { bad: wrong?.node ?? null, good: right?.node ?? null, now: child.node },
    };
  });
}

/**
 * A key that went away together with one that came may be a rename. If somebody has renamed it again since, undoing half of
 * it would leave both names.
 */
function renameMovedOn(places: readonly Place[], removed: readonly string[], added: readonly string[]): boolean {
  if (removed.length === 0 || added.length === 0) return false;
  const moved = places.filter(({ step }) => removed.includes(step) || added.includes(step));
  const undone = moved.filter(({ three }) => same(three.now, three.good)).length;
  return undone > 0 && undone < moved.length;
}

function missingFrom(branch: Branch, other: Branch): readonly string[] {
  return other.children.filter((child) => childOf(branch, child.step) === null).map((child) => child.step);
}

function inSameOrder(a: Branch, b: Branch): boolean {
  const shared = (branch: Branch, other: Branch): string =>
    JSON.stringify(branch.children.map((child) => child.step).filter((step) => childOf(other, step) !== null));
  return shared(a, b) === shared(b, a);
}
