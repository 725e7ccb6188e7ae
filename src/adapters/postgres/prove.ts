/** Runs migrations up and down on a scratch database: is the schema the same again, how long does it take, who waits for whom. */
import { performance } from 'node:perf_hooks';
import type { Migration, Sql } from '../../migrations/migration.ts';
import { inOrder, type LockTrial, type Proof, type ProofOf } from '../../migrations/proof.ts';
import { schemaDiff, type SchemaObject } from '../../migrations/schema-diff.ts';
import { statementsOf } from '../../migrations/statements.ts';
import { messageOf, type Scratch } from './scratch.ts';
import type { Session } from './session.ts';
import { snapshot } from './snapshot.ts';

export interface ProveRequest {
  /** Scripts that make the schema before the release, in order. */
  readonly base: readonly Pick<Migration, 'up' | 'transaction'>[];
  readonly migrations: readonly Migration[];
  readonly budgetMs: number;
  /** How often up and down are run and timed; at least 1. */
  readonly runs: number;
  readonly scratch: Pick<Scratch, 'alone' | 'session'>;
}

interface Step {
  readonly migration: Migration;
  readonly down: Sql;
}

interface Course {
  readonly upMs: number[];
  readonly downMs: number[];
  readonly locks: LockTrial[];
  before: readonly SchemaObject[];
  after: readonly SchemaObject[];
}

/** A statement that fails is a part of the answer. Throws what the connection throws. */
export async function prove({ base, migrations, budgetMs, runs, scratch }: ProveRequest): Promise<Proof> {
  const stopped = migrations.flatMap(whyNot);
  if (stopped.length > 0) return { budgetMs, migrations: stopped };
  const steps = inOrder(migrations).flatMap((migration): Step[] =>
    migration.down.kind === 'script' ? [{ migration, down: migration.down.sql }] : [],
  );
  const main = await scratch.session();
  try {
    for (const { up, transaction } of base) {
      const failed = await attempt(() => execute(main, up.text, transaction));
      if (failed !== null)
        return { budgetMs, migrations: [{ kind: 'failed', id: 'base', path: up.path, way: 'up', says: failed }] };
    }
    const courses = new Map(
      steps.map(({ migration }): [Migration, Course] => [
        migration,
        { upMs: [], downMs: [], locks: [], before: [], after: [] },
      ]),
    );
    const results = () => steps.map(({ migration }) => resultOf(migration, courses.get(migration)));
    for (let round = 0; round < runs; round += 1) {
      const failed = await roundTrip(main, steps, courses, round === 0);
      if (failed) return { budgetMs, migrations: [failed] };
      // What was left behind would make the next up fail, and that is the lesser news.
      if (round === 0 && [...courses.values()].some(isAnother)) return { budgetMs, migrations: results() };
    }
    for (const beside of scratch.alone ? [] : (['an open read', 'an open write'] as const)) {
      const failed = await besideOthers(main, await scratch.session(), { steps, courses, budgetMs, beside });
      if (failed) return { budgetMs, migrations: [failed] };
    }
    return { budgetMs, migrations: results() };
  } finally {
    await main.end();
  }
}

function whyNot({ id, path, up, down }: Migration): readonly ProofOf[] {
  if (down.kind !== 'script')
    return [{ kind: 'not-run', id, path, because: `there is no way down to run: ${down.says}` }];
  if (up.runnable && down.sql.runnable) return [];
  const because =
    'its tool makes the SQL itself: print it (alembic upgrade --sql, liquibase update-sql) and prove that';
  return [{ kind: 'not-run', id, path, because }];
}

function isAnother({ before, after }: Course): boolean {
  return schemaDiff(before, after).length > 0;
}

function resultOf({ id, path }: Migration, course: Course | undefined): ProofOf {
  if (!course) return { kind: 'not-run', id, path, because: 'it was not run' };
  const { upMs, downMs, locks, before, after } = course;
  return { kind: 'ran', id, path, upMs, downMs, locks, differences: schemaDiff(before, after) };
}

/** Everything up, then everything down, last one first; each timed by itself, and the schema compared around it the first time. */
async function roundTrip(
  main: Session,
  steps: readonly Step[],
  courses: ReadonlyMap<Migration, Course>,
  compare: boolean,
): Promise<ProofOf | null> {
  for (const { migration } of steps) {
    const course = courses.get(migration);
    if (compare && course) course.before = await snapshot(main);
    const started = performance.now();
    const failed = await attempt(() => execute(main, migration.up.text, migration.transaction));
    course?.upMs.push(performance.now() - started);
    if (failed !== null) return { kind: 'failed', id: migration.id, path: migration.up.path, way: 'up', says: failed };
  }
  for (const { migration, down } of steps.toReversed()) {
    const course = courses.get(migration);
    const started = performance.now();
    const failed = await attempt(() => execute(main, down.text, migration.transaction));
    course?.downMs.push(performance.now() - started);
    if (failed !== null) return { kind: 'failed', id: migration.id, path: down.path, way: 'down', says: failed };
    if (compare && course) course.after = await snapshot(main);
  }
  return null;
}

const MODES = { 'an open read': 'ACCESS SHARE', 'an open write': 'ROW EXCLUSIVE' } as const;

/** The same way down while another session has a transaction open on every table, as a slow query or a forgotten one has. */
async function besideOthers(
  main: Session,
  other: Session,
  {
    steps,
    courses,
    budgetMs,
    beside,
  }: {
    readonly steps: readonly Step[];
    readonly courses: ReadonlyMap<Migration, Course>;
    readonly budgetMs: number;
    readonly beside: LockTrial['beside'];
  },
): Promise<ProofOf | null> {
  try {
    for (const { migration } of steps) {
      const failed = await attempt(() => execute(main, migration.up.text, migration.transaction));
      if (failed !== null)
        return { kind: 'failed', id: migration.id, path: migration.up.path, way: 'up', says: failed };
    }
    for (const { migration, down } of steps.toReversed()) {
      await main.run(`SET lock_timeout = ${Math.max(1, Math.round(budgetMs))}`);
      await holdAll(other, MODES[beside]);
      const failed = await attempt(() => execute(main, down.text, migration.transaction));
      await other.run('ROLLBACK');
      courses.get(migration)?.locks.push({ beside, waits: failed !== null });
      const again = failed === null ? null : await attempt(() => execute(main, down.text, migration.transaction));
      if (again !== null) return { kind: 'failed', id: migration.id, path: down.path, way: 'down', says: again };
    }
    return null;
  } finally {
    await other.end();
  }
}

async function holdAll(other: Session, mode: string): Promise<void> {
  const tables = await other.rows(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT LIKE 'pg\\_%' AND schemaname <> 'information_schema'",
  );
  await other.run('BEGIN');
  for (const { name } of tables) await other.run(`LOCK TABLE ${String(name)} IN ${mode} MODE`);
}

/** As its tool would: in a transaction, all at once, or one by one. What a script sets counts for that script only. */
async function execute(session: Session, text: string, transaction: Migration['transaction']): Promise<void> {
  try {
    if (transaction === 'none')
      for (const statement of statementsOf(text).statements) await session.run(statement.text);
    else if (transaction === 'implicit') await session.run(text);
    else {
      await session.run('BEGIN');
      await session.run(text);
      await session.run('COMMIT');
    }
  } catch (error) {
    await session.run('ROLLBACK');
    throw error;
  } finally {
    await session.run('RESET ALL');
  }
}

/** What the database said against it; null: nothing. */
async function attempt(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
