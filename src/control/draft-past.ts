/** What every draft reads first: the past of the paths, the ledger, and how often a rollback was opened here. */
import { readOrNone } from '../ledger/chain.ts';
import type { Line } from '../ledger/entry.ts';
import { orderOn, standing, type Standing } from '../ledger/standing.ts';
import { groupChanges, type Change } from '../plan/changes.ts';
import { branchPrefixOf } from '../plan/identity.ts';
import type { Key } from '../plan/incident.ts';
import type { Target } from '../playbook/target.ts';
import type { Overview } from '../ports.ts';
import type { Doors } from './doors.ts';
import type { Before } from './observed.ts';

export interface Past {
  /** Newest first. */
  readonly changes: readonly Change[];
  readonly ledger: readonly Line[];
  readonly activeRules: readonly string[];
  readonly standing: Standing;
  readonly counted: Pick<Before, 'openedToday' | 'openedRecently' | 'hold' | 'unreadable'>;
}

const DAY = 86_400_000;

export async function readPast(
  { repository, clock }: Pick<Doors, 'repository' | 'clock'>,
  { rules: { paths, rollback } }: Target,
  key: Key,
  overview: Overview,
): Promise<Past> {
  const opened = (ms: number) => repository.openedSince(branchPrefixOf(key), new Date(clock.now() - ms).toISOString());
  const [commits, ledgerText, activeRules, openedToday, openedRecently] = await Promise.all([
    repository.history(paths, overview.head),
    repository.ledger(),
    repository.activeRules(overview.defaultBranch),
    opened(DAY),
    rollback.pause > 0 ? opened(rollback.pause) : 0,
  ]);
  // Without it a machine stops, because nobody knows what people have ordered; a person does not need it.
  const { lines: ledger, fault } = readOrNone(ledgerText);
  const orders = standing(ledger, clock.now());
  return {
    changes: groupChanges(commits),
    ledger,
    activeRules,
    standing: orders,
    counted: { openedToday, openedRecently, hold: orderOn(orders.holds, key), unreadable: fault },
  };
}
