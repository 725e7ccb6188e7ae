/** What a quarantine holds now: its file, the words of people, and what has passed its gate since. */
import type { Entry } from '../ledger/entry.ts';
import type { Key } from '../plan/incident.ts';
import { activeQuarantine, gatesSince, readQuarantine, type Quarantined } from '../plan/quarantine.ts';
import type { Doors } from './doors.ts';

/** Asks GitHub only where something is held and a release has passed its gate since. */
export async function heldNow(
  { repository }: Pick<Doors, 'repository'>,
  place: Pick<Key, 'service' | 'environment'>,
  read: { readonly text: string | null; readonly ledger: readonly Entry[]; readonly now: number },
): Promise<readonly Quarantined[]> {
  const { ledger, now } = read;
  const entries = readQuarantine(read.text).filter(({ until }) => Date.parse(until) > now);
  const gates = gatesSince(entries, ledger, place);
  if (gates.length === 0) return activeQuarantine(entries, ledger, place, { now, textAt: () => null });
  const trees = await repository.trees([...new Set(entries.map(({ path }) => path))], gates);
  const texts = await repository.texts([...new Set([...trees.values()].flat().map(({ blob }) => blob))]);
  const textAt = (revision: string, path: string): string | null => {
    const file = trees.get(revision)?.find((each) => each.path === path);
    return file === undefined ? null : (texts.get(file.blob) ?? null);
  };
  return activeQuarantine(entries, ledger, place, { now, textAt });
}
