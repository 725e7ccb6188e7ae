import type { Log } from '../src/control/doors.ts';
import { findLeftovers, type GatesRead } from '../src/control/sweep.ts';
import { messageOf } from '../src/errors.ts';
import type { Errand, Origin } from './errand.ts';
import type { House } from './house.ts';

interface Parts {
  readonly house: Pick<House, 'repositories' | 'room'>;
  readonly log: Log;
  /** Told after each sweep, and of each repository that could not be read. */
  readonly swept: (outcome: 'done' | 'failed') => void;
  readonly put: (errand: Errand) => Promise<unknown>;
}

/** One sweep through all repositories: what was left behind becomes errands. */
export function createSweeper({ house, log, swept, put }: Parts): () => Promise<void> {
  /** By repository. */
  const gatesRead = new Map<string, GatesRead>();

  async function sweepRepository(origin: Origin): Promise<void> {
    const { doors, loop } = await house.room(origin.repository, origin.installationId);
    const read: GatesRead = gatesRead.get(origin.repository) ?? new Map<string, number>();
    gatesRead.set(origin.repository, read);
    const found = await findLeftovers(doors, read);
    loop.recorder.add(found.entries);
    for (const spoken of found.commands) await put({ kind: 'comment', origin, spoken });
    for (const { key, ask } of found.gates) await put({ kind: 'ask', origin, key, ask });
    for (const key of found.rollbacks) await put({ kind: 'look', origin, key });
  }

  return async () => {
    for (const { name, installationId } of (await house.repositories()).all) {
      try {
        await sweepRepository({ repository: name, installationId });
      } catch (error) {
        // One repository that cannot be read must not hide what the others wait for.
        log('warn', messageOf(error), { during: 'sweep', repository: name });
        swept('failed');
      }
    }
    swept('done');
  };
}
