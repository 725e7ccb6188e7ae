/**
 * Everything a gate read, as JSON Lines: one head, then one line for each look. Judging it again gives the same verdict to the bit.
 * Numbers that JSON has no word for are written `{"number":"+Inf"}`.
 */
import * as z from 'zod';
import { RollbackError } from '../errors.ts';
import type { ArmReading, Reading } from './reading.ts';

/** What all triggers were told at one look. */
export interface GateRead {
  /** Milliseconds since the gate began. */
  readonly elapsedMs: number;
  /** By trigger name. */
  readonly readings: ReadonlyMap<string, Reading>;
}

export interface RecordingHead {
  readonly service: string;
  readonly environment: string;
  /** Epoch ms. */
  readonly startedAt: number;
}

export interface Recording extends RecordingHead {
  readonly reads: readonly GateRead[];
  /** Status and reason that the gate ended with; null where it was cut off. */
  readonly ended: { readonly status: string; readonly because: string } | null;
}

const VERSION = 1;

export function recordingHead(head: RecordingHead): string {
  return JSON.stringify({ recording: VERSION, ...head });
}

export function recordingLine({ elapsedMs, readings }: GateRead): string {
  return JSON.stringify({ elapsedMs, readings: Object.fromEntries(readings) }, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { number: wordOf(value) } : value,
  );
}

export function recordingEnd(ended: { readonly status: string; readonly because: string }): string {
  return JSON.stringify({ ended });
}

/** True when the first line of a file is the head of a recording. */
export function isRecording(text: string): boolean {
  return /^\s*\{\s*"recording"\s*:/.test(text);
}

/** Throws input-invalid, naming the line. `place` is the name of the file. */
export function parseRecording(text: string, place: string): Recording {
  const lines = wholeLines(text).flatMap((line, i) => (line.trim() === '' ? [] : [{ line, number: i + 1 }]));
  const [first, ...rest] = lines;
  if (first === undefined) throw refusal(place, 1, 'the file is empty');
  const head = read(headSchema, first, place);
  const reads: GateRead[] = [];
  let ended: Recording['ended'] = null;
  for (const entry of rest) {
    const found = read(lineSchema, entry, place);
    if ('ended' in found) {
      ended = found.ended;
      continue;
    }
    const last = reads.at(-1);
    if (last !== undefined && found.elapsedMs < last.elapsedMs)
      throw refusal(place, entry.number, `${found.elapsedMs} ms comes before ${last.elapsedMs} ms`);
    reads.push({ elapsedMs: found.elapsedMs, readings: new Map(Object.entries(found.readings)) });
  }
  const { service, environment, startedAt } = head;
  return { service, environment, startedAt, reads, ended };
}

/** A gate that was killed may have left half a line behind: it says nothing, and the looks before it count. */
function wholeLines(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.length > 1 && !isJson(lines.at(-1) ?? '') ? lines.slice(0, -1) : lines;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const WORDS = { '+Inf': Infinity, '-Inf': -Infinity, NaN: NaN } as const;

function wordOf(value: number): keyof typeof WORDS {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** `{"number":"+Inf"}` back to the number. */
function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('number' in value)) return value;
  const word = value.number;
  return typeof word === 'string' && Object.hasOwn(WORDS, word) ? WORDS[word as keyof typeof WORDS] : value;
}

// Objects are loose, so that what is recorded comes back whole even where this list does not name every key.
const identified = { id: z.string(), at: numeric() };
const numbers = z.array(numeric());
const series = z.array(z.looseObject({ ...identified, value: numeric() }));
const armShape = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('counters'), hits: series, total: series }),
  z.looseObject({
    kind: z.literal('buckets'),
    series: z.array(z.looseObject({ ...identified, edges: numbers, cumulative: numbers })),
  }),
  z.looseObject({
    kind: z.literal('moments'),
    series: z.array(z.looseObject({ ...identified, n: numeric(), sum: numeric(), sumOfSquares: numeric() })),
  }),
  z.looseObject({ kind: z.literal('gauge'), value: numeric(), at: numeric() }),
  z.looseObject({
    kind: z.literal('values'),
    ids: z.enum(['given', 'position']),
    rows: z.array(z.looseObject({ id: z.string(), value: numeric() })),
    at: numeric(),
  }),
  z.looseObject({ kind: z.literal('missing'), reason: z.string(), detail: z.string() }),
]);
const arm = z.custom<ArmReading>((value) => armShape.safeParse(value).success, 'is not what an arm can say');
const headSchema = z.object({
  recording: z.literal(VERSION),
  service: z.string(),
  environment: z.string(),
  startedAt: z.number(),
});
const endSchema = z.object({ ended: z.object({ status: z.string(), because: z.string() }) });
const readSchema = z.object({
  elapsedMs: z.number().min(0),
  readings: z.record(z.string(), z.object({ at: numeric(), canary: arm, baseline: arm.nullable() })),
});
const lineSchema = z.union([endSchema, readSchema]);

/** Any number, the ones that JSON has no word for included. */
function numeric() {
  return z.custom<number>((value) => typeof value === 'number', 'is not a number');
}

function read<T>(schema: z.ZodType<T>, { line, number: at }: { line: string; number: number }, place: string): T {
  let value: unknown;
  try {
    value = JSON.parse(line, revive);
  } catch (cause) {
    throw refusal(place, at, 'the line is not JSON; was the file cut off?', cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refusal(place, at, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not a line of a recording'}`);
}

function refusal(place: string, line: number, why: string, cause?: unknown): RollbackError {
  return new RollbackError('input-invalid', `${place}:${line}: ${why}`, {
    hint: 'Record a gate with lastgood gate --record FILE.',
    cause,
  });
}
