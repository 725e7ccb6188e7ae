/** What the readers of webhooks share. */
import type * as z from 'zod';
import type { Told } from './moves.ts';

/** The body in this shape, or why it is none. */
export function inShape<T>(
  schema: z.ZodType<T>,
  body: unknown,
  what: string,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly told: Told } {
  const parsed = schema.safeParse(body);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [first] = parsed.error.issues;
  const because = `not ${what}: ${first?.path.join('.') || 'body'} ${first?.message ?? ''}`;
  return { ok: false, told: { kind: 'unreadable', because } };
}

/** ISO 8601 in UTC, of a text or of epoch ms; null for anything else. */
export function instantIn(value: string | number | null | undefined): string | null {
  const ms = typeof value === 'number' ? value : Date.parse(value ?? '');
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : null;
}
