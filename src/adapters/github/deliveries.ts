import { explain, type GitHubClient } from './client.ts';

export interface LostDelivery {
  /** The attempt to repeat. */
  readonly id: number;
  /** The same for every attempt. */
  readonly guid: string;
  readonly event: string;
}

interface Attempt {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly redelivery: boolean;
  readonly delivered_at: string;
  readonly status_code: number;
}

/** An attempt this young may still be under way. */
const YOUNG_MS = 30_000;

/**
 * Deliveries of the last hours that never arrived, oldest first. What was asked for again once, by whomever, is left alone: a
 * delivery that fails twice has a cause that a third attempt does not heal, and the sweep reads what it would have said.
 */
export async function lostDeliveries(
  client: GitHubClient,
  { now, withinMs, most }: { readonly now: number; readonly withinMs: number; readonly most: number },
): Promise<readonly LostDelivery[]> {
  const attempts: Attempt[] = [];
  try {
    await client.paginate('GET /app/hook/deliveries', { per_page: 100 }, (page, done) => {
      attempts.push(...page.data);
      const last = page.data.at(-1);
      if (!last || Date.parse(last.delivered_at) < now - withinMs || attempts.length >= MOST_READ) done();
      return [];
    });
  } catch (error) {
    throw explain(error, 'list the deliveries of the webhook');
  }
  const settled = new Set(attempts.filter((one) => one.redelivery || isDone(one, now)).map(({ guid }) => guid));
  return attempts
    .filter((one) => !settled.has(one.guid) && Date.parse(one.delivered_at) >= now - withinMs)
    .toReversed()
    .slice(0, most)
    .map(({ id, guid, event }) => ({ id, guid, event }));
}

const MOST_READ = 2_000;

/** Arrived, or too young to say. */
function isDone({ status_code: status, delivered_at: at }: Attempt, now: number): boolean {
  return (status >= 200 && status < 400) || Date.parse(at) > now - YOUNG_MS;
}

/** Asks GitHub to send this delivery again; it does so a moment later, under the same guid. */
export async function deliverAgain(client: GitHubClient, { id, event }: LostDelivery): Promise<void> {
  try {
    await client.request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id });
  } catch (error) {
    throw explain(error, `ask for the delivery of ${event} again`);
  }
}
