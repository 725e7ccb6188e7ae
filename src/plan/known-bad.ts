import type { Entry } from '../ledger/entry.ts';
import { has } from './changes.ts';
import type { Change } from './changes.ts';

/** Why a revision is no target, by full sha; the words complete the sentence "1a2b3c4 ...". */
export function reasonsAgainst(
  changes: readonly Change[],
  ledger: readonly Entry[],
  barred: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const against = new Map<string, string>();
  const add = (sha: string, reason: string): void => {
    const revision = changes.find((change) => has(change, sha))?.revision ?? sha;
    if (!against.has(revision)) against.set(revision, reason);
  };
  for (const { revertOf, revision } of changes)
    if (revertOf !== null) add(revertOf, `was reverted by ${revision.slice(0, 7)}`);
  // A rollback that was merged speaks against the revision it was requested for; one that was only asked for does not.
  const merged = new Set(ledger.filter(({ kind }) => kind === 'merged').map(({ incident }) => incident));
  // Whoever was called before the proof, such as by a sync window, was not called in vain.
  const recovered = new Set(ledger.flatMap(({ kind, revision }) => (kind === 'recovered' ? [revision] : [])));
  for (const { kind, revision, incident, at } of ledger) {
    if (revision === null) continue;
    if (kind === 'gate-failed') add(revision, `failed its gate at ${at}`);
    if (kind === 'escalated' && !recovered.has(revision)) add(revision, `was escalated at ${at}`);
    if (kind === 'requested' && incident !== null && merged.has(incident))
      add(revision, `was rolled back by incident ${incident}`);
  }
  for (const [revision, reason] of barred) add(revision, reason);
  return against;
}
