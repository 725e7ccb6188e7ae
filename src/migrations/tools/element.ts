/** A changelog as a tree, whether it was written as XML, YAML or JSON. */
import { parseDocument } from 'yaml';
import { linesOf } from '../tokens.ts';

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
  readonly line: number;
}

interface Open {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
  line: number;
}

const MARKUP =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<![^>]*>|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/y;

/** Elements, attributes, text, CDATA and the five entities; no DTD, so nothing outside the file is ever read. Null: not well-formed. */
export function readXml(text: string): Element | null {
  const root: Open = { name: '', attributes: {}, children: [], text: '', line: 1 };
  const stack = [root];
  const lineAt = linesOf(text);
  MARKUP.lastIndex = 0;
  while (MARKUP.lastIndex < text.length) {
    const at = MARKUP.lastIndex;
    const found = MARKUP.exec(text);
    const top = stack.at(-1);
    if (!found || !top) return null;
    const [, cdata, closed, opened, attributes = '', empty, words] = found;
    if (cdata !== undefined) top.text += cdata;
    else if (words !== undefined) top.text += decoded(words);
    else if (closed !== undefined) {
      if (top.name !== bare(closed) || stack.length === 1) return null;
      stack.pop();
    } else if (opened !== undefined) {
      const element: Open = { name: bare(opened), attributes: {}, children: [], text: '', line: lineAt(at) };
      for (const one of attributes.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
        element.attributes[bare(one[1] ?? '')] = decoded(one[2] ?? one[3] ?? '');
      top.children.push(element);
      if (empty !== '/') stack.push(element);
    }
  }
  return stack.length === 1 ? (root.children[0] ?? null) : null;
}

function bare(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, tens?: string, hex?: string, name?: string) => {
    if (tens !== undefined) return String.fromCodePoint(Number(tens));
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
    return ENTITIES[name ?? ''] ?? whole;
  });
}

/** YAML, and JSON as a part of it. Null: it is neither. Aliases are not expanded without end. */
export function readYaml(text: string): Element | null {
  const document = parseDocument(text);
  if (document.errors.length > 0) return null;
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    return null;
  }
  const list = isRecord(value) ? value['databaseChangeLog'] : null;
  if (!Array.isArray(list)) return null;
  const lineAt = linesOf(text);
  const lines = [...text.matchAll(/^[ \t]*(?:-[ \t]*)?["']?changeSet["']?[ \t]*:/gm)].map(({ index }) => lineAt(index));
  let seen = 0;
  const children = list.flatMap((item: unknown) =>
    isRecord(item)
      ? Object.entries(item).map(([name, inside]) =>
          elementOf(name, inside, name === 'changeSet' ? (lines[seen++] ?? 1) : 1),
        )
      : [],
  );
  return { name: 'databaseChangeLog', attributes: {}, children, text: '', line: 1 };
}

function elementOf(name: string, value: unknown, line: number): Element {
  if (Array.isArray(value)) {
    const children = value.flatMap((item: unknown) =>
      isRecord(item) ? Object.entries(item).map(([key, inside]) => elementOf(key, inside, line)) : [],
    );
    const text = value.filter((item) => typeof item === 'string').join('\n');
    return { name, attributes: {}, children, text, line };
  }
  if (!isRecord(value)) return { name, attributes: {}, children: [], text: scalar(value), line };
  const attributes: Record<string, string> = {};
  const children: Element[] = [];
  for (const [key, inside] of Object.entries(value)) {
    if (typeof inside === 'object' && inside !== null) {
      const child = elementOf(key, inside, line);
      // `changes`, `columns`, `rollback: [...]`: a list has no element of its own in XML, except for the rollback.
      if (Array.isArray(inside) && key !== 'rollback') children.push(...child.children);
      else children.push(child);
    } else if (key === 'rollback')
      children.push({
        name: key,
        attributes: {},
        children: [],
        text: scalar(inside),
        line,
      });
    else attributes[key] = scalar(inside);
  }
  return { name, attributes, children, text: attributes['sql'] ?? '', line };
}

function scalar(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
