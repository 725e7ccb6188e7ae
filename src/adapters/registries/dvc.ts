/** Objects of a DVC remote, without DVC. Where they lie: dvc.org/doc/user-guide/project-structure/internal-files */
import * as z from 'zod';
import type { Artefact } from '../../playbook/artefact-name.ts';
import type { Look } from '../../registries/look.ts';
import { inTurns } from '../in-turns.ts';
import { gone, jsonOf, unknown } from './ask.ts';

type DataObject = Extract<Artefact, { kind: 'object' }>;

/** One remote, whatever it is kept on. Never throws. */
export interface Remote {
  /** How large an object is, in bytes; null where that is not said. */
  readonly size: (key: string) => Promise<Stored>;
  readonly read: (
    key: string,
  ) => Promise<{ readonly kind: 'text'; readonly text: string } | Exclude<Stored, { kind: 'there' }>>;
}

export type Stored =
  | { readonly kind: 'there'; readonly size: number | null; readonly madeAt: number | null }
  | { readonly kind: 'absent'; readonly because: string }
  | { readonly kind: 'unknown'; readonly because: string };

/** DVC 3 keeps objects below files/md5, DVC 2 at the top; a directory is a JSON list of its files. */
export function keyOf({ md5, directory, layout }: Pick<DataObject, 'md5' | 'directory' | 'layout'>): string {
  return `${layout === 3 ? 'files/md5/' : ''}${md5.slice(0, 2)}/${md5.slice(2)}${directory ? '.dir' : ''}`;
}

const listing = z.array(z.object({ md5: z.string().regex(/^[0-9a-f]{32}$/), relpath: z.string() }));

const AT_ONCE = 16;

/** A directory is there when its list is, and every file on that list: a list without its files is what a careless `dvc gc` leaves. */
export async function lookAtObject(remote: Remote, object: DataObject, left: () => number): Promise<Look> {
  const key = keyOf(object);
  const stored = await remote.size(key);
  if (stored.kind === 'unknown') return unknown(stored.because);
  if (stored.kind === 'absent') return gone(`the remote has no ${key}: ${stored.because}`);
  const { madeAt } = stored;
  if (!object.directory) {
    if (object.size !== null && stored.size !== null && object.size !== stored.size) {
      // DVC 2 counted text files with other line ends.
      if (object.layout === 2) return { state: 'there', says: `there, ${stored.size} bytes`, madeAt };
      return { state: 'not-ready', says: `${key} has ${stored.size} bytes instead of ${object.size}`, madeAt };
    }
    return { state: 'there', says: `there${stored.size === null ? '' : `, ${stored.size} bytes`}`, madeAt };
  }
  const list = await remote.read(key);
  if (list.kind !== 'text') return unknown(`${key} is there and cannot be read: ${list.because}`);
  const files = listing.safeParse(jsonOf(list.text));
  if (!files.success) return { state: 'not-ready', says: `${key} is not the list of files that DVC writes`, madeAt };
  const turn = inTurns(AT_ONCE);
  const looks = await Promise.all(
    files.data.map(({ md5, relpath }) =>
      turn(async () => {
        if (left() <= 0) return { relpath, stored: { kind: 'unknown', because: 'no time was left' } as Stored };
        return { relpath, stored: await remote.size(keyOf({ md5, directory: false, layout: object.layout })) };
      }),
    ),
  );
  const lost = looks.filter((look) => look.stored.kind === 'absent').map(({ relpath }) => relpath);
  const first = lost.slice(0, 3).join(', ');
  if (lost.length > 0)
    return gone(`${lost.length} of its ${looks.length} files are missing: ${first}${lost.length > 3 ? ', ...' : ''}`);
  const unasked = looks.find((look) => look.stored.kind === 'unknown')?.stored;
  if (unasked?.kind === 'unknown')
    return unknown(`its list is there, its files could not all be asked for: ${unasked.because}`);
  return { state: 'there', says: `there with all of its ${looks.length} files`, madeAt };
}
