/** What a manifest says about versions, weights and colours, for people. */
import { documentsIn } from './documents.ts';
import type { Doc } from './documents.ts';
import { kindsOf } from './kinds.ts';
import { readTree } from './read.ts';
import { printPath } from './scalars.ts';
import type { Node } from './tree.ts';

export interface Version {
  /** Path of the key in the file, with the document where there are several. */
  readonly key: string;
  readonly value: string;
  /** What runs, or only who is served by it. */
  readonly moves: 'version' | 'traffic';
}

/** The versions in the order of the text; empty for what is no manifest. Only for showing: no decision hangs on it. */
export function versionsOf(path: string, text: string): readonly Version[] {
  const read = readTree(text);
  return read.kind === 'refused' ? [] : documentsIn(path, read).flatMap(versionsIn);
}

export function versionsIn(document: Doc): readonly Version[] {
  const kinds = kindsOf(document);
  if (kinds.length === 0) return [];
  return leavesOf(document.node, []).flatMap(({ steps, value }) => {
    const inside = steps.join('').replace(/^\./, '');
    const speaks = (of: 'versions' | 'traffic'): boolean =>
      kinds.some((kind) => kind[of].some((pattern) => pattern.test(inside)));
    const moves = speaks('versions') ? 'version' : speaks('traffic') ? 'traffic' : null;
    return moves === null ? [] : [{ key: printPath(document.source.root, [document.step, ...steps]), value, moves }];
  });
}

function leavesOf(node: Node, steps: readonly string[]): readonly { steps: readonly string[]; value: string }[] {
  if (node.kind === 'leaf') return [{ steps, value: node.value }];
  return node.children.flatMap((child) => leavesOf(child.node, [...steps, child.step]));
}
