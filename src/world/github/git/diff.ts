/**
 * What changed between two commits or trees, as GitHub lists it.
 */
import { git } from './run.ts';

export interface FileDiff {
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'changed';
  readonly path: string;
  readonly previousPath: string | null;
  /** The blob after the change; the blob before it for a removed file. */
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  /** The hunks; null for a binary file or a change of mode only. */
  readonly patch: string | null;
}

const STATUS = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', T: 'changed' } as const;

interface Raw {
  readonly status: FileDiff['status'];
  readonly path: string;
  readonly previousPath: string | null;
  readonly sha: string;
}

/** `:100644 100644 old new M\0path\0` and, for renames, a second path. */
function parseRaw(fields: readonly string[]): readonly Raw[] {
  const files: Raw[] = [];
  for (let at = 0; at < fields.length;) {
    const [, , before = '', after = '', letter = ''] = (fields[at] ?? '').split(' ');
    const status = STATUS[letter.charAt(0) as keyof typeof STATUS];
    const renamed = status === 'renamed';
    const first = fields[at + 1] ?? '';
    const path = renamed ? (fields[at + 2] ?? '') : first;
    files.push({ status, path, previousPath: renamed ? first : null, sha: status === 'removed' ? before : after });
    at += renamed ? 3 : 2;
  }
  return files;
}

/** The hunks of each file, in the order of the raw list. */
function parsePatches(
  text: string,
): readonly { readonly patch: string | null; readonly added: number; readonly deleted: number }[] {
  return text
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith('diff --git '))
    .map((part) => {
      const start = part.search(/^@@ /m);
      if (start < 0) return { patch: null, added: 0, deleted: 0 };
      const patch = part.slice(start).replace(/\n$/, '');
      const lines = patch.split('\n');
      return {
        patch,
        added: lines.filter((line) => line.startsWith('+')).length,
        deleted: lines.filter((line) => line.startsWith('-')).length,
      };
    });
}

/** The files that differ between two trees (or commits), renames found, in git's order. */
export async function diffFiles(directory: string, from: string, to: string): Promise<readonly FileDiff[]> {
  const [raw, patches] = await Promise.all([
    git(directory, ['diff-tree', '-r', '-M', '--raw', '--no-abbrev', '-z', from, to]),
    git(directory, ['diff-tree', '-r', '-M', '-p', '--full-index', from, to]),
  ]);
  const hunks = parsePatches(patches);
  return parseRaw(raw.split('\0').slice(0, -1)).map((file, index) => {
    const { patch = null, added = 0, deleted = 0 } = hunks[index] ?? {};
    return { ...file, additions: added, deletions: deleted, patch };
  });
}
