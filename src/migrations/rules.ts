/** What the effects of one statement mean for whoever takes the release back. */
import { objectWords, type Effect } from './effects.ts';
import { ofNotNull, ofType } from './rules/change.ts';
import { ofCreate } from './rules/create.ts';
import { ofDrop } from './rules/drop.ts';
import { ofData } from './rules/rows.ts';
import { isOf, type Around, type Said } from './rules/said.ts';

export function saidOf(effect: Effect, around: Around): readonly Said[] {
  const { made } = around;
  if (isOf(effect, made.tables)) return [];
  // What a script makes for itself and takes away again was never anybody's.
  if (effect.kind === 'drop' && !effect.cascade && (made.tables.has(effect.name) || made.columns.has(effect.name)))
    return [];
  const said = ofEffect(effect, around);
  return isOf(effect, made.perhaps) ? said.filter(({ kind }) => kind === 'loses-data' || kind === 'unread') : said;
}

function ofEffect(effect: Effect, around: Around): readonly Said[] {
  switch (effect.kind) {
    case 'create':
      return ofCreate(effect, around);
    case 'drop':
      return ofDrop(effect);
    case 'rename':
      if (effect.object === 'index' || effect.object === 'constraint') return [];
      return [
        {
          kind: 'breaks-old',
          says: `${objectWords(effect.object, effect.name)} becomes ${effect.to}: what runs on the older version still asks for ${effect.name}`,
          cure: `Add the new name beside the old one (a column and a copy, a view), move the readers, and drop the old name later.`,
        },
      ];
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
      return ofData(effect, around);
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
          cure: effect.rows
            ? 'Write it as plain statements; if it removes or overwrites no row, a person must say so.'
            : 'Write it as plain statements, or prove it: lastgood migrations --prove.',
          hidesRows: effect.rows,
        },
      ];
    case 'setting':
    case 'transaction':
    case 'harmless':
      return [];
  }
}
