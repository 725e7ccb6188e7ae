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
  /** Whether what stands at a path (as it was before) may look wrong only because something beside it was taken out. */
  disturbed(path: Path): boolean;
}

const rounds = 10;

/**
 * Takes out the smallest closed part around every issue (a trigger, a key of the gate, else its environment or source), and the
 * next larger one where that was not enough, until the rest has the right shape. Null: nothing can be kept.
 */
export function salvage(data: unknown, issues: readonly z.core.$ZodIssue[]): Salvaged | null {
  const removed = new Map<string, Path>();
  let original = (path: Path): Path => path;
  let open = issues;
  for (let round = 0; round < rounds; round += 1) {
    const before = new Set(removed.keys());
    for (const issue of open) {
      const path = original(asPath(issue.path));
      const wrong = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
      for (const at of wrong) {
        const part = partsAround(at).find((candidate) => !before.has(pathKey(candidate)));
        if (part === undefined) return null;
        removed.set(pathKey(part), part);
      }
    }
    const left = without(data, removed);
    const result = playbookSchema.safeParse(left.data);
    if (result.success) {
      const parts = [...removed.values()];
      const disturbed = (path: Path): boolean => parts.some((part) => beside(path, part));
      return { playbook: result.data, original: left.original, disturbed };
    }
    original = left.original;
    open = result.error.issues;
  }
  return null;
}

/** The closed parts that hold a path, smallest first. A trigger goes as a whole: half of one would raise faults that are not there. */
function partsAround(path: Path): readonly Path[] {
  const [top, , environments, , place, key, index] = path;
  if (top !== 'services' || environments !== 'environments') {
    const named = (top === 'sources' || top === 'registries' || top === 'services') && path.length > 1;
    return path.length === 0 ? [] : [path.slice(0, named ? 2 : 1)];
  }
  const inList = typeof key === 'number' || typeof index === 'number';
  const inBlock = place === 'gate' || place === 'rollback' || place === 'verify' || place === 'notify';
  const parts: Path[] = [];
  if (inList) parts.push(path.slice(0, typeof key === 'number' ? 6 : 7));
  if (inBlock && key !== undefined) parts.push(path.slice(0, 6));
  if (path.length >= 4) parts.push(path.slice(0, 4));
  return [...parts, path.slice(0, 2)];
}

/** At a part, below it, or another key of the same mapping. */
function beside(path: Path, part: Path): boolean {
  const shared = typeof part.at(-1) === 'number' ? part.length : part.length - 1;
  return (
    path.length >= part.length &&
    part.slice(0, shared).every((key, index) => path[index] === key) &&
    (path.length === part.length || path[part.length - 1] === part.at(-1))
  );
}

function without(data: unknown, removed: ReadonlyMap<string, Path>): { data: unknown; original: (path: Path) => Path } {
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
