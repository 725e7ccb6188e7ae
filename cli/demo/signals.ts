import { constants } from 'node:os';

/** A closed terminal too: the bot is a process of its own, and would stay. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What happens at Ctrl-C, or when the process is asked to end. */
export interface AtSignal {
  /** True once a signal came. */
  caught(): boolean;
  /** Nothing happens any more. */
  off(): void;
}

/** Closes first, so that no process and no folder outlives this one, then exits as a shell expects: 130, 143, 129. A second signal ends at once. */
export function closeAtSignal(close: () => Promise<unknown>): AtSignal {
  let caught = false;
  const off = (): void => SIGNALS.forEach((signal) => void process.off(signal, onSignal));
  function onSignal(signal: (typeof SIGNALS)[number]): void {
    caught = true;
    off();
    void close()
      .catch(() => undefined)
      .then(() => process.exit(128 + constants.signals[signal]));
  }
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return { caught: () => caught, off };
}

export function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      for (const signal of SIGNALS) process.off(signal, end);
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, end);
  });
}
