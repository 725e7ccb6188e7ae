import type { Exchange, Fault } from '../../src/world/github/options.ts';
import type { Chance } from './chance.ts';

/** What GitHub's bad day consists of, by kind, as it really happened. */
export type Tally = Map<string, number>;

export function count(tally: Tally, name: string): void {
  tally.set(name, (tally.get(name) ?? 0) + 1);
}

/** Of the calls to GitHub, how many are spoiled. */
const SPOILED = 0.02;

/** What goes wrong, as often as it is named. A 429 holds up everything that the App does, as it does in life. */
const KINDS = ['refused', 'refused', 429, 500, 500, 502, 502, 'cut', 'cut', 'late', 'late'] as const;

/** Writes by REST may be refused for what somebody else did at the same moment; reads and GraphQL never answer so. */
const REFUSALS: readonly number[] = [409, 422];

/**
 * After each call it may be decided that the next one fails. Half of the answers that get lost were carried out all the same, which is
 * the worst that a client can meet.
 */
export function nextFault(dice: Chance, tally: Tally): Fault | null {
  if (!dice.hits(SPOILED)) return null;
  const kind = dice.pick(KINDS);
  const applyFirst = dice.hits(0.5);
  count(
    tally,
    `GitHub: ${kind === 'refused' ? '409 or 422' : kind === 'cut' ? 'cut' : kind === 'late' ? 'timed out' : kind}`,
  );
  switch (kind) {
    case 'refused':
      return { method: dice.pick(['POST', 'PUT', 'PATCH', 'DELETE']), path: /^\/repos\//, status: dice.pick(REFUSALS) };
    case 429:
      return {
        status: 429,
        headers: { 'retry-after': '1' },
        answer: { message: 'You have exceeded a secondary rate limit' },
      };
    case 'cut':
      return { status: 0, applyFirst };
    case 'late':
      // A client that gave up and a connection that broke look the same from here; nobody has fifteen seconds.
      return { status: 0, applyFirst, afterMs: 800 };
    case 500:
    case 502:
      return { status: kind, applyFirst };
  }
}

/** Hooks the weather to a GitHub: `failNext` is what it calls. Refused calls that found no write yet are not piled up. */
export function weather(dice: Chance, tally: Tally, failNext: (fault: Fault) => void): (call: Exchange) => void {
  let waiting = 0;
  return ({ status }) => {
    if (status === 409 || status === 422) waiting = Math.max(0, waiting - 1);
    const fault = nextFault(dice, tally);
    if (fault === null) return;
    if (fault.status === 409 || fault.status === 422) {
      if (waiting >= 2) return;
      waiting += 1;
    }
    failNext(fault);
  };
}
