import type { Clock } from '../ports.ts';

/** A clock that stands still until it is turned. Waiting costs no time; who waits wakes in the order of the alarms. */
export interface TurnableClock extends Clock {
  /** Moves time on and wakes, one after the other, everyone whose time came; each may wait again meanwhile. */
  turn(ms: number): Promise<void>;
  /** How many are waiting. */
  waiting(): number;
}

export function turnableClock(start = Date.UTC(2026, 0, 1)): TurnableClock {
  let time = start;
  const alarms: { readonly at: number; readonly ring: () => void }[] = [];
  return {
    now: () => time,
    waiting: () => alarms.length,
    wait: (ms) =>
      new Promise((ring) => {
        alarms.push({ at: time + Math.max(0, ms), ring });
      }),
    turn: async (ms) => {
      const end = time + ms;
      for (;;) {
        await settled();
        const due = alarms.filter((a) => a.at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        alarms.splice(alarms.indexOf(due), 1);
        time = Math.max(time, due.at);
        due.ring();
      }
      time = end;
      await settled();
    },
  };
}

/** Lets everything run that is ready, also what network and files brought meanwhile. */
async function settled(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise((done) => setImmediate(done));
}
