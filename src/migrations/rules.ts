/** What the effects of one statement mean for whoever takes the release back. */
import type { Database } from './database.ts';
import { objectWords, type Effect } from './effects.ts';
import type { FindingKind } from './finding.ts';
import type { Statement } from './statements.ts';
import { typeChange } from './types-of-columns.ts';

export interface Said {
  readonly kind: FindingKind;
  readonly says: string;
  readonly cure: string;
}

export interface Around {
  readonly database: Database;
  /** Tables that the same script created: nobody reads them yet. */
  readonly fresh: ReadonlySet<string>;
  /** Type of `table.column` before the statement, where another part of the release says it. */
  readonly typeBefore: (column: string) => string | null;
}

const EXPAND =
  'Expand first, contract later: leave it in this release and remove it in one that no rollback can reach.';

export function saidOf(effect: Effect, around: Around): readonly Said[] {
  if (ownerOf(effect, around.fresh)) return [];
  switch (effect.kind) {
    case 'create':
      return ofCreate(effect, around);
    case 'drop':
      return ofDrop(effect);
    case 'rename':
      return [
        {
          kind: 'breaks-old',
          says: `${objectWords(effect.object, effect.name)} becomes ${effect.to}: what runs on the older version still asks for ${effect.name}`,
          cure: `Add the new name beside the old one (a column and a copy, a view), move the readers, and drop the old name later.`,
        },
      ].filter(() => effect.object !== 'index' && effect.object !== 'constraint') as readonly Said[];
    case 'type':
      return ofType(effect, around);
    case 'not-null':
      return effect.set ? ofNotNull(effect, around) : [];
    case 'default':
      return effect.set
        ? []
        : [
            {
              kind: 'breaks-old',
              says: `${effect.table}.${effect.column} loses its default: the older version may insert rows without it`,
              cure: 'Keep the default until no older version can come back.',
            },
          ];
    case 'data':
      return ofData(effect);
    case 'rewrite':
      return [
        {
          kind: 'rewrite',
          says: `${effect.says} writes every row of ${effect.table} again`,
          cure: 'Do it outside of a release, with pg_repack or in a quiet hour.',
        },
      ];
    case 'grant':
      return effect.verb === 'revoke'
        ? [
            {
              kind: 'breaks-old',
              says: `REVOKE ${effect.words}: the older version may need that right`,
              cure: 'Revoke in a later release.',
            },
          ]
        : [];
    case 'opaque':
      return [
        {
          kind: 'unread',
          says: `${effect.says}: what it changes cannot be read from its text`,
          cure: 'Write it as plain statements, or prove it: lastgood migrations --prove.',
        },
      ];
    case 'setting':
    case 'transaction':
    case 'harmless':
      return [];
  }
}

function ownerOf(effect: Effect, fresh: ReadonlySet<string>): boolean {
  const table = 'table' in effect ? effect.table : null;
  return table !== null && fresh.has(table);
}

function ofCreate(effect: Extract<Effect, { kind: 'create' }>, { database }: Around): readonly Said[] {
  const { object, name, table } = effect;
  const said: Said[] = [];
  if (object === 'column' && effect.column) {
    const { column } = effect;
    if (column.notNull && column.default === null && column.generated === null)
      said.push({
        kind: 'breaks-old',
        says: `column ${name} is NOT NULL without a default: it cannot be added to a table with rows, and the older version inserts without it`,
        cure: 'Add it nullable or with a default; make it NOT NULL in a later release.',
      });
    const rewrites = addRewrites(effect, database);
    if (rewrites !== null)
      said.push({
        kind: 'rewrite',
        says: `column ${name}: ${rewrites}, so every row of ${table ?? ''} is written again while nobody can read it`,
        cure: 'Add the column without it, set the default for new rows, and fill the old rows in batches.',
      });
    if (column.constrained === 'unique')
      said.push({
        kind: 'locks',
        says: `column ${name} builds a unique index while ${table ?? ''} is locked`,
        cure: 'Build the index CONCURRENTLY first.',
      });
  }
  if (object === 'index') {
    if (effect.unique === true)
      said.push({
        kind: 'breaks-old',
        says: `index ${name} is unique: a row that the older version may write is refused`,
        cure: 'Make sure the older version cannot write duplicates, or add the index in a later release.',
      });
    if (effect.gentle !== true)
      said.push({
        kind: 'locks',
        says: `index ${name}: writes to ${table ?? ''} wait until it is built`,
        cure: 'CREATE INDEX CONCURRENTLY, in a migration of its own without a transaction.',
      });
  }
  if (object === 'constraint') {
    said.push({
      kind: 'breaks-old',
      says: `constraint ${name}: a row that the older version may write is refused`,
      cure: 'Add it only once every version that can come back obeys it.',
    });
    if (effect.gentle !== true)
      said.push({
        kind: 'locks',
        says: `constraint ${name}: ${effect.check === 'unique' || effect.check === 'exclude' ? 'its index is built' : 'every row is checked'} while ${table ?? ''} is locked`,
        cure:
          effect.check === 'unique'
            ? 'CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT ... USING INDEX.'
            : 'Add it NOT VALID, and VALIDATE CONSTRAINT in a later migration.',
      });
  }
  if (object === 'trigger' || object === 'policy')
    said.push({
      kind: 'breaks-old',
      says: `${object} ${name}: it acts on what the older version reads or writes too`,
      cure: 'Make sure the older version runs under it, or bring it in a later release.',
    });
  if (effect.replaces === true)
    said.push({
      kind: 'breaks-old',
      says: `${object} ${name} may replace one of the same name, which the older version calls`,
      cure: 'Create it under a new name, or let the down put the older text back.',
    });
  if (object === 'value')
    said.push({
      kind: 'note',
      says: `enum value ${name}: PostgreSQL has no statement that removes it, and the older version may meet it in a row`,
      cure: 'Leave it; the older version must bear a value it does not know.',
    });
  return said;
}

const VOLATILE =
  /\b(random|gen_random_uuid|uuid_generate_v\d\w*|uuidv[47]|clock_timestamp|timeofday|nextval|txid_current|pg_sleep)\s*\(/;

/** Why adding the column rewrites the table; null: only the catalogue changes. Constant defaults since PostgreSQL 11. */
function addRewrites({ column }: Extract<Effect, { kind: 'create' }>, { name, version }: Database): string | null {
  if (!column || name !== 'postgresql') return null;
  if (column.generated === 'stored') return 'it is computed for every row';
  if (column.generated !== null) return 'it takes a new number for every row';
  if (column.default === null) return null;
  if (VOLATILE.test(column.default)) return `its default ${column.default} is another one for every row`;
  return version < 11 ? `PostgreSQL ${version} writes a default into every row` : null;
}

function ofDrop(effect: Extract<Effect, { kind: 'drop' }>): readonly Said[] {
  const { object, name, cascade } = effect;
  const words = objectWords(object, name);
  const further: readonly Said[] = cascade
    ? [
        {
          kind: 'unread',
          says: `${words} is dropped with CASCADE: what else goes with it is not said`,
          cure: 'Drop each thing by name.',
        },
      ]
    : [];
  switch (object) {
    case 'table':
    case 'column':
    case 'schema':
    case 'database':
    case 'extension':
      return [
        {
          kind: 'loses-data',
          says: `${words} is dropped with what it holds; the older version still reads it`,
          cure: EXPAND,
        },
        ...further,
      ];
    case 'index':
      return effect.gentle === true
        ? further
        : [
            {
              kind: 'note',
              says: `${words} is dropped: the older version may be slower without it`,
              cure: 'Drop it in a later release.',
            },
            ...further,
          ];
    case 'constraint':
      return [
        {
          kind: 'note',
          says: `${words} is dropped: rows that break it may come in, and a down that adds it again fails on them`,
          cure: 'Drop it in a later release.',
        },
        ...further,
      ];
    case 'other':
      return [
        { kind: 'breaks-old', says: `${name} is detached: the older version no longer finds its rows`, cure: EXPAND },
        ...further,
      ];
    case 'sequence':
    case 'view':
    case 'materialized view':
    case 'function':
    case 'procedure':
    case 'trigger':
    case 'type':
    case 'domain':
    case 'policy':
    case 'role':
    case 'value':
      return [
        { kind: 'breaks-old', says: `${words} is dropped: the older version may still use it`, cure: EXPAND },
        ...further,
      ];
  }
}

function ofType(effect: Extract<Effect, { kind: 'type' }>, { typeBefore, database }: Around): readonly Said[] {
  const column = `${effect.table}.${effect.column}`;
  const from = typeBefore(column);
  const change = typeChange(from, effect.to);
  const words = `column ${column} ${from === null ? '' : `from ${from} `}to ${effect.to}`;
  const cure =
    'Add a column of the new type beside it, fill it in batches, move the readers, and drop the old one later.';
  const rewrite: Said = {
    kind: 'rewrite',
    says: `${words}: every row is written again while nobody can read the table`,
    cure,
  };
  switch (change) {
    case 'metadata':
      return effect.using ? [{ ...rewrite, says: `${words} with USING: PostgreSQL may write every row again` }] : [];
    case 'rewrites':
      return [
        rewrite,
        { kind: 'breaks-old', says: `${words}: the older version reads and writes the older type`, cure },
      ];
    case 'narrows':
      return [
        rewrite,
        { kind: 'loses-data', says: `${words}: values that do not fit are cut or stop the migration`, cure },
      ];
    case 'unknown':
      return [
        { ...rewrite, says: `${words}: unless it only widens a varchar or numeric, every row is written again` },
        {
          kind: 'breaks-old',
          says: `${words}: the type it had stands nowhere in the release${database.name === 'postgresql' ? '' : `, and ${database.name} may cut values`}`,
          cure,
        },
      ];
  }
}

function ofNotNull(effect: Extract<Effect, { kind: 'not-null' }>, { database }: Around): readonly Said[] {
  const column = `${effect.table}.${effect.column}`;
  const said: Said = {
    kind: 'breaks-old',
    says: `${column} becomes NOT NULL: the older version may still write rows without it`,
    cure: 'Do it in a later release, once every version that can come back fills it.',
  };
  if (database.name !== 'postgresql') return [said];
  const proof =
    database.version >= 12
      ? 'unless a valid CHECK (... IS NOT NULL) already proves it'
      : 'always, before PostgreSQL 12';
  return [
    said,
    {
      kind: 'locks',
      says: `${column} SET NOT NULL reads every row while the table is locked, ${proof}`,
      cure: 'Add CHECK (... IS NOT NULL) NOT VALID, validate it, then SET NOT NULL.',
    },
  ];
}

function ofData({ verb, table, where }: Extract<Effect, { kind: 'data' }>): readonly Said[] {
  switch (verb) {
    case 'insert':
      return [
        {
          kind: 'note',
          says: `rows are inserted into ${table}; they stay unless the down removes them`,
          cure: 'Let the down delete exactly them.',
        },
      ];
    case 'update':
    case 'merge':
      return [
        {
          kind: 'loses-data',
          says: `${verb.toUpperCase()} of ${table}${where || verb === 'merge' ? '' : ' without WHERE'} overwrites values that a down cannot know`,
          cure: 'Write into a new column, and keep the old values until the release is proven.',
        },
      ];
    case 'delete':
    case 'truncate':
      return [
        {
          kind: 'loses-data',
          says: `${verb.toUpperCase()} ${verb === 'delete' ? `FROM ${table}${where ? '' : ' without WHERE'}` : table} removes rows that no down brings back`,
          cure: 'Copy them into a table of their own first, or do it in a release of its own.',
        },
      ];
  }
}

/** Why a statement cannot run inside a transaction; null: it can. PostgreSQL, "PreventInTransactionBlock" of each command. */
export function refusesTransaction(statement: Statement, { name, version }: Database): string | null {
  if (name !== 'postgresql') return null;
  const words = statement.tokens.filter(({ kind }) => kind === 'word').map(({ value }) => value);
  const [first, second] = words;
  const has = (word: string): boolean => words.includes(word);
  if (has('concurrently') && (has('index') || first === 'reindex' || has('detach')))
    return words.slice(0, 3).join(' ').toUpperCase();
  if (first === 'vacuum') return 'VACUUM';
  if ((first === 'create' || first === 'drop') && (second === 'database' || second === 'tablespace'))
    return `${first} ${second}`.toUpperCase();
  if (first === 'alter' && second === 'system') return 'ALTER SYSTEM';
  if (first === 'reindex' && (second === 'database' || second === 'system')) return `REINDEX ${second.toUpperCase()}`;
  if (first === 'alter' && second === 'type' && has('add') && has('value') && version < 12)
    return 'ALTER TYPE ... ADD VALUE';
  return null;
}

/** Takes a lock on something that others use, and so may wait for them: true for every DDL on an existing object. */
export function waitsForLock(effect: Effect, fresh: ReadonlySet<string>): boolean {
  if (ownerOf(effect, fresh)) return false;
  switch (effect.kind) {
    case 'drop':
    case 'rename':
    case 'type':
    case 'not-null':
    case 'default':
    case 'rewrite':
      return true;
    case 'create':
      return effect.table !== null && effect.gentle !== true;
    case 'data':
      return effect.verb === 'truncate';
    case 'grant':
    case 'setting':
    case 'transaction':
    case 'harmless':
    case 'opaque':
      return false;
  }
}
