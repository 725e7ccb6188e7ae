/** Where later changes touched the same keys: only these keys as they were when good, and everything else as it is now. */
import { applyEdits } from '../manifests/patch.ts';
import { readTree } from '../manifests/read.ts';
import type { FileStates } from './ladder.ts';
import { mergeKeys } from './merge-keys.ts';
import type { FileEdit } from './plan.ts';

/** The edit, or null where more than scalars collide: then only a person can say what is meant. */
export function setKeys({ path, good, bad, now }: FileStates): Extract<FileEdit, { kind: 'write' }> | null {
  const texts = [good?.text, bad?.text, now?.text];
  if (!good || !bad || !now || now.mode === '120000' || now.mode === '160000') return null;
  const [g, b, n] = texts.map((text) => (typeof text === 'string' ? readTree(text) : null));
  if (g?.kind !== 'tree' || b?.kind !== 'tree' || n?.kind !== 'tree') return null;
  const merge = mergeKeys({ bad: b.root, good: g.root, now: n.root });
  const scalar = merge.conflicts.every(({ three }) => three.now?.kind === 'leaf' && three.good?.kind === 'leaf');
  if (!scalar || merge.conflicts.length === 0) return null;
  const forced = merge.conflicts.map(({ steps }) => ({ kind: 'copy', steps }) as const);
  const patched = applyEdits(n, [...merge.edits, ...forced], g);
  if (patched.kind === 'refused' || patched.text === now.text) return null;
  return { kind: 'write', path, text: patched.text, mode: now.mode, rung: 'keys' };
}
