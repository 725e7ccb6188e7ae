/** Which changes of a column's type keep the rows as they are, and which can lose something. PostgreSQL, "ALTER TABLE", Notes. */
import type { DatabaseName } from './database.ts';

interface Type {
  readonly name: string;
  readonly sizes: readonly number[];
  /** As written between the parentheses: sizes, or the values of an enum. */
  readonly inside: string;
}

const SAME: Readonly<Record<string, string>> = {
  'character varying': 'varchar',
  character: 'char',
  bpchar: 'char',
  varchar2: 'varchar',
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  decimal: 'numeric',
  bool: 'boolean',
  float8: 'double precision',
  float4: 'real',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  'timestamp with out time zone': 'timestamp without time zone',
};

function typeOf(text: string): Type {
  const [, before = '', inside = '', after = ''] =
    /^([^(]*)(?:\(([^)]*)\))?(.*)$/.exec(text.trim().toLowerCase()) ?? [];
  const words = `${before.trim()} ${after.trim()}`.trim().replace(/\s+/g, ' ');
  const sizes = inside
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  return { name: SAME[words] ?? words, sizes, inside: inside.replace(/\s+/g, '') };
}

const INTEGERS = ['smallint', 'integer', 'bigint', 'numeric'];
/** Digits before the point that each may have. */
const DIGITS = [5, 10, 19];

export type TypeChange =
  /** Only the catalogue changes. */
  | 'metadata'
  /** Every row is written again; no value is lost. */
  | 'rewrites'
  /** Values may not fit: it fails or cuts them. */
  | 'narrows'
  /** The older type is not known here. */
  | 'unknown';

/** Databases in which NUMERIC without sizes holds any number; in the others it is a short integer. */
const ANY_NUMBER: readonly DatabaseName[] = ['postgresql', 'cockroachdb', 'sqlite'];

/** `from` null: not known. */
export function typeChange(from: string | null, to: string, database: DatabaseName = 'postgresql'): TypeChange {
  if (from === null) return 'unknown';
  const [a, b] = [typeOf(from), typeOf(to)];
  const [size = Infinity] = a.sizes;
  const [newSize = Infinity] = b.sizes;
  if (a.name === b.name && a.inside === b.inside) return 'metadata';
  // MySQL's larger texts do not fit into TEXT, and the values of ENUM and SET are no sizes.
  if (/^(long|medium)|^blob$|^enum$|^set$/.test(a.name)) return 'narrows';
  if (b.name === 'numeric' && b.sizes.length === 0 && !ANY_NUMBER.includes(database)) return 'narrows';
  if (
    (a.name === 'varchar' || a.name === 'varbit') &&
    (b.name === a.name || (b.name === 'text' && a.name === 'varchar'))
  )
    return newSize >= size ? 'metadata' : 'narrows';
  if (a.name === 'text' && b.name === 'varchar') return newSize === Infinity ? 'metadata' : 'narrows';
  if (a.name === 'char' && (b.name === 'text' || b.name === 'varchar' || b.name === 'char'))
    return newSize >= size || b.name === 'text' ? 'rewrites' : 'narrows';
  if (a.name === 'numeric' && b.name === 'numeric') {
    const [scale = 0, newScale = 0] = [a.sizes[1], b.sizes[1]];
    if (b.sizes.length === 0) return 'metadata';
    if (scale === newScale) return newSize >= size ? 'metadata' : 'narrows';
    return newScale > scale && newSize - newScale >= size - scale ? 'rewrites' : 'narrows';
  }
  if (a.name === 'cidr' && b.name === 'inet') return 'metadata';
  const [rank, newRank] = [INTEGERS.indexOf(a.name), INTEGERS.indexOf(b.name)];
  if (rank !== -1 && newRank !== -1) {
    const fits = b.name !== 'numeric' || newSize - (b.sizes[1] ?? 0) >= (DIGITS[rank] ?? Infinity);
    return newRank > rank && fits ? 'rewrites' : 'narrows';
  }
  if (a.name === 'real' && b.name === 'double precision') return 'rewrites';
  // Two instants of the hour that is repeated in autumn have one local time.
  if (a.name === 'timestamp with time zone' && b.name === 'timestamp without time zone') return 'narrows';
  if (a.name.startsWith('timestamp') && b.name.startsWith('timestamp'))
    return newSize >= Math.min(size, 6) ? 'rewrites' : 'narrows';
  if (b.name === 'text' || (b.name === 'varchar' && newSize === Infinity)) return 'rewrites';
  return 'narrows';
}
