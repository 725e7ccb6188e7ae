import { ALL } from '../ledger/entry.ts';
import type { Key } from '../plan/incident.ts';
import type { Doors } from './doors.ts';
import type { Said } from './orders.ts';
import type { Recorder } from './record.ts';

/** A command that a person may not give. */
export interface RefusedCommand {
  readonly said: Said;
  /** The word of the command as we know it, such as `rollback`; never what the person wrote. */
  readonly command: string;
  /** What it was about; null: that was not even read. */
  readonly place: Pick<Key, 'service' | 'environment'> | null;
  /** In our words, with the name and the role of the person. */
  readonly because: string;
}

/** Keeps in the ledger who tried what they may not, so that somebody can ask about it later. */
export interface Refusals {
  /** Never throws; the same comment is one line, however often it is read. */
  add(refused: RefusedCommand): void;
}

const HOUR_MS = 3_600_000;
/** Lines an hour of one repository. A stranger can comment without end, and must fill neither the ledger nor GitHub's limits. */
const MOST = 20;
/** Of these, by one person: the next one who tries is still seen. */
const MOST_EACH = 5;

export function createRefusals(doors: Pick<Doors, 'clock' | 'log'>, recorder: Pick<Recorder, 'add'>): Refusals {
  let kept: readonly { readonly at: number; readonly actor: string; readonly ref: string }[] = [];
  return {
    add({ said, command, place, because }) {
      const now = doors.clock.now();
      const { author: actor, ref } = said;
      kept = kept.filter(({ at }) => at > now - HOUR_MS);
      if (kept.some((one) => one.ref === ref)) return;
      if (kept.length >= MOST || kept.filter((one) => one.actor === actor).length >= MOST_EACH) {
        doors.log('warn', 'a refused command is not in the ledger: there were too many within the hour', {
          actor,
          command,
        });
        return;
      }
      kept = [...kept, { at: now, actor, ref }];
      recorder.add([
        {
          at: new Date(said.createdAt).toISOString(),
          kind: 'refused',
          id: `${ref}/refused`,
          service: place?.service ?? ALL,
          environment: place?.environment ?? ALL,
          revision: null,
          incident: null,
          actor,
          because,
          details: { command, reasonCode: 'order-refused' },
        },
      ]);
    },
  };
}
