/** What a ledger line may look like: the one parser between the file and the code. */
import * as z from 'zod';
import type { Entry, EntryKind, Line } from './entry.ts';

const KINDS = [
  'gate-passed',
  'gate-failed',
  'gate-undecided',
  'verified',
  'requested',
  'planned',
  'opened',
  'merged',
  'applied',
  'relieved',
  'recovered',
  'escalated',
  'cancelled',
  'refused',
  'held',
  'resumed',
  'frozen',
  'unfrozen',
  'released',
  'false-alarm',
  'pointer-moved',
  'repointing',
  'repointed',
  'repoint-failed',
  'notified',
  'notify-failed',
] as const satisfies readonly EntryKind[];

const text = z.string().min(1);
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const entry = {
  at: z.iso.datetime(),
  kind: z.enum(KINDS),
  id: text,
  service: text,
  environment: text,
  revision: z
    .string()
    .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
    .nullable(),
  incident: text.nullable(),
  actor: text,
  because: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
};

export const entrySchema: z.ZodType<Entry> = z.strictObject(entry);
export const lineSchema: z.ZodType<Line> = z.strictObject({ ...entry, seq: z.int().min(1), prev: hash, hash });
