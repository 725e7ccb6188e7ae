/** What Git wants in the cluster, and whether it is there. */
import { parseAllDocuments } from 'yaml';
import type { Files } from './repository.ts';
import type { Leftover } from './state.ts';

/** Nothing that Git wants is missing or different; without pruning, what it no longer wants does not count. */
export function sameDesire(wanted: Files, applied: Files | null, prune: boolean): boolean {
  if (applied === null || (prune && wanted.size !== applied.size)) return false;
  return [...wanted].every(([path, text]) => applied.get(path) === text);
}

/** What the files ask for, by what names it. */
export function resourcesOf(files: Files): ReadonlyMap<string, Leftover> {
  const found = new Map<string, Leftover>();
  for (const text of files.values())
    for (const document of parseAllDocuments(text)) {
      const kind: unknown = document.get('kind');
      const name: unknown = document.getIn(['metadata', 'name']);
      const namespace: unknown = document.getIn(['metadata', 'namespace']) ?? 'default';
      if (typeof kind !== 'string' || typeof name !== 'string' || typeof namespace !== 'string') continue;
      found.set(`${kind} ${namespace}/${name}`, { kind, namespace, name });
    }
  return found;
}
