import { messageOf } from '../src/errors.ts';
import type { Log } from '../src/control/doors.ts';

interface Rounds {
  readonly log: Log;
  /** True for the replica whose turn it is. */
  readonly turn: (round: string) => Promise<boolean>;
  readonly rounds: Readonly<Record<string, () => Promise<unknown>>>;
}

/**
 * Each round at once and then every so many ms, one of a kind at a time; the returned function ends it. A replica that has just
 * started goes all rounds whoever's turn it is: it may be what is left after a crash. `identity` is everybody's own.
 */
export function every(ms: number, { log, turn, rounds }: Rounds): () => void {
  const under = new Set<string>();
  async function go(name: string, round: () => Promise<unknown>, first: boolean): Promise<void> {
    if (under.has(name)) return;
    under.add(name);
    try {
      if (first || name === 'identity' || (await turn(name))) await round();
    } catch (error) {
      log('warn', messageOf(error), { during: name });
    } finally {
      under.delete(name);
    }
  }
  const all = (first: boolean): void => {
    for (const [name, round] of Object.entries(rounds)) void go(name, round, first);
  };
  all(true);
  const timer = setInterval(() => all(false), ms);
  return () => clearInterval(timer);
}
