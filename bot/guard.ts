import type { Log } from '../src/control/doors.ts';

/** Work that takes longer than an errand may: it goes on beside the queue, and the errand looks how far it is. */
export interface Guard {
  /**
   * Starts the work under this name, or looks at it: the ms until the next look, null once it is done. Throws what it threw, and
   * the next call starts it again; so does a process that knows nothing of it.
   */
  look(name: string, work: () => Promise<unknown>): Promise<number | null>;
}

const LOOK_MS = 5_000;

export function createGuard(log: Log): Guard {
  const running = new Map<
    string,
    { done: boolean; failure: { readonly error: unknown } | null; readonly end: Promise<void> }
  >();
  return {
    look(name, work) {
      const known = running.get(name);
      if (known === undefined) {
        log('info', 'a deployment waits for its gate', { run: name });
        const state = { done: false, failure: null as { readonly error: unknown } | null };
        const end = work().then(
          () => void (state.done = true),
          (error: unknown) => void (state.failure = { error }),
        );
        running.set(name, Object.assign(state, { end }));
        return Promise.resolve(LOOK_MS);
      }
      if (!known.done && known.failure === null) return Promise.resolve(LOOK_MS);
      running.delete(name);
      return known.failure === null ? Promise.resolve(null) : Promise.reject(asError(known.failure.error));
    },
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
