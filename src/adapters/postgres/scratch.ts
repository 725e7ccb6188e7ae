import { randomBytes } from 'node:crypto';
import { RollbackError } from '../../errors.ts';
import { connect, type Session } from './session.ts';

/** A database of our own on a server that may be played with. */
export interface Scratch {
  /** Major version of the server. */
  readonly version: number;
  /** True: it has room for one session, so who waits for whom cannot be tried. */
  readonly alone: boolean;
  session(): Promise<Session>;
  /** Removes it again. */
  drop(): Promise<void>;
}

/** The name of the variable is the owner's word that nothing of value is there. Throws input-invalid. */
export function scratchUrl(variable: string, env: Readonly<Record<string, string | undefined>>): string {
  if (!/scratch/i.test(variable))
    throw new RollbackError('input-invalid', `--database-url-env is '${variable}', whose name does not say scratch`, {
      hint: 'Migrations are proven on a throw-away server only: put its URL into a variable such as SCRATCH_DATABASE_URL.',
    });
  const url = env[variable];
  if (url === undefined || url === '')
    throw new RollbackError('input-invalid', `${variable} is not set`, {
      hint: 'Set it to postgres://user:password@host:port/database of a scratch server.',
    });
  const twin = Object.entries(env).find(
    ([name, value]) =>
      value === url &&
      name !== variable &&
      /(^|_)(DATABASE|POSTGRES|PG|DB)\w*_?(URL|URI|DSN)$/i.test(name) &&
      !/scratch/i.test(name),
  );
  if (twin)
    throw new RollbackError('input-invalid', `${variable} is the same database as ${twin[0]}`, {
      hint: 'Name a server that nobody else uses.',
    });
  return url;
}

/**
 * Makes a database of its own. Where the account may not, the named database is used, if it has no table of anybody. Throws
 * input-invalid for one that has, and source-unavailable.
 */
export async function openScratch(url: string): Promise<Scratch> {
  const first = await connect(url);
  try {
    const [row] = await first.rows(
      "SELECT current_setting('server_version_num')::int / 10000 AS version, current_database() AS name",
    );
    const version = Number(row?.['version']);
    const name = `lastgood_scratch_${randomBytes(6).toString('hex')}`;
    try {
      await first.run(`CREATE DATABASE ${name}`);
    } catch (error) {
      if (codeOf(error) !== '42501')
        throw new RollbackError('source-unavailable', `The scratch PostgreSQL made no database: ${messageOf(error)}`);
      await refuseTables(first, String(row?.['name']));
      return { version, alone: false, session: () => connect(url), drop: () => Promise.resolve() };
    }
    const own = withDatabase(url, name);
    return { version, alone: false, session: () => connect(own), drop: () => dropDatabase(url, name) };
  } finally {
    await first.end();
  }
}

/** A database with anybody's tables is not ours to change. */
async function refuseTables(session: Session, name: string): Promise<void> {
  const [row] = await session.rows(
    "SELECT count(*)::int AS tables, min(schemaname || '.' || tablename) AS example FROM pg_tables WHERE schemaname NOT LIKE 'pg\\_%' AND schemaname <> 'information_schema'",
  );
  if (Number(row?.['tables']) > 0)
    throw new RollbackError(
      'input-invalid',
      `The account may not create a database, and ${name} has ${String(row?.['tables'])} tables already, such as ${String(row?.['example'])}`,
      { hint: 'Give the account CREATEDB, or name an empty database.' },
    );
}

async function dropDatabase(url: string, name: string): Promise<void> {
  const session = await connect(url);
  try {
    await session.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND pid <> pg_backend_pid()`,
    );
    await session.run(`DROP DATABASE IF EXISTS ${name}`);
  } finally {
    await session.end();
  }
}

function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}

export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no answer';
}
