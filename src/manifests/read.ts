/** Source text -> tree, or a polite refusal. */
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, Scalar } from 'yaml';
import type { Alias, Document, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { nameItems, quoted } from './identity.ts';
import type { ItemFacts } from './identity.ts';
import type { Branch, Child, Leaf, Node, Range, Style } from './tree.ts';

export type Read =
  | { readonly kind: 'tree'; readonly text: string; readonly root: Branch }
  /** Not something we edit by key; `because` is a sentence. */
  | { readonly kind: 'refused'; readonly because: string };

/**
 * Reads YAML (several documents) and JSON. The root is the stream of documents, named by kind and metadata.name where they
 * have them. Refused: syntax errors, duplicate keys, unknown anchors, keys that are collections, Helm templates.
 */
export function readTree(text: string): Read {
  const documents = [...parseAllDocuments(text, { keepSourceTokens: true, logLevel: 'silent', uniqueKeys: false })];
  try {
    for (const document of documents) {
      const error = document.errors[0];
      if (error)
        throw new Refusal(text.includes('{{') ? TEMPLATE : `it is not valid YAML: ${firstLine(error.message)}`);
    }
    const read = documents.map((document) => documentNode(document, text));
    const named = nameDocuments(read);
    const children = read.map((node, at): Child => ({
      ...(named[at] ?? byPosition(at)),
      start: node.range.start,
      node,
    }));
    const range = { start: 0, end: text.length };
    return {
      kind: 'tree',
      text,
      root: { kind: 'stream', keyed: 'identity', style: 'block', children, range, anchor: null },
    };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', because: error.message };
    throw error;
  }
}

const TEMPLATE = 'it is a template ({{ ... }}), not plain YAML: only the rendered result has keys';

class Refusal extends Error {}

interface Context {
  readonly text: string;
  readonly anchors: Set<string>;
}

function documentNode(document: Document.Parsed, text: string): Node {
  const context: Context = { text, anchors: new Set() };
  const contents: unknown = document.contents;
  if (contents === null) return leaf(new Scalar(null), { start: document.range[0], end: document.range[0] }, context);
  return toNode(contents, context, document.range[0]);
}

function toNode(node: unknown, context: Context, at: number): Node {
  if (isAlias(node)) return aliasLeaf(node, context);
  if (isMap(node)) return mapBranch(node, context);
  if (isSeq(node)) return listBranch(node, context);
  if (isScalar(node)) return leaf(node, rangeOf(node, at), context);
  if (node === null) return leaf(new Scalar(null), { start: at, end: at }, context);
  throw new Refusal('it holds something that is neither a value, a map nor a list');
}

function mapBranch(map: YAMLMap, context: Context): Branch {
  const anchor = define(map.anchor, context);
  const known = new Set<string>();
  const children = map.items.map((pair: Pair): Child => {
    const { key } = pair;
    if (!isScalar(key))
      throw new Refusal(context.text.includes('{{') ? TEMPLATE : 'a key is itself a map, a list or an alias');
    define(key.anchor, context);
    const name = keyName(key);
    const { start, end } = rangeOf(key, 0);
    // `1` and "1" too: they are two keys of one map, and one path. (The parser's own check compares each key with all the others.)
    if (known.has(name))
      throw new Refusal(
        `it is not valid YAML: Map keys must be unique, and ${name} stands twice at line ${lineOf(context.text, start)}`,
      );
    known.add(name);
    return { step: stepOfKey(name), name, start, node: toNode(pair.value, context, end) };
  });
  return { kind: 'map', keyed: 'key', style: map.flow ? 'flow' : 'block', children, range: rangeOf(map, 0), anchor };
}

function listBranch(list: YAMLSeq, context: Context): Branch {
  const anchor = define(list.anchor, context);
  const range = rangeOf(list, 0);
  const nodes = list.items.map((item) => toNode(item, context, range.start));
  const { keyed, names } = nameItems(nodes.map(factsOf));
  const children = nodes.map((node, at): Child => ({
    ...(names[at] ?? byPosition(at)),
    start: node.range.start,
    node,
  }));
  return { kind: 'list', keyed, style: list.flow ? 'flow' : 'block', children, range, anchor };
}

function leaf(scalar: Scalar, range: Range, context: Context): Leaf {
  const style = styleOf(scalar);
  const source = context.text.slice(range.start, range.end);
  const isText = typeof scalar.value === 'string' && (style !== 'plain' || !AMBIGUOUS.test(source));
  if (style === 'plain' && HELM.test(source)) throw new Refusal(TEMPLATE);
  const value = typeof scalar.value === 'string' ? scalar.value : source;
  const identity = `${scalar.tag ?? ''} ${isText ? 'text' : 'plain'} ${value}`;
  return { kind: 'leaf', value, identity, isText, style, range, anchor: define(scalar.anchor, context) };
}

function aliasLeaf(alias: Alias, context: Context): Leaf {
  if (!context.anchors.has(alias.source))
    throw new Refusal(`*${alias.source} points to an anchor that is not defined before it`);
  const value = `*${alias.source}`;
  const range = rangeOf(alias, 0);
  return { kind: 'leaf', value, identity: `alias ${value}`, isText: false, style: 'alias', range, anchor: null };
}

/**
 * Words that another YAML version reads as something else than text: yes, off, 1e3, 0o17, 12:30:00, 2026-11-17.
 * Matched on the source, so that a release named 1.10 never becomes 1.1.
 */
export const AMBIGUOUS = /^(?:y|yes|n|no|on|off|true|false|null|~|[-+.]?\d[\d_.:eExXoOa-fA-F+TtZz -]*)$/i;

/** A plain word with a Helm action in it; quoted ones (ApplicationSet, AnalysisTemplate) are ordinary text. */
const HELM = /\{\{-?\s*(?:[.$]|(?:if|else|end|range|with|include|template|define|tpl|toYaml)\b)/;

function styleOf(scalar: Scalar): Style {
  if (scalar.type === 'QUOTE_DOUBLE') return 'double';
  if (scalar.type === 'QUOTE_SINGLE') return 'single';
  return scalar.type === 'BLOCK_FOLDED' || scalar.type === 'BLOCK_LITERAL' ? 'block' : 'plain';
}

function define(anchor: string | undefined, context: Context): string | null {
  if (anchor === undefined) return null;
  context.anchors.add(anchor);
  return anchor;
}

function keyName(key: Scalar): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? 'null');
}

/** How a path writes a map key: `.image`, or `["app.yaml"]` where a dot would mislead. */
export function stepOfKey(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function factsOf(node: Node): ItemFacts {
  if (node.kind === 'leaf') return node.style === 'alias' ? { kind: 'other' } : { kind: 'scalar', value: node.value };
  if (node.kind !== 'map') return { kind: 'other' };
  const scalars = new Map<string, string>();
  for (const child of node.children) {
    if (child.node.kind === 'leaf' && child.node.style !== 'alias') scalars.set(child.name, child.node.value);
  }
  return { kind: 'map', scalars };
}

/** `Deployment/shop/web` for kind, namespace and name; positions when a document has none or two share one. */
function nameDocuments(nodes: readonly Node[]): readonly { step: string; name: string }[] {
  const names = nodes.map((node) => {
    const kind = scalarAt(node, ['kind']);
    const name = scalarAt(node, ['metadata', 'name']);
    const namespace = scalarAt(node, ['metadata', 'namespace']);
    return kind && name ? [kind, ...(namespace ? [namespace] : []), name].join('/') : null;
  });
  return names.map((name, at) =>
    name !== null && names.indexOf(name) === names.lastIndexOf(name)
      ? { step: `(${quoted(name)})`, name }
      : byPosition(at, '()'),
  );
}

function scalarAt(node: Node, names: readonly string[]): string | null {
  const [name, ...rest] = names;
  if (name === undefined) return node.kind === 'leaf' ? node.value : null;
  if (node.kind !== 'map') return null;
  const child = node.children.find((candidate) => candidate.name === name);
  return child ? scalarAt(child.node, rest) : null;
}

function byPosition(at: number, brackets: '[]' | '()' = '[]'): { step: string; name: string } {
  return { step: brackets === '[]' ? `[${at}]` : `(${at})`, name: String(at) };
}

function rangeOf(node: { range?: readonly [number, number, number] | null | undefined }, otherwise: number): Range {
  return node.range ? { start: node.range[0], end: node.range[1] } : { start: otherwise, end: otherwise };
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}
