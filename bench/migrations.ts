/**
 * How long ways down take on a PostgreSQL of our own with a million rows: those that only change the catalogue, one that reads the table and
 * one that writes it again. `--runs 50 --rows 1000000`; `--write` renews the table of docs/migrations.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { between } from '../docs/markers.ts';
import { table } from '../docs/table.ts';
import { prove } from '../src/adapters/postgres/prove.ts';
import { openScratch, type Scratch } from '../src/adapters/postgres/scratch.ts';
import { medianOf, ms, proofVerdict, worstOf, type Proof } from '../src/migrations/proof.ts';
import { recognise } from '../src/migrations/recognise.ts';
import { startPostgres } from '../test/real/postgres.ts';

const BUDGET_MS = 100;
const READER_MS = 500;

interface Way {
  readonly name: string;
  readonly up: string;
  readonly down: string;
  /** What the down does: only the first must keep the budget. */
  readonly kind: 'catalogue' | 'reads the table' | 'writes the table again';
}

const WAYS: readonly Way[] = [
  {
    name: 'drop an added column',
    up: 'ALTER TABLE events ADD COLUMN note text;',
    down: 'ALTER TABLE events DROP COLUMN note;',
    kind: 'catalogue',
  },
  {
    name: 'drop an added column with a default',
    up: "ALTER TABLE events ADD COLUMN state text NOT NULL DEFAULT 'new';",
    down: 'ALTER TABLE events DROP COLUMN state;',
    kind: 'catalogue',
  },
  {
    name: 'drop an index',
    up: 'CREATE INDEX events_size ON events (size);',
    down: 'DROP INDEX events_size;',
    kind: 'catalogue',
  },
  {
    name: 'drop a constraint that was added NOT VALID',
    up: 'ALTER TABLE events ADD CONSTRAINT events_size_check CHECK (size >= 0) NOT VALID;',
    down: 'ALTER TABLE events DROP CONSTRAINT events_size_check;',
    kind: 'catalogue',
  },
  {
    name: 'drop an added table with a foreign key',
    up: 'CREATE TABLE notes (id bigint PRIMARY KEY, event bigint REFERENCES events (id), body text);',
    down: 'DROP TABLE notes;',
    kind: 'catalogue',
  },
  {
    name: 'take back a default',
    up: 'ALTER TABLE events ALTER size SET DEFAULT 0;',
    down: 'ALTER TABLE events ALTER size DROP DEFAULT;',
    kind: 'catalogue',
  },
  {
    name: 'rename a column back',
    up: 'ALTER TABLE events RENAME kind TO label;',
    down: 'ALTER TABLE events RENAME label TO kind;',
    kind: 'catalogue',
  },
  {
    name: 'set NOT NULL again',
    up: 'ALTER TABLE events ALTER size DROP NOT NULL;',
    down: 'ALTER TABLE events ALTER size SET NOT NULL;',
    kind: 'reads the table',
  },
  {
    name: 'change a type back (bigint to integer)',
    up: 'ALTER TABLE events ALTER size TYPE bigint;',
    down: 'ALTER TABLE events ALTER size TYPE integer;',
    kind: 'writes the table again',
  },
];

interface Measured {
  readonly way: Way;
  readonly medianMs: number;
  readonly worstMs: number;
  readonly runs: number;
  /** Beside a reader that ends after `READER_MS`. */
  readonly behindReaderMs: number;
  /** With `lock_timeout` at the budget it gives up beside an open read. */
  readonly waits: boolean;
  readonly refused: boolean;
}

async function measured(scratch: Scratch, way: Way, runs: number): Promise<Measured> {
  const { migrations } = recognise([
    { path: 'V2__x.sql', before: null, after: way.up },
    { path: 'U2__x.sql', before: null, after: way.down },
  ]);
  const proof = await prove({ base: [], migrations, budgetMs: BUDGET_MS, runs, scratch });
  const [ran] = proof.migrations;
  if (ran?.kind !== 'ran') throw new Error(`${way.name}: ${JSON.stringify(ran)}`);
  return {
    way,
    medianMs: medianOf(ran.downMs),
    worstMs: worstOf(ran.downMs),
    runs: ran.downMs.length,
    behindReaderMs: await behindReader(scratch, way),
    waits: ran.locks.some(({ beside, waits }) => beside === 'an open read' && waits),
    refused: refuses(proof),
  };
}

function refuses(proof: Proof): boolean {
  return proofVerdict(proof).faults.some((fault) => fault.includes('> budget'));
}

/** One run without lock_timeout, while a reader keeps its transaction open for a while. */
async function behindReader(scratch: Scratch, { up, down }: Way): Promise<number> {
  const [main, reader] = [await scratch.session(), await scratch.session()];
  try {
    await main.run(up);
    await reader.run('BEGIN');
    await reader.run('SELECT count(*) FROM (SELECT 1 FROM events LIMIT 1) AS one');
    const started = performance.now();
    const done = main.run(down);
    await sleep(READER_MS);
    await reader.run('COMMIT');
    await done;
    return performance.now() - started;
  } finally {
    await main.end();
    await reader.end();
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '50' },
      rows: { type: 'string', default: '1000000' },
      write: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const [runs, rows] = [Number(values.runs), Number(values.rows)];
  const server = await startPostgres({ durable: true });
  if (server === null) {
    process.stderr.write('PostgreSQL is not installed\n');
    return 2;
  }
  try {
    const scratch = await openScratch(server.url);
    try {
      const session = await scratch.session();
      await session.run(
        `CREATE TABLE events (id bigint PRIMARY KEY, kind varchar(40) NOT NULL, size integer NOT NULL);
INSERT INTO events SELECT i, 'kind ' || i % 7, i % 1000 FROM generate_series(1, ${rows}) AS i;`,
      );
      await session.run('VACUUM ANALYZE events');
      const [version] = await session.rows('SHOW server_version');
      await session.end();
      const found: Measured[] = [];
      for (const way of WAYS)
        found.push(await measured(scratch, way, way.kind === 'writes the table again' ? Math.min(runs, 10) : runs));
      const about = `PostgreSQL ${String(version?.['server_version']).split(' ')[0] ?? ''}, ${rows.toLocaleString('en-US')} rows, fsync on, ${cpus().length} cores`;
      const text = page(found, about);
      if (values.write) write(text);
      process.stdout.write(values.json ? `${JSON.stringify({ about, ways: found }, null, 2)}\n` : `${text}\n`);
      return found.every(kept) ? 0 : 1;
    } finally {
      await scratch.drop();
    }
  } finally {
    await server.stop();
  }
}

/** What the page promises: the catalogue within the budget, the rewrite refused. */
function kept({ way, medianMs, refused }: Measured): boolean {
  switch (way.kind) {
    case 'catalogue':
      return medianMs <= BUDGET_MS && !refused;
    case 'reads the table':
      return true;
    case 'writes the table again':
      return refused;
  }
}

function page(found: readonly Measured[], about: string): string {
  const rows = found.map(({ way, medianMs, worstMs, runs, behindReaderMs, waits, refused }) => [
    way.name,
    way.kind,
    ms(medianMs),
    ms(worstMs),
    String(runs),
    waits ? `waits; ${ms(behindReaderMs)}` : `does not wait; ${ms(behindReaderMs)}`,
    refused ? 'refused' : 'kept',
  ]);
  const head = [
    'Way down',
    'Does',
    'Median',
    'Worst',
    'Runs',
    `Beside a reader that ends after ${READER_MS} ms`,
    `Budget ${BUDGET_MS} ms`,
  ];
  return `${about}:\n\n${table(head, rows)}`;
}

function write(text: string): void {
  const path = new URL('../docs/migrations.md', import.meta.url);
  writeFileSync(path, between({ path: 'docs/migrations.md', text: readFileSync(path, 'utf8') }, 'measured', text));
}

process.exitCode = await main();
