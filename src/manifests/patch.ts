/** Edits a manifest in its source text: every byte outside the named places stays. */
import { blockToken } from './block.ts';
import { lastLine, lineBreak, ownLines } from './lines.ts';
import { entryInto, withoutEntry } from './put.ts';
import { readTree } from './read.ts';
import type { Read } from './read.ts';
import { printPath } from './scalars.ts';
import { textOf, tokenFor } from './token.ts';
import { childOf } from './tree.ts';
import type { Branch, Child, Node, Range } from './tree.ts';

type Source = Extract<Read, { kind: 'tree' }>;

/** What to do at one place; `steps` are those of the tree, the document first. */
export type Edit =
  /** Another scalar, in the quotes that stand there. */
  | { readonly kind: 'set'; readonly steps: readonly string[]; readonly value: string }
  /** The same, and a new last entry of its map where there is none yet. `isText`: quoted where it would read as something else. */
  | { readonly kind: 'put'; readonly steps: readonly string[]; readonly value: string; readonly isText: boolean }
  /** Another content of a literal block text. */
  | { readonly kind: 'text'; readonly steps: readonly string[]; readonly value: string }
  /** As it stands in the donor: replaced, or inserted with its lines where it is missing. */
  | {
      readonly kind: 'copy';
      readonly steps: readonly string[];
      /** In the donor, where it differs. */ readonly from?: readonly string[];
    }
  | { readonly kind: 'remove'; readonly steps: readonly string[] };

export interface Refusal {
  readonly path: string;
  readonly because: string;
}

export type Patched =
  | { readonly kind: 'patched'; readonly text: string }
  /** Nothing was changed; every place that we do not edit in source, with the reason. */
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] };

/** The same edits named by printed paths, as `scalarsOf` lists them. */
export type Change =
  | { readonly kind: 'set'; readonly path: string; readonly value: string }
  | { readonly kind: 'copy'; readonly path: string }
  | { readonly kind: 'remove'; readonly path: string };

/** Applies all changes or none. `donor` is the text that `copy` takes from. */
export function patchScalars(text: string, changes: readonly Change[], donor?: string): Patched {
  const target = readTree(text);
  const from = donor === undefined ? null : readTree(donor);
  if (target.kind === 'refused') return refuse([{ path: '', because: target.because }]);
  if (from?.kind === 'refused') return refuse([{ path: '', because: `the donor cannot be read: ${from.because}` }]);
  const known = new Map([...(from ? pathsOf(from.root) : []), ...pathsOf(target.root)]);
  const edits: Edit[] = [];
  const refusals: Refusal[] = [];
  for (const { path, ...change } of changes) {
    const steps = known.get(path);
    if (steps) edits.push({ ...change, steps });
    else refusals.push({ path, because: 'there is no such key' });
  }
  return refusals.length > 0 ? refuse(refusals) : applyEdits(target, edits, from);
}

/** Applies all edits or none; the result is read again, and JSON stays JSON. */
export function applyEdits(target: Source, edits: readonly Edit[], donor: Source | null): Patched {
  const splices: Splice[] = [];
  const refusals: Refusal[] = [];
  for (const edit of edits) {
    const result = spliceFor(target, edit, donor);
    if (typeof result === 'string') refusals.push({ path: printPath(target.root, edit.steps), because: result });
    else splices.push(result);
  }
  if (refusals.length > 0) return refuse(refusals);
  const text = splice(target.text, splices);
  if (text === null) return refuse([{ path: '', because: 'two of the changes touch the same lines' }]);
  const after = readTree(text);
  if (after.kind === 'refused') return refuse([{ path: '', because: `after the edit ${after.because}` }]);
  if (isJson(target.text) && !isJson(text))
    return refuse([{ path: '', because: 'after the edit it is no longer JSON' }]);
  return { kind: 'patched', text };
}

interface Splice extends Range {
  readonly insert: string;
}

/** A splice, or the reason for refusing. */
function spliceFor(target: Source, edit: Edit, donor: Source | null): Splice | string {
  const found = locate(target.root, edit.steps);
  if (edit.kind === 'copy') {
    const given = donor && locate(donor.root, edit.from ?? edit.steps);
    if (!donor || !given) return 'the donor has no such key';
    return found ? replace(target, found, donor, given) : insert(target, edit.steps, donor, given);
  }
  if (edit.kind === 'put' && !found) return putNew(target, edit);
  if (!found) return 'there is no such key';
  if (edit.kind === 'remove') return remove(target, found);
  const leaf = found.child.node;
  if (leaf.kind !== 'leaf') return 'it is not a single value';
  if (edit.kind === 'text') {
    const token = blockToken(leaf, edit.value, target.text);
    return token === null ? 'it is not a literal block text' : { ...leaf.range, insert: token };
  }
  const isText = edit.kind === 'put' ? edit.isText : leaf.isText;
  const inJson = isText && leaf.style === 'plain' && target.text[found.child.start] === '"';
  const token = inJson ? JSON.stringify(edit.value) : tokenFor(leaf, edit.value, target.text, isText);
  return token === null ? cannotWrite(leaf) : { ...leaf.range, insert: token };
}

function cannotWrite(node: Node): string {
  return node.kind === 'leaf' && node.style === 'alias'
    ? `it is the alias ${node.value}: edit the value where it is defined`
    : 'its text spans several lines';
}

function putNew(target: Source, { steps, value, isText }: Extract<Edit, { kind: 'put' }>): Splice | string {
  const map = locate(target.root, steps.slice(0, -1))?.child.node;
  if (!map || map.kind === 'leaf') return 'the map around it is missing or empty';
  return entryInto(target.text, map, { step: steps.at(-1) ?? '', value, isText });
}

interface Found {
  readonly parent: Branch;
  readonly child: Child;
}

function locate(root: Branch, steps: readonly string[]): Found | null {
  let parent: Node = root;
  let found: Found | null = null;
  for (const step of steps) {
    const child = childOf(parent, step);
    if (!child || parent.kind === 'leaf') return null;
    found = { parent, child };
    parent = child.node;
  }
  return found;
}

function replace(target: Source, at: Found, donor: Source, given: Found): Splice | string {
  const [now, wanted] = [at.child.node, given.child.node];
  if (now.kind === 'leaf' && now.style === 'alias') return cannotWrite(now);
  if (wanted.kind === 'leaf' && wanted.style === 'alias') return `there it is the alias ${wanted.value}`;
  if (now.kind === 'leaf' && wanted.kind === 'leaf' && wanted.isText && now.style !== wanted.style) {
    const token = tokenFor(now, wanted.value, target.text, true);
    if (token !== null) return { ...now.range, insert: token };
  }
  const token = donor.text.slice(wanted.range.start, wanted.range.end);
  const sameColumn = lastLine(target.text, at.child).column === lastLine(donor.text, given.child).column;
  const inOneToken = isToken(now, target.text) && isToken(wanted, donor.text);
  if (inOneToken && (sameColumn || !token.includes('\n')))
    return { ...now.range, insert: withBreaks(token, target.text) };
  const lines = at.parent.style === 'block' ? ownLines(target.text, at.child, at.parent.kind) : null;
  const theirs = given.parent.style === 'block' ? ownLines(donor.text, given.child, given.parent.kind) : null;
  if (!lines || !theirs || lines.indent !== theirs.indent)
    return 'it does not stand on lines of its own with the same indentation';
  return { start: lines.start, end: lines.end, insert: linesOf(donor.text, theirs, target.text) };
}

/** True for what is written between two offsets without leaning on its indentation; an empty value has no token. */
function isToken(node: Node, text: string): boolean {
  return node.kind === 'leaf' ? textOf(node, text) !== '' : node.style === 'flow';
}

function remove(target: Source, at: Found): Splice | string {
  if (at.parent.style === 'flow') return withoutEntry(target.text, at.parent, at.child);
  const lines = at.parent.kind !== 'stream' ? ownLines(target.text, at.child, at.parent.kind) : null;
  if (!lines) return 'it does not stand on lines of its own, so it cannot be taken out alone';
  return { start: lines.start, end: lines.end, insert: '' };
}

/** Behind the nearest sibling that stands before it in the donor, else before the nearest one behind it. */
function insert(target: Source, steps: readonly string[], donor: Source, given: Found): Splice | string {
  const parent = locate(target.root, steps.slice(0, -1))?.child.node;
  if (parent?.kind !== given.parent.kind || parent.style !== 'block')
    return 'the map or list around it is missing or in flow style';
  const lines = given.parent.style === 'block' ? ownLines(donor.text, given.child, given.parent.kind) : null;
  if (!lines) return 'it does not stand on lines of its own in the donor';
  const text = linesOf(donor.text, lines, target.text);
  const order = given.parent.children.map((child) => childOf(parent, child.step));
  const own = given.parent.children.indexOf(given.child);
  const before = order.slice(0, own).findLast((child) => child !== null);
  if (before) {
    const { end, column } = lastLine(target.text, before);
    if (column !== lines.indent.length) return 'the lines around it are indented differently';
    return { start: end, end, insert: atEnd(target.text, end) ? lineBreak(target.text) + text : text };
  }
  const after = order.slice(own + 1).find((child) => child !== null);
  const place = after ? ownLines(target.text, after, parent.kind) : null;
  if (place?.indent !== lines.indent) return 'there is no neighbour to place it by';
  return { start: place.start, end: place.start, insert: text };
}

/** True where the last line has no line break yet. */
function atEnd(text: string, end: number): boolean {
  return end === text.length && !text.endsWith('\n');
}

function linesOf(text: string, range: Range, target: string): string {
  const lines = withBreaks(text.slice(range.start, range.end), target);
  return lines.endsWith('\n') ? lines : lines + lineBreak(target);
}

function withBreaks(text: string, target: string): string {
  return text.replaceAll(/\r?\n/g, lineBreak(target));
}

/** Null when two splices overlap. Insertions at one offset keep their order. */
function splice(text: string, splices: readonly Splice[]): string | null {
  const sorted = splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let at = 0;
  for (const { start, end, insert } of sorted) {
    if (start < at) return null;
    result += text.slice(at, start) + insert;
    at = end;
  }
  return result + text.slice(at);
}

function pathsOf(root: Branch): readonly (readonly [string, readonly string[]])[] {
  const paths: (readonly [string, readonly string[]])[] = [];
  const visit = (node: Node, steps: readonly string[]): void => {
    if (steps.length > 0) paths.push([printPath(root, steps), steps]);
    if (node.kind !== 'leaf') node.children.forEach((child) => visit(child.node, [...steps, child.step]));
  };
  visit(root, []);
  return paths;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function refuse(refusals: readonly Refusal[]): Patched {
  return { kind: 'refused', refusals };
}
