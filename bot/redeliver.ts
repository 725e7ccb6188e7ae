import { messageOf } from '../src/errors.ts';
import type { LostDelivery } from '../src/adapters/github/deliveries.ts';
import type { Log } from '../src/control/doors.ts';

export interface Deliveries {
  /** At most `most`, oldest first. */
  lost(most: number): Promise<readonly LostDelivery[]>;
  again(delivery: LostDelivery): Promise<void>;
}

interface Parts {
  readonly deliveries: Deliveries;
  readonly log: Log;
  readonly redelivered: (outcome: 'asked' | 'failed') => void;
}

/** In one pass, so that an outage of a day does not become a storm; the next pass takes the rest. */
const MOST = 50;
const REMEMBERED = 10_000;

/** Asks GitHub for what it could not deliver, each delivery once. Never throws: the sweep is the second net. */
export function createRedeliverer({ deliveries, log, redelivered }: Parts): () => Promise<void> {
  const asked = new Set<string>();
  return async () => {
    try {
      for (const delivery of await deliveries.lost(MOST)) {
        if (asked.has(delivery.guid)) continue;
        asked.add(delivery.guid);
        for (const oldest of asked) if (asked.size > REMEMBERED) asked.delete(oldest);
        await deliveries.again(delivery);
        redelivered('asked');
        log('info', 'asked GitHub for a failed delivery again', { event: delivery.event, delivery: delivery.guid });
      }
    } catch (error) {
      redelivered('failed');
      log('warn', messageOf(error), { during: 'redelivery' });
    }
  };
}
