/** Aliases and merge keys: what a place means does not stand at the place, or stands there for other places too. */
import type { Place } from './documents.ts';
import { childOf } from './tree.ts';
import type { Node } from './tree.ts';

/** Why the keys of a map, or the items of a list, cannot be read and edited where they stand; null when they can. */
export function hidden({ doc, node, steps }: Place, keys: readonly string[]): string | null {
  const because = aliasIn(node, keys);
  if (because !== null) return `${doc.path} ${because}: what it means is defined elsewhere`;
  const shared = anchorsOn({ doc, node, steps }, keys).find((anchor) => isUsed(doc.node, anchor));
  return shared === undefined
    ? null
    : `${doc.path} names it &${shared}, so an edit would also change every place that uses *${shared}`;
}

function aliasIn(node: Node, keys: readonly string[]): string | null {
  if (node.kind === 'leaf') return node.style === 'alias' ? `uses the alias ${node.value}` : null;
  for (const { name, node: child } of node.children) {
    if (node.kind === 'map' && name === '<<') return 'uses a merge key (<<)';
    if ((node.kind === 'list' || keys.includes(name)) && child.kind === 'leaf' && child.style === 'alias')
      return `uses the alias ${child.value}`;
  }
  return null;
}

/** Anchors on the way to the place, on it and on its keys. */
function anchorsOn({ doc, node, steps }: Place, keys: readonly string[]): readonly string[] {
  const nodes: Node[] = [];
  let above: Node | null = doc.source.root;
  for (const step of steps) {
    above = childOf(above, step)?.node ?? null;
    if (above) nodes.push(above);
  }
  if (node.kind === 'map') nodes.push(...node.children.filter(({ name }) => keys.includes(name)).map((c) => c.node));
  return nodes.flatMap(({ anchor }) => anchor ?? []);
}

function isUsed(node: Node, anchor: string): boolean {
  if (node.kind === 'leaf') return node.style === 'alias' && node.value === `*${anchor}`;
  return node.children.some((child) => isUsed(child.node, anchor));
}
