/** Which release serves, as far as Argo CD says: an alert speaks of what runs, and not of what was merged a moment ago. */
import type { Change } from '../plan/changes.ts';
import type { ApplicationSeen } from './applications.ts';
import { containsCommit } from './contains.ts';
import type { Doors } from './doors.ts';

/** The newest change that an application has begun to apply; null: nobody can say. Asks once, or a few times where changes wait for their sync. */
export async function newestServing(
  doors: Pick<Doors, 'repository'>,
  seen: readonly ApplicationSeen[],
  changes: readonly Change[],
): Promise<Change | null> {
  const revisions = seen.flatMap((one) =>
    one.kind === 'seen' ? [...(one.application.operation?.revisions ?? []), ...comparedOf(one.application)] : [],
  );
  if (revisions.length === 0) return null;
  const begun = (change: Change): Promise<boolean> => containsCommit(doors, [...new Set(revisions)], change.revision);
  // Whatever contains a change contains those before it: half of what is left answers for the other half.
  let [waiting, next] = [0, 0];
  let end = changes.length;
  while (waiting < end) {
    const change = changes[next];
    if (change && (await begun(change))) end = next;
    else waiting = next + 1;
    next = Math.floor((waiting + end) / 2);
  }
  return changes[end] ?? null;
}

/** Compared and found the same: it runs, whatever the last operation was. */
function comparedOf({ sync }: Extract<ApplicationSeen, { kind: 'seen' }>['application']): readonly string[] {
  return sync.status === 'Synced' ? sync.revisions : [];
}
