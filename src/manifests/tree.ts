/**
 * A manifest as a tree whose every node knows its place in the source text, so that one value can be replaced without
 * printing the rest again.
 */

/** Half-open character offsets in the source text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** How a scalar is written. An alias is a leaf of its own: what it points to is read and edited where it is defined. */
export type Style = 'plain' | 'single' | 'double' | 'block' | 'alias';

export interface Leaf {
  readonly kind: 'leaf';
  /** The text of a string without quotes; otherwise the source as written, so 1.10 stays 1.10. */
  readonly value: string;
  /** Equal exactly when two scalars mean the same: quotes of a plain word do not count, `1.10` and `1.1` differ. */
  readonly identity: string;
  /** True for text; false for what some YAML version reads as a number, a truth value, a time or nothing, and for aliases. */
  readonly isText: boolean;
  readonly style: Style;
  readonly range: Range;
  readonly anchor: string | null;
}

/** One entry of a map, one item of a list, one document of a stream. */
export interface Child {
  /** How a path writes this child, as `.image` or `[name=app]`; unique among its siblings. */
  readonly step: string;
  /** The bare name: the map key, or the item's identity. */
  readonly name: string;
  /** Where the entry begins: at its key, or at the item behind its dash. */
  readonly start: number;
  readonly node: Node;
}

/**
 * What tells the children of a branch apart. `identity`: list items by their name, image or flag, so that inserting an item
 * does not shift the others; `value`: unique scalars; `index`: only their position.
 */
export type Keyed = 'key' | 'identity' | 'value' | 'index';

export interface Branch {
  readonly kind: 'map' | 'list' | 'stream';
  readonly keyed: Keyed;
  readonly style: 'block' | 'flow';
  readonly children: readonly Child[];
  readonly range: Range;
  readonly anchor: string | null;
}

export type Node = Leaf | Branch;

/** True when both mean the same. The order of map keys does not count, the order of list items does. */
export function same(a: Node | null, b: Node | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.kind === 'leaf' || b.kind === 'leaf') {
    return a.kind === 'leaf' && b.kind === 'leaf' && a.identity === b.identity && a.anchor === b.anchor;
  }
  if (a.kind !== b.kind || a.children.length !== b.children.length || a.anchor !== b.anchor) return false;
  return a.children.every((child, at) => {
    const other = a.kind === 'list' ? b.children[at] : childOf(b, child.step);
    return other?.step === child.step && same(child.node, other.node);
  });
}

export function childOf(node: Node | null, step: string): Child | null {
  if (node === null || node.kind === 'leaf') return null;
  return node.children.find((child) => child.step === step) ?? null;
}

/** The end of what is really written: block collections of the parser also claim the blank lines behind them. */
export function endOf(node: Node): number {
  if (node.kind === 'leaf' || node.style === 'flow') return node.range.end;
  return node.children.reduce((end, child) => Math.max(end, endOf(child.node)), node.range.start);
}
