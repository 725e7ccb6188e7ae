import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Path } from './path.ts';

export interface PlacedPath {
  readonly path: string;
  /** Service and environment. */
  readonly owner: string;
  readonly at: Path;
}

/**
 * Paths are literal, relative to the top of the repository, and each file belongs to one service and environment:
 * a rollback of one must never take another along.
 */
export function checkPaths(paths: readonly PlacedPath[]): readonly Doubt[] {
  return [...paths.flatMap(checkOne), ...overlaps(paths)];
}

/** `apps/rec/` and `apps/rec` are the same folder. */
export function folder(path: string): string {
  return path.replace(/\/+$/, '');
}

function checkOne({ path, at }: PlacedPath): readonly Doubt[] {
  const fault = pathFault(path);
  return fault === null ? [] : [doubt(at, 'value', fault.message, fault.cure)];
}

/** What is wrong with a literal path from the top of the repository; null: nothing. */
export function pathFault(path: string): { readonly message: string; readonly cure: string } | null {
  const parts = folder(path).split('/');
  const fault = (message: string, cure: string) => ({ message, cure });
  if (path.startsWith('/'))
    return fault(
      'begins with /',
      `write it from the top of the repository: ${path.replace(/^\/+/, '') || 'apps/name'}`,
    );
  if (path.includes('\\')) return fault('has a backslash', 'write / between folders');
  if (/[*?[\]{}!]/.test(path)) return fault('has a wildcard', 'name the folder, or each file');
  if (parts.includes('..')) return fault('leaves the repository or goes back with ..', 'write the path without ..');
  if (path === '.' || path === './')
    return fault('is the whole repository', 'name the folder of this service and environment');
  if (parts.some((part) => part === '' || part === '.')) {
    return fault(
      'is not in its shortest form',
      `write ${parts.filter((part) => part !== '' && part !== '.').join('/')}`,
    );
  }
  return path === path.trim() ? null : fault('begins or ends with a space', `write ${path.trim()}`);
}

/** Looks every path up among the folders above every other: linear in the length of all paths together. */
function overlaps(paths: readonly PlacedPath[]): readonly Doubt[] {
  const owners = new Map<string, PlacedPath[]>();
  for (const placed of paths) {
    const key = folder(placed.path);
    const same = owners.get(key);
    if (same === undefined) owners.set(key, [placed]);
    else if (!same.some((other) => other.owner === placed.owner)) same.push(placed);
  }
  return paths.flatMap((placed) => {
    const inside = outer(placed, owners);
    if (inside === null) return [];
    const message = `belongs to ${inside.owner} too (its path ${folder(inside.path)})`;
    return [doubt(placed.at, 'value', message, 'give each service and environment files of its own')];
  });
}

function outer(placed: PlacedPath, owners: ReadonlyMap<string, readonly PlacedPath[]>): PlacedPath | null {
  const own = folder(placed.path);
  for (let at = own.length; at > 0; at = own.lastIndexOf('/', at - 1)) {
    const other = owners.get(own.slice(0, at))?.find((candidate) => candidate.owner !== placed.owner);
    if (other !== undefined) return other;
  }
  return null;
}
