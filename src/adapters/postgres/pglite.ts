/** PostgreSQL inside this process, from the package PGlite where it is installed: proves a way down without any server. */
import { RollbackError } from '../../errors.ts';
import type { Scratch } from './scratch.ts';

/** Empty, in memory, with one session. Throws input-invalid where the package is missing. */
export async function openPglite(): Promise<Scratch> {
  const { PGlite } = await loaded();
  const database = await PGlite.create();
  const session = {
    rows: async (sql: string) => (await database.query<Record<string, unknown>>(sql)).rows,
    run: async (sql: string) => {
      await database.exec(sql);
    },
    end: () => Promise.resolve(),
  };
  const [row] = await session.rows("SELECT current_setting('server_version_num')::int / 10000 AS version");
  return {
    version: Number(row?.['version']),
    alone: true,
    session: () => Promise.resolve(session),
    drop: () => database.close(),
  };
}

async function loaded() {
  try {
    return await import('@electric-sql/pglite');
  } catch (error) {
    throw new RollbackError(
      'input-invalid',
      '--prove needs a scratch PostgreSQL, and neither was given one nor found PGlite',
      {
        hint: 'Name the variable of one: --database-url-env SCRATCH_DATABASE_URL. Or install PGlite beside lastgood: npm install @electric-sql/pglite.',
        cause: error,
      },
    );
  }
}
