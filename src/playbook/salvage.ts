import type * as z from 'zod';
import { asPath, pathKey } from './path.ts';
import type { Path } from './path.ts';
import { playbookSchema } from './schema.ts';
import type { Playbook } from './schema.ts';

/** What is left of a playbook when its misshapen parts are taken out, so that the rest can still be checked. */
export interface Salvaged {
  readonly playbook: Playbook;
  /** A path of what is left, as it was before: list indexes move when an entry is taken out. */
  original(path: Path): Path;
}

const rounds = 5;

/**
 * Takes out the smallest closed part (a trigger, a criterion, an environment, a source) around every issue until the
 * rest has the right shape. Null: nothing can be kept. Parts go as a whole, because half a trigger would raise faults
 * that are not there.
 */
export function salvage(data: unknown, issues: readonly z.core.$ZodIssue[]): Salvaged | null {
  const removed = new Set<string>();
  let original = (path: Path): Path => path;
  let open = issues;
  for (let round = 0; round < rounds; round += 1) {
    for (const issue of open) {
      const part = partAround(original(asPath(issue.path)), issue.code === 'unrecognized_keys' ? issue.keys : []);
      if (part === null) return null;
      for (const path of part) removed.add(pathKey(path));
    }
    const left = without(data, removed);
    const result = playbookSchema.safeParse(left.data);
    if (result.success) return { playbook: result.data, original: left.original };
    original = left.original;
    open = result.error.issues;
  }
  return null;
}

function partAround(path: Path, extraKeys: readonly string[]): readonly Path[] | null {
  if (path.length === 0) return extraKeys.length === 0 ? null : extraKeys.map((key) => [key]);
  if (path[0] === 'argocd' || path[0] === 'version') return [[path[0]]];
  if (path.length < 2) return null;
  if (path[0] !== 'services' || path[2] !== 'environments' || path.length < 4) return [path.slice(0, 2)];
  const list = `${String(path[4])}.${String(path[5])}`;
  const inList = (list === 'gate.triggers' || list === 'verify.criteria') && path.length > 6;
  return [path.slice(0, inList ? 7 : 4)];
}

function without(data: unknown, removed: ReadonlySet<string>): { data: unknown; original: (path: Path) => Path } {
  const kept = new Map<string, readonly number[]>();
  const copy = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) {
      const indexes = value.map((_, index) => index).filter((index) => !removed.has(pathKey([...path, index])));
      kept.set(pathKey(path), indexes);
      return indexes.map((index) => copy(value[index], [...path, index]));
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(([key]) => !removed.has(pathKey([...path, key])));
    return Object.fromEntries(entries.map(([key, inner]) => [key, copy(inner, [...path, key])]));
  };
  const original = (path: Path): Path =>
    path.reduce<Path>((before, part) => {
      const indexes = typeof part === 'number' ? kept.get(pathKey(before)) : undefined;
      return [...before, indexes === undefined ? part : (indexes[Number(part)] ?? part)];
    }, []);
  // The version has one value, and a wrong one must not hide what else is wrong.
  return { data: { ...(copy(data, []) as object), version: 1 }, original };
}
