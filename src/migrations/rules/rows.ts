import type { Effect } from '../effects.ts';
import type { Around, Said } from './said.ts';

export function ofData(effect: Extract<Effect, { kind: 'data' }>, { made }: Around): readonly Said[] {
  const { verb, table, where, columns = [] } = effect;
  if (columns.length > 0 && columns.every((column) => made.columns.has(`${table}.${column}`)))
    return [
      {
        kind: 'note',
        says: `UPDATE fills ${columns.join(', ')} of ${table}, which this migration adds: no older value is lost`,
        cure: 'Fill a large table in batches: one UPDATE holds every row until it is done.',
      },
    ];
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
    case 'expire':
      return [
        {
          kind: 'loses-data',
          says: `rows of ${table} expire from now on, and no down brings back those that did`,
          cure: 'Let rows expire in a release of its own.',
        },
      ];
  }
}
