import type { Effect } from '../effects.ts';
import { typeChange } from '../types-of-columns.ts';
import type { Around, Said } from './said.ts';

export function ofType(effect: Extract<Effect, { kind: 'type' }>, { typeBefore, database }: Around): readonly Said[] {
  const column = `${effect.table}.${effect.column}`;
  const from = typeBefore(column);
  const change = typeChange(from, effect.to, database.name);
  const words = `column ${column} ${from === null ? '' : `from ${from} `}to ${effect.to}`;
  const cure =
    'Add a column of the new type beside it, fill it in batches, move the readers, and drop the old one later.';
  const rewrite: Said = {
    kind: 'rewrite',
    says: `${words}: every row is written again while nobody can read the table`,
    cure,
  };
  if (effect.using === 'computed')
    return [
      rewrite,
      { kind: 'loses-data', says: `${words}: its USING writes other values over the ones that stand there`, cure },
    ];
  switch (change) {
    case 'metadata':
      return effect.using !== null
        ? [{ ...rewrite, says: `${words} with USING: PostgreSQL may write every row again` }]
        : [];
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

export function ofNotNull(effect: Extract<Effect, { kind: 'not-null' }>, { database }: Around): readonly Said[] {
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
