/** Which release serves, as far as Argo CD says: an alert speaks of what runs, and not of what was merged a moment ago. */
import type { Change } from '../plan/changes.ts';
import type { ApplicationSeen } from './applications.ts';
import { containsCommit } from './contains.ts';
import type { Doors } from './doors.ts';

/** Changes that may still be on their way. */
const MOST = 5;

/** The newest change that an application has begun to apply; null: nobody can say, or it is none of the newest. */
export async function newestServing(
  doors: Pick<Doors, 'repository'>,
  seen: readonly ApplicationSeen[],
  changes: readonly Change[],
): Promise<Change | null> {
  const revisions = seen.flatMap((one) =>
    one.kind === 'seen' ? [...(one.application.operation?.revisions ?? []), ...comparedOf(one.application)] : [],
  );
  if (revisions.length === 0) return null;
  for (const change of changes.slice(0, MOST))
    if (await containsCommit(doors, [...new Set(revisions)], change.revision)) return change;
  return null;
}

/** Compared and found the same: it runs, whatever the last operation was. */
function comparedOf({ sync }: Extract<ApplicationSeen, { kind: 'seen' }>['application']): readonly string[] {
  return sync.status === 'Synced' ? sync.revisions : [];
}
