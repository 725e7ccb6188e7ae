/** The newest schema version that a set of migration files knows, for each tool. */
import type { Migration } from './migration.ts';
import { recognise } from './recognise.ts';

export type SchemaVersion = Pick<Migration, 'tool' | 'id' | 'path' | 'line'>;

/** What the files name. Whether it was applied, only the database knows. */
export function newestSchemas(
  files: readonly { readonly path: string; readonly text: string }[],
): readonly SchemaVersion[] {
  const { migrations } = recognise(files.map(({ path, text }) => ({ path, before: null, after: text })));
  const tools = Map.groupBy(
    migrations.filter(({ repeatable }) => !repeatable),
    ({ tool }) => tool,
  );
  return [...tools.values()].flatMap(headsOf);
}

/** Where migrations form a chain: those that nothing follows. Else the highest version; of Liquibase the last change set. */
function headsOf(all: readonly Migration[]): readonly SchemaVersion[] {
  const followed = new Set(all.flatMap(({ follows }) => follows ?? []));
  const chained = followed.size > 0 ? all.filter(({ id }) => !followed.has(id)) : [];
  if (chained.length > 0) return chained;
  const ordered = all[0]?.tool === 'liquibase' ? all : all.toSorted((a, b) => compareIds(a.id, b.id));
  return ordered.slice(-1);
}

/** Runs of digits count as numbers, whatever their zeros: `2` before `10`, `1.2` before `1.10`. */
function compareIds(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const [x = '', y = ''] = [left[i], right[i]];
    if (x === y) continue;
    if (/^\d+$/.test(x) && /^\d+$/.test(y)) {
      const difference = BigInt(x) - BigInt(y);
      if (difference !== 0n) return difference < 0n ? -1 : 1;
      continue;
    }
    return x < y ? -1 : 1;
  }
  return 0;
}

function partsOf(id: string): readonly string[] {
  return id.match(/\d+|\D+/g) ?? [];
}
