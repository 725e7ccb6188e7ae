import { START } from './chain.ts';
import type { Head } from './chain.ts';
import type { Entry, EntryKind } from './entry.ts';

/** What to look for; what is left out matches everything. */
export interface Query {
  readonly service?: string;
  readonly environment?: string;
  readonly incident?: string;
  readonly revision?: string;
  readonly kinds?: readonly EntryKind[];
  /** ISO 8601: from this instant on. */
  readonly since?: string;
  /** ISO 8601: before this instant. */
  readonly until?: string;
}

/** The matching entries in the order of the ledger. */
export function find<E extends Entry>(entries: readonly E[], query: Query): readonly E[] {
  const { kinds, since, until } = query;
  const exact = (['service', 'environment', 'incident', 'revision'] as const).flatMap((field) => {
    const wanted = query[field];
    return wanted === undefined ? [] : [(entry: Entry) => entry[field] === wanted];
  });
  return entries.filter(
    (entry) =>
      exact.every((holds) => holds(entry)) &&
      (kinds === undefined || kinds.includes(entry.kind)) &&
      (since === undefined || Date.parse(entry.at) >= Date.parse(since)) &&
      (until === undefined || Date.parse(entry.at) < Date.parse(until)),
  );
}

/** Where the chain ends: worth noting outside the repository, because it proves everything above it. */
export function headOf(lines: readonly Head[]): Head {
  const last = lines.at(-1);
  return last ? { seq: last.seq, hash: last.hash } : START;
}
