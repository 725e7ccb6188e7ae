import type { Effect } from './effects.ts';

/** What the statements of a script have made so far, which nobody reads yet. */
export interface Made {
  readonly tables: Set<string>;
  /** Tables that were made IF NOT EXISTS: they are taken for new ones, except where rows are at stake. */
  readonly perhaps: Set<string>;
  /** As `table.column`. */
  readonly columns: Set<string>;
}

export function nothingMade(): Made {
  return { tables: new Set(), perhaps: new Set(), columns: new Set() };
}

/** A name that is given away or dropped stands for something else afterwards; in another schema every name does. */
export function noteMade({ tables, perhaps, columns }: Made, effect: Effect): void {
  if (movesElsewhere(effect)) for (const names of [tables, perhaps, columns]) names.clear();
  if (effect.kind === 'drop' || effect.kind === 'rename')
    for (const names of [tables, perhaps, columns]) names.delete(effect.name);
  if (effect.kind !== 'create' || effect.replaces === true) return;
  if (effect.object === 'table' || effect.object === 'materialized view')
    (effect.perhaps === true ? perhaps : tables).add(effect.name);
  if (effect.object === 'column' && effect.perhaps !== true) columns.add(effect.name);
}

function movesElsewhere(effect: Effect): boolean {
  if (effect.kind === 'setting') return /^(search_path|schema|catalog)$/.test(effect.name);
  return effect.kind === 'harmless' && effect.says === 'USE';
}
