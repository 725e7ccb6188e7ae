/**
 * Increase of a counter between two looks: a lower value means that the process started again and counted up from 0.
 * Null for the first value: how much of it is new cannot be known.
 */
export function counterDelta(previous: number | null, current: number): number | null {
  if (previous === null) return null;
  return current >= previous ? current - previous : current;
}
