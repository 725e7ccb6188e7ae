/** What the shared queue keeps in PostgreSQL: pg-boss with its three queues, what is counted there, and how its failures are told. */
import type { PgBoss } from 'pg-boss';
import { RollbackError, messageOf } from '../../errors.ts';
import { REMEMBERED_SECONDS, type QueueState } from './queue.ts';

export const INBOX = 'inbox';
export const DEAD = 'dead';
export const TURNS = 'turns';
const DAY = 86_400;
/** A replica that does not say for so long that it lives has lost its tasks to the others; 10 is the least pg-boss takes. */
const HEARTBEAT_SECONDS = 10;

interface Storage {
  readonly url: string;
  readonly schema: string;
  readonly onTrouble: (message: string) => void;
}

/** Connects, and makes or renews the tables. Rejects with queue-unavailable. */
export async function openBoss({ url, schema, onTrouble }: Storage): Promise<PgBoss> {
  // Only a bot with a database pays for loading its driver.
  const pgBoss = await import('pg-boss');
  const boss = new pgBoss.PgBoss({
    connectionString: url,
    schema,
    max: 10,
    application_name: 'lastgood',
    schedule: false,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    maintenanceIntervalSeconds: 3600,
    connectionTimeoutMillis: 5_000,
  });
  boss.on('error', (error) => onTrouble(wordsOf(error)));
  await reached(async () => {
    await boss.start();
    await boss.createQueue(DEAD, { retentionSeconds: 14 * DAY });
    await boss.createQueue(TURNS, { retentionSeconds: DAY });
    await boss.createQueue(INBOX, {
      policy: 'key_strict_fifo',
      retentionSeconds: 14 * DAY,
      deleteAfterSeconds: REMEMBERED_SECONDS,
      // Our own patience decides when to give up; this only bounds what pg-boss repeats by itself after a killed process.
      retryLimit: 100_000,
      retryDelay: 1,
      expireInSeconds: 900,
      heartbeatSeconds: HEARTBEAT_SECONDS,
    });
  });
  return boss;
}

/** Over all replicas. */
export async function countTasks(boss: PgBoss, schema: string): Promise<QueueState> {
  const { rows } = await boss.getDb().executeSql(
    `SELECT count(*) FILTER (WHERE name = $1 AND state < 'active' AND start_after <= now())::int AS waiting,
      count(*) FILTER (WHERE name = $1 AND state < 'active' AND start_after > now())::int AS deferred,
      count(*) FILTER (WHERE name = $1 AND state = 'active')::int AS running,
      count(*) FILTER (WHERE name = $2 AND state < 'active')::int AS dead,
      coalesce(extract(epoch FROM now() - min(start_after) FILTER (WHERE name = $1 AND state < 'active' AND start_after <= now())), 0)::float8
        AS "oldestWaitingSeconds"
    FROM "${schema}".job WHERE name IN ($1, $2)`,
    [INBOX, DEAD],
  );
  const row = rows[0] as QueueState;
  return { ...row, oldestWaitingSeconds: Math.max(0, row.oldestWaitingSeconds) };
}

/** A storage that fails is queue-unavailable: whoever sent the hint sends it again. */
export async function reached<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new RollbackError('queue-unavailable', `The queue in PostgreSQL did not answer: ${wordsOf(error)}`, {
      cause: error,
    });
  }
}

/** A driver names host and user; what stands in a URL before the `@` is nobody's business. */
export function wordsOf(error: unknown): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const words = messageOf(inner);
  return words.replace(/\b[a-z][a-z0-9+]*:\/\/\S*@/gi, '//***@').slice(0, 300);
}
