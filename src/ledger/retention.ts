/** Keeping the ledger no longer than the policy says, without breaking its chain. */
import { parse, START } from './chain.ts';
import type { Head } from './chain.ts';
import { headOf } from './query.ts';

export interface Split {
  /** The lines to archive or to delete, as they stand. */
  readonly archive: string;
  /** The lines to keep, as they stand. */
  readonly rest: string;
  /** Where the archived part ends: `verify` and `append` need it to continue from there. */
  readonly after: Head;
}

/**
 * Cuts off the leading lines that are older than `before` (ISO 8601). Only leading ones: the chain cannot lose a line in the
 * middle. `open` incidents are kept whole, and everything behind their first line.
 */
export function split(text: string, before: string, open: readonly string[] = [], after: Head = START): Split {
  const lines = parse(text);
  const keep = lines.findIndex(
    ({ at, incident }) => Date.parse(at) >= Date.parse(before) || (incident !== null && open.includes(incident)),
  );
  const cut = keep < 0 ? lines.length : keep;
  const rows = text.split('\n');
  const archived = lines.slice(0, cut);
  return {
    archive: rows
      .slice(0, cut)
      .map((row) => `${row}\n`)
      .join(''),
    rest: rows.slice(cut).join('\n'),
    after: archived.length > 0 ? headOf(archived) : after,
  };
}
