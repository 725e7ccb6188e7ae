import pg from 'pg';
import { RollbackError } from '../../errors.ts';

/** One connection, as far as a proof needs it. */
export interface Session {
  /** One query without parameters. */
  rows(sql: string): Promise<readonly Record<string, unknown>[]>;
  /** A whole script, sent at once. */
  run(sql: string): Promise<void>;
  end(): Promise<void>;
}

/** Throws source-unavailable; the message never holds the URL, which holds a password. */
export async function connect(url: string): Promise<Session> {
  let client: pg.Client;
  try {
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'lastgood' });
    client.on('error', () => undefined);
    await client.connect();
  } catch (error) {
    throw new RollbackError('source-unavailable', `The scratch PostgreSQL does not answer: ${wordsOf(error, url)}`, {
      hint: 'Check the variable that holds its URL, and that it is reachable from here.',
      cause: error instanceof Error && 'code' in error ? error.code : undefined,
    });
  }
  return {
    rows: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    run: async (sql) => {
      await client.query(sql);
    },
    end: () => client.end(),
  };
}

/** What the server or the driver said, without the secret of the URL. */
function wordsOf(error: unknown, url: string): string {
  const words = error instanceof Error ? error.message || error.name : 'no answer';
  const password = /^[a-z]+:\/\/[^:@/]*:([^@]*)@/.exec(url)?.[1];
  return password === undefined || password === '' ? words : words.replaceAll(password, '***');
}
