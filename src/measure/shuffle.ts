import type { Row } from './reading.ts';

/**
 * The same rows in an order that follows from their ids alone. A list that comes sorted by score would otherwise pair good with good and bad
 * with bad, or end with all the bad ones, and the evidence would believe in an order that somebody chose. `salt` tells the arms apart.
 */
export function shuffled(rows: readonly Row[], salt: string): readonly Row[] {
  const keyed = rows.map((row, at) => ({ row, at, key: hashOf(`${salt}\u0000${row.id}`) }));
  keyed.sort((a, b) => a.key - b.key || a.at - b.at);
  return keyed.map(({ row }) => row);
}

/** FNV-1a with a final mix, 32 bits: no secret, only a fixed order. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
