/** Where people read about an incident: one page from the first word to the last. */
import type { Entry } from '../ledger/entry.ts';
import type { Incident } from '../plan/incident.ts';
import type { Pull } from '../ports.ts';
import type { Memory } from '../report/memory.ts';

/** What is known before there is a revert. */
export interface Places {
  /** The issue or pull request where people read; null: nowhere yet. */
  readonly place: number | null;
  /** Where a person was called about this very incident; null: nowhere, or the ledger does not say. */
  readonly page: number | null;
  /** The ledger says that a person has been called already. */
  readonly escalated: boolean;
}

/** `pull`: the pull request of the newest change. */
export function placesOf(ledger: readonly Entry[], { id, cause }: Incident, pull: number | null): Places {
  const calls = ledger.filter((line) => line.kind === 'escalated' && line.incident === id);
  const page = calls.map(({ details }) => details['page']).findLast((value) => typeof value === 'number') ?? null;
  const asked = cause.kind === 'command' && cause.issue > 0 ? cause.issue : pull;
  return { place: page ?? asked, page, escalated: calls.length > 0 };
}

/** People read on where they were called, or where they asked; what a machine started is told on the pull request. */
export function placeOf({ incident: { cause }, half, page }: Memory, pull: Pull): number {
  if (page !== undefined) return page;
  if (cause.kind === 'command' && cause.issue > 0) return cause.issue;
  return half?.kind === 'version' ? half.first.number : pull.number;
}
