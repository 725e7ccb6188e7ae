/** What names the items of a list, so that a path survives an item inserted before it. */
import type { Keyed } from './tree.ts';

/** One list item as far as naming goes: the scalar entries of a map, or the scalar itself; null: neither. */
export type ItemFacts =
  | { readonly kind: 'map'; readonly scalars: ReadonlyMap<string, string> }
  | { readonly kind: 'scalar'; readonly value: string }
  | { readonly kind: 'other' };

/** Strongest first. An image names its item without tag and digest: these are what a release moves. */
const NAMING_KEYS = ['name', 'key', 'id', 'mountPath', 'containerPort', 'port', 'image', 'host'] as const;

export interface Naming {
  readonly keyed: Exclude<Keyed, 'key'>;
  readonly names: readonly { readonly step: string; readonly name: string }[];
}

/** Names every item, or falls back to positions when one is nameless or two share a name. */
export function nameItems(items: readonly ItemFacts[]): Naming {
  return byNamingKey(items) ?? byAssignment(items) ?? byValue(items) ?? byIndex(items);
}

function byNamingKey(items: readonly ItemFacts[]): Naming | null {
  for (const key of NAMING_KEYS) {
    const names = items.map((item) => {
      const value = item.kind === 'map' ? item.scalars.get(key) : undefined;
      return value !== undefined && key === 'image' ? repositoryOf(value) : value;
    });
    const found = unique(names);
    if (found) return { keyed: 'identity', names: found.map((name) => ({ step: `[${key}=${quoted(name)}]`, name })) };
  }
  return null;
}

/** Arguments as `--model=v2` or `LOG_LEVEL=info` are named by what stands before the equals sign. */
function byAssignment(items: readonly ItemFacts[]): Naming | null {
  const names = items.map((item) =>
    item.kind === 'scalar' ? /^(-{1,2}[A-Za-z][\w.-]*(?==|$)|[A-Za-z_][\w./-]*(?==))/.exec(item.value)?.[0] : undefined,
  );
  const found = unique(names);
  return found && { keyed: 'identity', names: found.map((name) => ({ step: `[${quoted(name)}]`, name })) };
}

function byValue(items: readonly ItemFacts[]): Naming | null {
  const found = unique(items.map((item) => (item.kind === 'scalar' ? item.value : undefined)));
  return found && { keyed: 'value', names: found.map((name) => ({ step: `[${quoted(name)}]`, name })) };
}

function byIndex(items: readonly ItemFacts[]): Naming {
  return { keyed: 'index', names: items.map((_, at) => ({ step: `[${at}]`, name: String(at) })) };
}

function unique(names: readonly (string | undefined)[]): readonly string[] | null {
  const known = names.filter((name) => name !== undefined);
  return known.length > 0 &&
    known.length === names.length &&
    !known.includes('') &&
    new Set(known).size === known.length
    ? known
    : null;
}

/** `registry:5000/team/app:1.2@sha256:...` without tag and digest. */
export function repositoryOf(image: string): string {
  const bare = image.split('@')[0] ?? image;
  const colon = bare.indexOf(':', bare.lastIndexOf('/') + 1);
  return colon < 0 ? bare : bare.slice(0, colon);
}

/** A path step stays readable and unambiguous: anything unusual is written as a JSON string. */
export function quoted(name: string): string {
  return /^[\w./:@%+-]*[A-Za-z_/:@%+-][\w./:@%+-]*$/.test(name) || /^\d+$/.test(name) ? name : JSON.stringify(name);
}
