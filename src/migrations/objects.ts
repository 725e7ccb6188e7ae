import type { Cursor } from './cursor.ts';
import type { ObjectKind } from './effects.ts';

const OBJECTS: readonly (readonly [readonly string[], ObjectKind])[] = [
  [['materialized', 'view'], 'materialized view'],
  [['foreign', 'table'], 'table'],
  [['event', 'trigger'], 'trigger'],
  [['constraint', 'trigger'], 'trigger'],
  [['table'], 'table'],
  [['index'], 'index'],
  [['sequence'], 'sequence'],
  [['view'], 'view'],
  [['function'], 'function'],
  [['aggregate'], 'function'],
  [['procedure'], 'procedure'],
  [['routine'], 'function'],
  [['trigger'], 'trigger'],
  [['type'], 'type'],
  [['domain'], 'domain'],
  [['schema'], 'schema'],
  [['extension'], 'extension'],
  [['policy'], 'policy'],
  [['role'], 'role'],
  [['user'], 'role'],
  [['database'], 'database'],
];

/** The kind of object that is named next; its words are taken. */
export function objectAt(cursor: Cursor): ObjectKind | null {
  return OBJECTS.find(([words]) => cursor.take(...words))?.[1] ?? null;
}
