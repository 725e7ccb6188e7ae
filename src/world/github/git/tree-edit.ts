/**
 * Trees by path: find one entry, list all files, or write a changed copy.
 */
import { EMPTY_TREE, type ObjectStore } from './store.ts';
import type { Mode, TreeEntry } from './objects.ts';

/** A new entry at a path, or null to remove what is there. */
export type PathChange = { readonly mode: Mode; readonly sha: string } | null;

/** The entry at a path below a tree; null when there is none. The path '' is the tree itself. */
export async function entryAt(store: ObjectStore, tree: string, path: string): Promise<TreeEntry | null> {
  let entry: TreeEntry = { name: '', mode: '040000', sha: tree };
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (entry.mode !== '040000') return null;
    const next = (await store.tree(entry.sha))?.find((child) => child.name === name);
    if (next === undefined) return null;
    entry = next;
  }
  return entry;
}

export interface ListedEntry extends TreeEntry {
  readonly path: string;
}

/** Every entry below a tree, folders first and then their content, in git's order. */
export async function listTree(store: ObjectStore, tree: string, recursive: boolean): Promise<readonly ListedEntry[]> {
  const list: ListedEntry[] = [];
  const visit = async (sha: string, prefix: string): Promise<void> => {
    for (const entry of (await store.tree(sha)) ?? []) {
      const path = `${prefix}${entry.name}`;
      list.push({ ...entry, path });
      if (recursive && entry.mode === '040000') await visit(entry.sha, `${path}/`);
    }
  };
  await visit(tree, '');
  return list;
}

/** Thrown for a removal of what is not there, which GitHub refuses. */
export class MissingPath extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`no file at ${path}`);
    this.path = path;
  }
}

/** Writes the tree that a set of changes makes of a base tree, and returns its sha. Folders left empty disappear. */
export async function editTree(
  store: ObjectStore,
  base: string,
  changes: ReadonlyMap<string, PathChange>,
): Promise<string> {
  const here = new Map<string, TreeEntry>(((await store.tree(base)) ?? []).map((entry) => [entry.name, entry]));
  const below = new Map<string, Map<string, PathChange>>();
  for (const [path, change] of changes) {
    const slash = path.indexOf('/');
    if (slash >= 0) {
      const name = path.slice(0, slash);
      const inner = below.get(name) ?? new Map<string, PathChange>();
      below.set(name, inner.set(path.slice(slash + 1), change));
    } else if (change !== null) {
      here.set(path, { name: path, ...change });
    } else if (!here.delete(path)) {
      throw new MissingPath(path);
    }
  }
  for (const [name, inner] of below) {
    const old = here.get(name);
    const sha = await editTree(store, old?.mode === '040000' ? old.sha : EMPTY_TREE, inner).catch((error: unknown) => {
      throw error instanceof MissingPath ? new MissingPath(`${name}/${error.path}`) : error;
    });
    if (sha === EMPTY_TREE) here.delete(name);
    else here.set(name, { name, mode: '040000', sha });
  }
  return store.writeTree([...here.values()]);
}
