/** Every scalar of a manifest with its place in the source text. */
import { readTree } from './read.ts';
import type { Branch, Leaf, Node, Range, Style } from './tree.ts';

export interface ScalarAt {
  /** Position of the document in the stream, from 0. */
  readonly document: number;
  /** As `spec.template.spec.containers[name=app].image`; with several documents as `(Deployment/web).spec.replicas`. */
  readonly path: string;
  /** The text of a string without quotes; otherwise the source as written. */
  readonly value: string;
  readonly style: Style;
  /** The token itself: quotes included, comment, anchor and tag not. */
  readonly range: Range;
}

export type Scalars =
  | { readonly kind: 'scalars'; readonly scalars: readonly ScalarAt[] }
  | { readonly kind: 'refused'; readonly because: string };

/** Reads the scalars in the order of the text. What an alias points to is listed once, where it is defined. */
export function scalarsOf(text: string): Scalars {
  const read = readTree(text);
  if (read.kind === 'refused') return read;
  const scalars: ScalarAt[] = [];
  read.root.children.forEach((child, document) => {
    const visit = (node: Node, steps: readonly string[]): void => {
      if (node.kind !== 'leaf') node.children.forEach((inner) => visit(inner.node, [...steps, inner.step]));
      else scalars.push({ document, path: printPath(read.root, steps), ...pick(node) });
    };
    visit(child.node, [child.step]);
  });
  return { kind: 'scalars', scalars };
}

/** A path for people: the document is named only where there are several. */
export function printPath(root: Branch, steps: readonly string[]): string {
  const [document = '', ...rest] = steps;
  const inside = rest.join('');
  const bare = inside.startsWith('.') ? inside.slice(1) : inside;
  if (root.children.length < 2) return bare;
  return rest.length === 0 ? document : `${document}${inside}`;
}

function pick(leaf: Leaf): Pick<ScalarAt, 'value' | 'style' | 'range'> {
  return { value: leaf.value, style: leaf.style, range: leaf.range };
}
