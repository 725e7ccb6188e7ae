import { messageOf, RollbackError } from '../src/errors.ts';
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

  async function ask(delivery: LostDelivery): Promise<void> {
    asked.add(delivery.guid);
    for (const oldest of asked) if (asked.size > REMEMBERED) asked.delete(oldest);
    try {
      await deliveries.again(delivery);
    } catch (error) {
      // Only a GitHub that is away is worth another pass; what it refuses for good must not hold up the others.
      if (!(error instanceof RollbackError) || error.code === 'github-unavailable') {
        asked.delete(delivery.guid);
        throw error;
      }
      fail(error);
      return;
    }
    redelivered('asked');
    log('info', 'asked GitHub for a failed delivery again', { event: delivery.event, delivery: delivery.guid });
  }

  function fail(error: unknown): void {
    redelivered('failed');
    log('warn', messageOf(error), { during: 'redelivery' });
  }

  return async () => {
    try {
      for (const delivery of await deliveries.lost(MOST)) if (!asked.has(delivery.guid)) await ask(delivery);
    } catch (error) {
      fail(error);
    }
  };
}
