/** The way back for one file: its blob, else its keys, else a person. Never the whole tree. */
import { lastLine } from '../manifests/lines.ts';
import { applyEdits } from '../manifests/patch.ts';
import { readTree } from '../manifests/read.ts';
import type { Read } from '../manifests/read.ts';
import { printPath } from '../manifests/scalars.ts';
import { childOf } from '../manifests/tree.ts';
import type { Child, Node } from '../manifests/tree.ts';
import { aliasesMoved } from './aliases.ts';
import { mergeKeys, matches } from './merge-keys.ts';
import type { KeyMerge } from './merge-keys.ts';
import { mergeLines } from './merge-lines.ts';
import type { Conflict, FileEdit, FileMode } from './plan.ts';

/** One file at one commit. */
export interface FileAt {
  /** Git object id; of the commit for a submodule. */
  readonly blob: string;
  readonly mode: FileMode;
  /** Null for what is not UTF-8 text, or was not read because its blob alone decides. */
  readonly text: string | null;
}

/** One path in the three states; null where the file does not exist. */
export interface FileStates {
  readonly path: string;
  readonly good: FileAt | null;
  readonly bad: FileAt | null;
  readonly now: FileAt | null;
}

export type Rung =
  | { readonly kind: 'nothing' }
  /** `text`: the content after the edit where it is known. */
  | { readonly kind: 'edit'; readonly edit: FileEdit; readonly text: string | null }
  | { readonly kind: 'conflict'; readonly conflicts: readonly Conflict[] };

/**
 * Undoes what changed from good to bad, and keeps what changed from bad to now. Where it answers with an edit and `git revert`
 * is clean too, both give the same content.
 */
export function climb(file: FileStates): Rung {
  return blobRung(file) ?? keysRung(file) ?? { kind: 'conflict', conflicts: [wholeFile(file)] };
}

/** What the blobs alone decide; null when the texts are needed. */
export function blobRung({ path, good, bad, now }: FileStates): Rung | null {
  if (alike(now, good) || alike(bad, good)) return { kind: 'nothing' };
  if (good === null) return alike(now, bad) ? edit({ kind: 'delete', path, rung: 'blob' }, null) : null;
  if (alike(now, bad))
    return edit({ kind: 'restore', path, blob: good.blob, mode: good.mode, rung: 'blob' }, good.text);
  const mode = modeOf(bad, good, now);
  if (mode === null || !bad || !now) return null;
  if (now.blob === bad.blob || now.blob === good.blob || bad.blob === good.blob) {
    const kept = bad.blob === good.blob ? now : good;
    if (kept.blob === now.blob && mode === now.mode) return { kind: 'nothing' };
    return edit({ kind: 'restore', path, blob: kept.blob, mode, rung: 'blob' }, kept.text);
  }
  return null;
}

function edit(fileEdit: FileEdit, text: string | null): Rung {
  return { kind: 'edit', edit: fileEdit, text };
}

function alike(a: FileAt | null, b: FileAt | null): boolean {
  return a?.blob === b?.blob && a?.mode === b?.mode;
}

/** The three-way merged mode; null where it moved on both ways or the kind of file changed. */
function modeOf(bad: FileAt | null, good: FileAt | null, now: FileAt | null): FileMode | null {
  if (!bad || !good || !now) return null;
  if (bad.mode === good.mode || now.mode === good.mode) return now.mode;
  return now.mode === bad.mode ? good.mode : null;
}

interface Texts {
  readonly bad: string;
  readonly good: string;
  readonly now: string;
}

function keysRung({ path, good, bad, now }: FileStates): Rung | null {
  if (!/\.(ya?ml|json)$|(^|\/)Kustomization$/.test(path) || !good || !bad || !now) return null;
  const mode = modeOf(bad, good, now);
  if (good.text === null || bad.text === null || now.text === null || mode === null || !isRegular(good, bad, now))
    return null;
  const texts: Texts = { good: good.text, bad: bad.text, now: now.text };
  const trees = { bad: readTree(texts.bad), good: readTree(texts.good), now: readTree(texts.now) };
  if (trees.bad.kind === 'refused' || trees.good.kind === 'refused' || trees.now.kind === 'refused') return null;
  const read: Trees = { bad: trees.bad, good: trees.good, now: trees.now };
  const merge = mergeKeys({ bad: read.bad.root, good: read.good.root, now: read.now.root });
  const conflicts = [
    ...merge.conflicts,
    ...merge.edits.filter((one) => aliasesMoved(read.bad.root, read.now.root, one.steps)),
  ];
  if (conflicts.length > 0)
    return { kind: 'conflict', conflicts: conflicts.map((one) => keyConflict(path, read, one)) };
  const result = rewrite(texts, read, merge);
  if (result.kind === 'conflicts')
    return { kind: 'conflict', conflicts: result.at.map((one) => keyConflict(path, read, one)) };
  if (result.kind === 'unclear') return null;
  if (result.text === texts.now && mode === now.mode) return { kind: 'nothing' };
  return edit({ kind: 'write', path, text: result.text, mode, rung: 'keys' }, result.text);
}

function isRegular(...files: readonly FileAt[]): boolean {
  return files.every((file) => file.mode === '100644' || file.mode === '100755');
}

type Trees = Readonly<Record<'bad' | 'good' | 'now', Extract<Read, { kind: 'tree' }>>>;
type Place = KeyMerge['conflicts'][number];
type Rewritten =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'conflicts'; readonly at: readonly Place[] }
  /** Lines and keys disagree: only a person can say which is meant. */
  | { readonly kind: 'unclear' };

/**
 * The keys decide what must come out; the text is edited in one of two ways, and read again. Merging lines comes first,
 * because it also takes back the comments of the bad change. Where lines collide, only the tokens of the keys are replaced.
 */
function rewrite(texts: Texts, trees: Trees, merge: KeyMerge): Rewritten {
  const lines = mergeLines(texts.bad, texts.good, texts.now);
  if (lines !== null) return says(lines, merge.expected) ? { kind: 'text', text: lines } : { kind: 'unclear' };
  const overwrites = merge.edits.filter((one) => !isScalarSwap(one) && !sameSource(trees, one));
  if (overwrites.length > 0) return { kind: 'conflicts', at: overwrites };
  const patched = applyEdits(trees.now, merge.edits, trees.good);
  if (patched.kind === 'refused') {
    const refused = merge.edits.filter((one) =>
      patched.refusals.some((refusal) => refusal.path === printPath(trees.now.root, one.steps)),
    );
    return refused.length > 0 ? { kind: 'conflicts', at: refused } : { kind: 'unclear' };
  }
  return says(patched.text, merge.expected) ? { kind: 'text', text: patched.text } : { kind: 'unclear' };
}

function says(text: string, expected: Node | null): boolean {
  const read = readTree(text);
  return read.kind === 'tree' && matches(expected, read.root);
}

function isScalarSwap({ three }: Place): boolean {
  return three.now?.kind === 'leaf' && three.good?.kind === 'leaf';
}

/** Whole blocks are replaced or removed only while nobody touched their text, comments included. */
function sameSource(trees: Trees, { steps }: Place): boolean {
  return entryAt(trees.now, steps) === entryAt(trees.bad, steps);
}

/** An entry as it is written, from its key to the end of its last line: comments inside count. */
function entryAt({ text, root }: Trees['now'], steps: readonly string[]): string | null {
  let node: Node | null = root;
  let entry: Child | null = null;
  for (const step of steps) {
    entry = childOf(node, step);
    node = entry?.node ?? null;
  }
  return entry && text.slice(entry.start, lastLine(text, entry).end).trimEnd();
}

function sourceOf(text: string, node: Node | null): string | null {
  return node && text.slice(node.range.start, node.range.end).trimEnd();
}

function keyConflict(path: string, trees: Trees, { steps, three }: Place): Conflict {
  return {
    path,
    key: printPath(trees.now.root, steps) || null,
    bad: sourceOf(trees.bad.text, three.bad),
    good: sourceOf(trees.good.text, three.good),
    now: sourceOf(trees.now.text, three.now),
  };
}

function wholeFile({ path, bad, good, now }: FileStates): Conflict {
  const name = (file: FileAt | null): string | null => file && `${file.mode} ${file.blob.slice(0, 7)}`;
  return { path, key: null, bad: name(bad), good: name(good), now: name(now) };
}
