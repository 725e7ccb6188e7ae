import { peek, shown, take } from './condition-tokens.ts';
import type { Complaint, Cursor } from './condition-tokens.ts';
import type { Limit } from './condition.ts';
import { readDuration } from './units.ts';

export const BUDGET_EXAMPLE = '50 USD per 1h';

/** `50 USD per 1h`: an amount, and the time in which no more may be spent. */
export function budget(cursor: Cursor): Limit | Complaint {
  const { column } = peek(cursor);
  const complain = (message: string): Complaint => ({ column, message, cure: `write it like ${BUDGET_EXAMPLE}` });
  const amount = peek(cursor);
  if (amount.kind !== 'number' || !(Number(amount.text) > 0))
    return complain(`a budget should stand here, not ${shown(amount)}`);
  cursor.at += 1;
  // The number of a tier stands before the money, the printed sentence has it after.
  const before = origin(cursor);
  const unit = peek(cursor).kind === 'word' && peek(cursor).text !== 'per' ? peek(cursor).text.toUpperCase() : '';
  if (unit !== '') cursor.at += 1;
  const note = before ?? origin(cursor);
  if (note !== null && 'cure' in note) return note;
  if (take(cursor, 'per') === null) return complain('a budget needs its time');
  const [digits, letters] = [peek(cursor), peek(cursor, 1)];
  const time = readDuration(`${digits.text}${letters.text}`, 1_000);
  if (!time.ok) return { column: digits.column, message: `the time of the budget ${time.message}`, cure: time.cure };
  cursor.at += 2;
  const from = note?.from === undefined ? {} : { from: note.from };
  return { factor: 0, plus: Number(amount.text), per: { ms: time.value, unit }, ...from };
}

function origin(cursor: Cursor): Limit | Complaint | null {
  return take(cursor, '[') === null ? null : withOrigin(cursor, { factor: 0, plus: 0 });
}

/** `[critical.p95]` after a limit: the tier and the limit that it was taken from. */
export function withOrigin(cursor: Cursor, limit: Limit): Limit | Complaint {
  const words: string[] = [];
  while (peek(cursor).kind !== 'end' && peek(cursor).text !== ']') {
    words.push(peek(cursor).text);
    cursor.at += 1;
  }
  if (take(cursor, ']') === null || words.length === 0) {
    const { column } = peek(cursor);
    return { column, message: 'has a note in brackets that does not end', cure: 'leave the brackets out' };
  }
  return { ...limit, from: words.join('') };
}
