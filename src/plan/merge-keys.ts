/** Three-way merge of two YAML trees by key: base = bad, theirs = good, ours = now. */
import type { Edit } from '../manifests/patch.ts';
import { childOf, same } from '../manifests/tree.ts';
import type { Branch, Child, Node } from '../manifests/tree.ts';
import { childrenToMerge } from './merge-children.ts';
import type { Three } from './merge-children.ts';

export interface KeyMerge {
  /** What must change in the text of now, in the order of the good text; `three` are the values there. */
  readonly edits: readonly (Edit & { readonly three: Three })[];
  /** Places that moved on both ways. */
  readonly conflicts: readonly { readonly steps: readonly string[]; readonly three: Three }[];
  /** What must come out, whoever does the editing. Its places in a text mean nothing. */
  readonly expected: Node | null;
}

/** Never guesses: a place that is neither as it was when bad nor as it was when good is a conflict. */
export function mergeKeys(roots: { readonly bad: Branch; readonly good: Branch; readonly now: Branch }): KeyMerge {
  const edits: (Edit & { readonly three: Three })[] = [];
  const conflicts: { steps: readonly string[]; three: Three }[] = [];

  const visit = (steps: readonly string[], from: readonly string[], three: Three): Node | null => {
    const { bad, good, now } = three;
    if (same(bad, good) || same(now, good)) return now;
    const children = childrenToMerge(three);
    if (children === 'renamed') {
      conflicts.push({ steps, three });
      return now;
    }
    if (children !== null && now !== null && now.kind !== 'leaf') {
      const merged = children.map((place) => ({
        ...place,
        node: visit([...steps, place.step], [...from, place.from], place.three),
      }));
      return { ...now, children: assemble(now, merged) };
    }
    if (!same(now, bad)) {
      conflicts.push({ steps, three });
      return now;
    }
    edits.push(good === null ? { kind: 'remove', steps, three } : { kind: 'copy', steps, from, three });
    return good;
  };

  const expected = visit([], [], roots);
  return { edits, conflicts, expected };
}

interface Merged {
  readonly step: string;
  readonly node: Node | null;
}

/** The children of now with their merged values; what is new stands behind the sibling it follows in the good text. */
function assemble(now: Branch, merged: readonly Merged[]): readonly Child[] {
  const byStep = new Map(merged.map((place) => [place.step, place.node]));
  const children: Child[] = [...now.children];
  let previous: string | null = null;
  for (const { step, node } of merged) {
    if (childOf(now, step) === null && node !== null) {
      const at = children.findIndex((child) => child.step === previous) + 1;
      const next = at === 0 ? firstKnown(children, merged, step) : at;
      children.splice(next, 0, { step, name: step, start: 0, node });
    }
    if (children.some((child) => child.step === step)) previous = step;
  }
  return children.flatMap((child) => {
    const node = byStep.has(child.step) ? (byStep.get(child.step) ?? null) : child.node;
    return node === null ? [] : [{ ...child, node }];
  });
}

/** Without a sibling before it: before the first one behind it. */
function firstKnown(children: readonly Child[], merged: readonly Merged[], step: string): number {
  const behind = merged.slice(merged.findIndex((place) => place.step === step) + 1);
  const next = behind.find((place) => children.some((child) => child.step === place.step));
  return next ? children.findIndex((child) => child.step === next.step) : 0;
}

/** True when `actual` says what `expected` says; names of list items follow from their content and are not compared. */
export function matches(expected: Node | null, actual: Node | null): boolean {
  if (expected === null || actual === null) return expected === actual;
  if (expected.kind === 'leaf' || actual.kind === 'leaf') return same(expected, actual);
  if (expected.kind !== actual.kind || expected.children.length !== actual.children.length) return false;
  if (expected.anchor !== actual.anchor) return false;
  return expected.children.every((child, at) => {
    const other = expected.kind === 'map' ? childOf(actual, child.step) : (actual.children[at] ?? null);
    return other !== null && matches(child.node, other.node);
  });
}
