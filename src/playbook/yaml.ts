import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Alias, Document, Node, YAMLMap } from 'yaml';
import { pathKey } from './path.ts';
import type { Path } from './path.ts';

/** Something wrong with the text itself, at an offset of it. */
export interface TextFault {
  readonly offset: number;
  readonly path: Path;
  readonly message: string;
  readonly cure: string;
}

/** Plain data with the places it came from. */
export interface Located {
  readonly data: unknown;
  readonly faults: readonly TextFault[];
  /** Where a key, or else its value, or else the nearest thing around it begins. */
  offsetOf(path: Path, part: 'key' | 'value'): number;
  /** A scalar as it is written; null for collections and for what is not there. */
  sourceOf(path: Path): string | null;
  placeAt(offset: number): { readonly line: number; readonly column: number };
}

interface Spot {
  readonly key: number | null;
  readonly value: number;
  readonly source: string | null;
}

/** Below what GitHub gives of a file in one answer (512,000 bytes): a longer one would arrive cut off. */
export const MAX_BYTES = 480 * 1024;
/** Values after every anchor is written out; a playbook of 2,000 services has about 45,000. */
const maxValues = 100_000;
const maxDepth = 40;
/** Keys that mean something to JavaScript objects; no playbook needs them. */
const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** One YAML document as plain data. Every fault of the text is returned at once; only broken syntax leaves no data. */
export function readYaml(text: string): Located {
  const lines = new LineCounter();
  if (new TextEncoder().encode(text).length > MAX_BYTES) {
    return located({
      data: undefined,
      spots: new Map(),
      lines,
      faults: [atTop('is larger than 480 KiB', 'split the playbook or remove what is generated')],
    });
  }
  const document = parseOne(text, lines);
  if (!('contents' in document)) return located({ data: undefined, spots: new Map(), lines, faults: [document] });
  const faults = [...document.errors, ...document.warnings].map((error) =>
    syntaxFault(error.code, error.message, error.pos[0]),
  );
  const reader = new TreeReader(document);
  const data = document.errors.length === 0 ? reader.read() : undefined;
  if (document.errors.length === 0 && document.contents === null)
    faults.push(atTop('is empty', 'begin with version: 1'));
  return located({ data, spots: reader.spots, lines, faults: [...faults, ...reader.faults] });
}

function parseOne(text: string, lineCounter: LineCounter): Document.Parsed | TextFault {
  try {
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter,
    });
  } catch {
    return atTop('cannot be read as YAML', 'write it flatter: it is nested too deeply');
  }
}

function atTop(message: string, cure: string): TextFault {
  return { offset: 0, path: [], message, cure };
}

function syntaxFault(code: string, message: string, offset: number): TextFault {
  const said = (what: string, cure: string): TextFault => ({ offset, path: [], message: what, cure });
  switch (code) {
    case 'MULTIPLE_DOCS':
      return said('has a second document', 'keep one playbook in the file, without ---');
    case 'TAB_AS_INDENT':
      return said('has a tab as indentation', 'indent with spaces');
    case 'TAG_RESOLVE_FAILED':
      return said('has a tag of its own', 'write plain values without !tags');
    case 'BAD_INDENT':
      return said('has a line that is indented differently from its neighbours', 'line it up with the keys beside it');
    case 'MISSING_CHAR':
      return said(
        'has a quote or bracket that is not closed, or a key without its colon',
        'close it, or add the colon',
      );
    case 'BAD_ALIAS':
      return said('has an anchor or alias without a usable name', 'name it like &shared and *shared');
    default:
      return said(
        `is not valid YAML: ${(message.split('\n')[0] ?? '').toLowerCase().slice(0, 120)}`,
        'correct the YAML here',
      );
  }
}

function located(parts: {
  readonly data: unknown;
  readonly spots: ReadonlyMap<string, Spot>;
  readonly lines: LineCounter;
  readonly faults: readonly TextFault[];
}): Located {
  const spotOf = (path: Path): { readonly spot: Spot; readonly exact: boolean } | null => {
    for (let length = path.length; length >= 0; length -= 1) {
      const spot = parts.spots.get(pathKey(path.slice(0, length)));
      if (spot !== undefined) return { spot, exact: length === path.length };
    }
    return null;
  };
  return {
    data: parts.data,
    faults: parts.faults,
    offsetOf(path, part) {
      const found = spotOf(path);
      if (found === null) return 0;
      return part === 'value' && found.exact ? found.spot.value : (found.spot.key ?? found.spot.value);
    },
    sourceOf: (path) => parts.spots.get(pathKey(path))?.source ?? null,
    placeAt(offset) {
      const { line, col } = parts.lines.linePos(offset);
      return { line: Math.max(1, line), column: Math.max(1, col) };
    },
  };
}

/** Turns the nodes into plain data by hand: aliases are followed within a budget, and every value keeps its place. */
class TreeReader {
  readonly spots = new Map<string, Spot>();
  readonly faults: TextFault[] = [];
  readonly #document: Document.Parsed;
  readonly #targets: ReadonlyMap<Alias, Node>;
  #budget = maxValues;

  constructor(document: Document.Parsed) {
    this.#document = document;
    this.#targets = aliasTargets(document);
  }

  read(): unknown {
    return this.#value(this.#document.contents, [], null);
  }

  #value(node: unknown, path: Path, key: number | null): unknown {
    const offset = offsetOf(node) ?? key ?? 0;
    this.#budget -= 1;
    if (this.#budget === 0)
      this.#fault(offset, path, `expands to more than ${maxValues} values`, 'use fewer anchors inside anchors');
    if (this.#budget <= 0) return undefined;
    if (path.length > maxDepth) {
      this.#fault(offset, [], 'is nested too deeply, or an anchor holds itself', 'write it flatter');
      return undefined;
    }
    const target = isAlias(node) ? this.#targets.get(node) : node;
    if (isAlias(node) && target === undefined) {
      this.#fault(
        offset,
        path,
        `has no anchor &${node.source} before it`,
        'define the anchor above, or write the value',
      );
      return undefined;
    }
    this.spots.set(pathKey(path), { key, value: offset, source: isScalar(target) ? sourceText(target) : null });
    if (isMap(target)) return this.#map(target, path);
    if (isSeq(target)) return target.items.map((item, index) => this.#value(item, [...path, index], null));
    return isScalar(target) ? target.value : null;
  }

  #map(map: YAMLMap, path: Path): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const pair of map.items) {
      const keyNode = pair.key;
      const offset = offsetOf(keyNode) ?? 0;
      if (!isScalar(keyNode)) {
        this.#fault(offset, path, 'has a key that is not plain text', 'write the key as a name');
        continue;
      }
      const key = sourceText(keyNode);
      const at = [...path, key];
      if (forbidden.has(key)) this.#fault(offset, at, 'is not allowed as a key', 'choose another name');
      else if (Object.hasOwn(result, key)) this.#fault(offset, at, 'stands here twice', 'keep one of them');
      else result[key] = this.#value(pair.value, at, offset);
    }
    return result;
  }

  #fault(offset: number, path: Path, message: string, cure: string): void {
    this.faults.push({ offset, path, message, cure });
  }
}

/** An alias means the last anchor of its name above it. One pass, so that many aliases stay cheap. */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias(_, alias) {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function offsetOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

function sourceText(node: { readonly value: unknown; readonly source?: string }): string {
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}
