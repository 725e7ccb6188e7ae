import type { Database } from '../database.ts';
import type { Effect } from '../effects.ts';
import { EXPAND, type Around, type Said } from './said.ts';

export function ofCreate(effect: Extract<Effect, { kind: 'create' }>, { database }: Around): readonly Said[] {
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
  if (effect.replaces === true && (object === 'table' || object === 'schema' || object === 'database'))
    said.push({
      kind: 'loses-data',
      says: `${object} ${name} is created anew: where one of this name stands, it is dropped with what it holds`,
      cure: EXPAND,
    });
  else if (effect.replaces === true)
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
