import { openPglite } from '../../src/adapters/postgres/pglite.ts';
import { prove } from '../../src/adapters/postgres/prove.ts';
import { openScratch, scratchUrl } from '../../src/adapters/postgres/scratch.ts';
import { RollbackError } from '../../src/errors.ts';
import { POSTGRESQL, readDatabase, type Database } from '../../src/migrations/database.ts';
import { judgeRelease } from '../../src/migrations/judge.ts';
import type { ChangedFile, Migration } from '../../src/migrations/migration.ts';
import { proofVerdict, type Proof } from '../../src/migrations/proof.ts';
import { recognise } from '../../src/migrations/recognise.ts';
import { settledBy } from '../../src/migrations/settled.ts';
import { inOrder } from '../../src/migrations/proof.ts';
import { targetOf, type Target } from '../../src/playbook/target.ts';
import { migrationsText, policyWords } from '../../src/report/migrations.ts';
import { loadPlaybook } from '../playbook-file.ts';
import { filesOfDisk, filesOfRange } from '../release-files.ts';
import { answer, needed, option, type Call, type Command, OF_PLAYBOOK } from '../terminal.ts';

type Rollback = Target['rules']['rollback'];

const BUDGET_MS = 100;
const RUNS = 5;

export const migrations: Command = {
  usage: 'migrations --base SHA --head SHA | FILE... [--prove [--database-url-env SCRATCH_...]]',
  does: 'says whether the migrations of a release can be taken back; with --prove it tries on a scratch PostgreSQL',
  words: ['FILE...'],
  values: {
    ...OF_PLAYBOOK,
    base: 'SHA',
    head: 'SHA',
    database: 'NAME@VERSION',
    'database-url-env': 'SCRATCH_...',
    schema: 'F',
    budget: 'MS',
    runs: 'N',
  },
  switches: ['prove'],
  async run(call) {
    const files = await filesOf(call);
    const found = recognise(files);
    const rollback = await rollbackOf(call);
    const database = databaseOf(call) ?? rollback?.database ?? POSTGRESQL;
    const release = judgeRelease(found, database);
    if (call.options['prove'] === true) refuseOther(database);
    const proof = call.options['prove'] === true ? await proven(call, files, found.migrations) : null;
    const settled = settledBy(release, proof);
    const policy = rollback === null ? null : policyOf(rollback);
    answer(call, { ...settled, proof, ...(proof ? { proven: proofVerdict(proof).ok } : {}), policy }, () =>
      migrationsText({ release: settled, proof, policy: policy === null ? null : policyWords(policy, settled.undo) }),
    );
    const yes = settled.undo === 'nothing' || settled.undo === 'down';
    return yes && (proof === null || proof.migrations.length === 0 || proofVerdict(proof).ok) ? 0 : 1;
  },
};

async function filesOf(call: Call): Promise<readonly ChangedFile[]> {
  if (call.words.length > 0) {
    const range = ['base', 'head'].filter((name) => option(call, name) !== null).map((name) => `--${name}`);
    if (range.length > 0)
      throw new RollbackError(
        'input-invalid',
        `${range.join(' and ')} and '${call.words[0] ?? ''}' exclude each other`,
        {
          hint: 'Give a range of commits, or the files.',
        },
      );
    return filesOfDisk(call.words);
  }
  return filesOfRange(needed(call, 'base', 'v1.4.1'), option(call, 'head') ?? 'HEAD');
}

function databaseOf(call: Call): Database | null {
  const text = option(call, 'database');
  if (text === null) return null;
  const database = readDatabase(text);
  if (database === null)
    throw new RollbackError('input-invalid', `--database is '${text}'`, {
      hint: 'Such as postgresql@15, mysql or mariadb.',
    });
  return database;
}

/** What PostgreSQL does proves nothing about another database. */
function refuseOther({ name }: Database): void {
  if (name === 'postgresql') return;
  throw new RollbackError(
    'input-invalid',
    `--prove tries on PostgreSQL, and these migrations are written for ${name}`,
    {
      hint: `Run up, down and up again on a scratch ${name} in a job of yours, and compare its schema before and after.`,
    },
  );
}

function numberOf(call: Call, name: string, fallback: number): number {
  const text = option(call, name);
  const value = text === null ? fallback : Number(text);
  if (!Number.isFinite(value) || value < 1)
    throw new RollbackError('input-invalid', `--${name} is '${text ?? ''}', not a number of at least 1`);
  return value;
}

/** The scratch database begins with what the folders held before the release, or with the file that --schema names. */
async function proven(call: Call, files: readonly ChangedFile[], found: readonly Migration[]): Promise<Proof> {
  const variable = option(call, 'database-url-env');
  const url = variable === null ? null : scratchUrl(variable, call.env);
  const budgetMs = numberOf(call, 'budget', BUDGET_MS);
  const runs = Math.round(numberOf(call, 'runs', RUNS));
  const before = files.flatMap(({ path, before: text }) =>
    text === null ? [] : [{ path, before: null, after: text }],
  );
  const schema = option(call, 'schema');
  const [given] = schema === null ? [] : await filesOfDisk([schema]);
  const dump = given
    ? [{ up: { path: given.path, line: 1, text: given.after ?? '', runnable: true }, transaction: 'implicit' as const }]
    : [];
  const scratch = await (url === null ? openPglite() : openScratch(url));
  try {
    const base = given ? dump : inOrder(recognise(before).migrations);
    return await prove({ base, migrations: found, budgetMs, runs, scratch });
  } finally {
    await scratch.drop();
  }
}

/** `rollback` of the playbook, where a service is named. */
async function rollbackOf(call: Call): Promise<Rollback | null> {
  const service = option(call, 'service');
  if (option(call, 'playbook') === null && service === null) return null;
  const playbook = await loadPlaybook(option(call, 'playbook'));
  const target = targetOf(playbook, {
    service: needed(call, 'service', 'recommender'),
    environment: option(call, 'environment') ?? undefined,
  });
  return target.rules.rollback;
}

function policyOf({ migrations: policy }: Rollback): 'ask' | 'allow' | 'job' {
  return policy === 'reversible' ? 'allow' : policy;
}
