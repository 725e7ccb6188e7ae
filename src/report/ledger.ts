/** What `lastgood ledger show` prints: the ledger for people, on a terminal. */
import type { Line } from '../ledger/entry.ts';
import { oneLine } from './escape.ts';
import { instant, short } from './numbers.ts';
import { placeText } from './orders.ts';

/** Two rows a line: what happened where and by whom, then why. */
export function ledgerText(lines: readonly Line[]): string {
  const width = (of: (line: Line) => string): number => Math.max(...lines.map((line) => of(line).length));
  const [seq, kind, place] = [width(({ seq }) => String(seq)), width((line) => line.kind), width(placeText)];
  const rows = lines.map((line) => {
    const what = [
      String(line.seq).padStart(seq),
      instant(line.at),
      line.kind.padEnd(kind),
      placeText(line).padEnd(place),
      line.revision === null ? '-------' : short(line.revision),
      line.incident ?? '-'.repeat(12),
      `by ${oneLine(line.actor, 60)}`,
    ];
    return `${what.join('  ')}\n${' '.repeat(seq)}  ${oneLine(line.because)}`;
  });
  return rows.join('\n');
}
