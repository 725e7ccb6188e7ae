import type { Doors } from './doors.ts';

/** With several sources only those from this repository can contain the commit: one that does is enough. */
export async function containsCommit(
  { repository }: Pick<Doors, 'repository'>,
  revisions: readonly string[],
  commit: string,
): Promise<boolean> {
  for (const revision of revisions) {
    if (revision === commit) return true;
    if (/^[0-9a-f]{40,64}$/.test(revision) && (await repository.contains(revision, commit))) return true;
  }
  return false;
}
