/** A value with an anchor speaks for every alias of it, also for those that somebody added later. */
import { childOf } from '../manifests/tree.ts';
import type { Branch, Node } from '../manifests/tree.ts';

/** True when the edited place carries an anchor, or stands inside one, whose aliases are not the same now as when bad. */
export function aliasesMoved(bad: Branch, now: Branch, steps: readonly string[]): boolean {
  const anchors = new Set<string>();
  let node: Node | null = now;
  for (const step of steps) {
    node = childOf(node, step)?.node ?? null;
    if (node?.anchor != null) anchors.add(node.anchor);
  }
  if (node) anchorsIn(node, anchors);
  return [...anchors].some((anchor) => usersOf(bad, anchor).join('\n') !== usersOf(now, anchor).join('\n'));
}

function anchorsIn(node: Node, anchors: Set<string>): void {
  if (node.anchor !== null) anchors.add(node.anchor);
  if (node.kind !== 'leaf') node.children.forEach((child) => anchorsIn(child.node, anchors));
}

function usersOf(root: Node, anchor: string, path = ''): readonly string[] {
  if (root.kind === 'leaf') return root.style === 'alias' && root.value === `*${anchor}` ? [path] : [];
  return root.children.flatMap((child) => usersOf(child.node, anchor, path + child.step));
}
