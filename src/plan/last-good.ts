/** Which revision to go back to, and why that one. */
import type { Entry, EntryKind } from '../ledger/entry.ts';
import { has } from './changes.ts';
import type { Change } from './changes.ts';
import { findNamed } from './named-target.ts';
import type { Named } from './named-target.ts';
import type { Key } from './incident.ts';
import type { LastGood } from './plan.ts';
import { reasonsAgainst } from './known-bad.ts';

export interface LastGoodInput {
  readonly key: Pick<Key, 'service' | 'environment'>;
  /** Changes of the paths of the service, newest first. */
  readonly changes: readonly Change[];
  readonly ledger: readonly Entry[];
  /** Full sha of the bad change. */
  readonly bad: string;
  /** What a person asked for; null: choose. */
  readonly named: Named | null;
  /** Revisions that must not come back, each with the words that complete "1a2b3c4 ...". */
  readonly barred?: ReadonlyMap<string, string>;
}

export type FoundGood =
  | { readonly kind: 'good'; readonly good: LastGood }
  | { readonly kind: 'none'; readonly because: string; readonly candidates: readonly Change[] };

/**
 * The named target; else the newest older revision that was proven to recover or to run well; else the newest that passed its
 * gate; else the state before the bad change. Never a revision that itself failed, was escalated, reverted or barred.
 */
export function lastGood(input: LastGoodInput): FoundGood {
  const { changes, key, bad, named } = input;
  const at = changes.findIndex((change) => has(change, bad));
  const badChange = changes[at];
  if (!badChange)
    return none(
      `${short(bad)} is not among the ${changes.length} changes read of ${key.service} in ${key.environment}`,
      changes,
    );
  const ledger = input.ledger.filter(
    ({ service, environment }) => service === key.service && environment === key.environment,
  );
  const against = reasonsAgainst(changes, ledger, input.barred);
  const older = changes.slice(at + 1);
  if (named) return findNamed({ named, changes, badChange, against });

  const usable = older.filter((change) => !against.has(change.revision));
  const verified = newestWith(usable, ledger, ['verified', 'recovered']);
  if (verified) {
    const because = `${short(verified.sha)} is the newest revision before ${short(bad)} that was verified (${verified.at})`;
    return { kind: 'good', good: { sha: verified.sha, reason: { kind: 'verified', at: verified.at }, because } };
  }
  const passed = newestWith(usable, ledger, ['gate-passed']);
  if (passed) {
    const because = `no older revision is verified; ${short(passed.sha)} is the newest before ${short(bad)} that passed its gate (${passed.at})`;
    return { kind: 'good', good: { sha: passed.sha, reason: { kind: 'gate-passed', at: passed.at }, because } };
  }
  return stateBefore(badChange, older, against);
}

function newestWith(
  changes: readonly Change[],
  ledger: readonly Entry[],
  kinds: readonly EntryKind[],
): { readonly sha: string; readonly at: string } | null {
  for (const { revision } of changes) {
    const proof = ledger.findLast((entry) => entry.revision === revision && kinds.includes(entry.kind));
    if (proof) return { sha: revision, at: proof.at };
  }
  return null;
}

/** The parent, or the nearest state before it that nothing speaks against. */
function stateBefore(badChange: Change, older: readonly Change[], against: ReadonlyMap<string, string>): FoundGood {
  const passedOver: string[] = [];
  let before = badChange.before;
  for (const change of older) {
    const reason = against.get(change.revision) ?? (before === null ? undefined : against.get(before));
    if (reason === undefined) break;
    passedOver.push(`${short(change.revision)} ${reason}`);
    before = change.before;
  }
  const skipped = passedOver.length > 0 ? ` (passed over: ${passedOver.join('; ')})` : '';
  if (before === null)
    return none(`there is no state before ${short(badChange.revision)} to go back to${skipped}`, older);
  if (against.has(before))
    return none(`${short(before)} ${against.get(before) ?? ''}, and no older change was read${skipped}`, older);
  const which =
    passedOver.length > 0 ? 'the nearest state before it that nothing speaks against' : 'the state before it';
  const because = `nothing older is verified or passed a gate, so ${short(before)}, ${which}${skipped}`;
  return { kind: 'good', good: { sha: before, reason: { kind: 'parent' }, because } };
}

function none(because: string, candidates: readonly Change[]): FoundGood {
  return { kind: 'none', because, candidates: candidates.slice(0, 10) };
}

function short(sha: string): string {
  return sha.slice(0, 7);
}
