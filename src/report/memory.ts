/** What the body of a revert pull request remembers about its incident: printed when it is opened, read at every later look. */
import * as z from 'zod';
import type { Cause, Incident } from '../plan/incident.ts';
import type { FirstHalf, LastGood, RollbackPlan, StrategyName } from '../plan/plan.ts';
import { inline } from './escape.ts';
import { parseMarker, printMarker } from './marker.ts';

/** Which half of a way back in two pull requests, by which strategy. */
export type Half =
  | {
      readonly kind: 'traffic';
      readonly strategy: StrategyName;
      /** ISO 8601: since when a fallback is proven to serve well; absent: it is not, or there is nothing to wait for. */
      readonly relievedAt?: string | undefined;
    }
  | { readonly kind: 'version'; readonly strategy: StrategyName; readonly first: FirstHalf };

export interface Memory {
  readonly version: 1;
  readonly incident: Incident;
  readonly good: LastGood;
  /** Hash of the plan that was put into the pull request. */
  readonly planHash: string;
  /** Head of the default branch on which the plan was made. */
  readonly base: string;
  /** ISO 8601, UTC: when the rollback was asked for. */
  readonly requestedAt: string;
  /** Who merges: a person, or lastgood once the rules of the repository allow it. */
  readonly mode: 'human' | 'auto';
  /** The rulesets that its merge stepped over, in words. */
  readonly bypass?: string | undefined;
  /** The job whose verdict on the database the merge waits for. */
  readonly job?: string | undefined;
  /** Why a person merges although the playbook says auto. */
  readonly person?: string | undefined;
  /** Who made the bad change. */
  readonly author?: string | undefined;
  /** People who confirmed the hash of this plan, in their order. */
  readonly confirmed?: readonly string[] | undefined;
  /** Who agreed to the merge, in words. */
  readonly approvedBy?: string | undefined;
  /** Absent: the whole way back is this pull request. */
  readonly half?: Half | undefined;
  /** SHA-256 of the snapshot that was taken before it was opened. */
  readonly evidence?: string | undefined;
  /** The issue or pull request where a person was called before it was opened: people read on there. */
  readonly page?: number | undefined;
}

/** Foreign words are cut to this, so that the body always fits. */
const TEXT_MAX = 500;

const sha = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
const digest = z.string().regex(/^[0-9a-f]{12}$/);
const at = z.iso.datetime();
const id = z.number().int().min(0);
const text = z.string().max(TEXT_MAX);

const cause = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('command'), by: text, commentId: id, issue: id, reason: text.nullable() }),
  z.strictObject({
    kind: z.literal('gate'),
    checkRunId: id,
    trigger: text,
    then: z.enum(['rollback', 'ask', 'fallback']),
    because: text,
    numbers: z.array(text).max(8).optional(),
  }),
  z.strictObject({
    kind: z.literal('alert'),
    source: text,
    alert: text,
    fingerprint: text,
    then: z.literal('fallback').optional(),
  }),
  z.strictObject({ kind: z.literal('quarantine'), writer: text, value: text, path: text }),
]);

const reason = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('named'), by: text }),
  z.strictObject({ kind: z.literal('verified'), at }),
  z.strictObject({ kind: z.literal('gate-passed'), at }),
  z.strictObject({ kind: z.literal('parent') }),
]);

const strategy = z.enum(['restore', 'pin', 'canary', 'blue-green', 'flag', 'fallback']);
const half = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('traffic'), strategy, relievedAt: at.optional() }),
  z.strictObject({
    kind: z.literal('version'),
    strategy,
    first: z.strictObject({ number: id, relievedAt: at.nullable() }),
  }),
]);

const memorySchema: z.ZodType<Memory> = z.strictObject({
  version: z.literal(1),
  incident: z.strictObject({
    id: digest,
    key: z.strictObject({ repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/), service: text, environment: text }),
    bad: sha,
    openedAt: at,
    cause,
    way: z.literal('fallback').optional(),
  }),
  good: z.strictObject({ sha, reason, because: text }),
  planHash: digest,
  base: sha,
  requestedAt: at,
  mode: z.enum(['human', 'auto']),
  bypass: text.optional(),
  job: text.optional(),
  person: text.optional(),
  author: text.optional(),
  confirmed: z.array(text).max(20).optional(),
  approvedBy: text.optional(),
  half: half.optional(),
  evidence: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  page: id.optional(),
});

/** What the pull request of a plan remembers of its half; undefined: it is the whole way back. */
export function halfOf({
  phase,
  strategy: by = 'restore',
}: Pick<RollbackPlan, 'phase' | 'strategy'>): Half | undefined {
  switch (phase?.kind) {
    case undefined:
      return undefined;
    case 'traffic':
      return { kind: 'traffic', strategy: by };
    case 'version':
      return { kind: 'version', strategy: by, first: phase.first };
  }
}

function clip(words: string): string {
  return words.slice(0, TEXT_MAX);
}

function clipCause(of: Cause): Cause {
  switch (of.kind) {
    case 'command':
      return { ...of, reason: of.reason === null ? null : clip(of.reason) };
    case 'gate':
      return { ...of, trigger: clip(of.trigger), because: clip(of.because) };
    case 'alert':
      return { ...of, source: clip(of.source), alert: clip(of.alert), fingerprint: clip(of.fingerprint) };
    case 'quarantine':
      return { ...of, writer: clip(of.writer), value: clip(of.value), path: clip(of.path) };
  }
}

/** One line for the end of the body. Long foreign text inside is cut: the full words stand where they were said. */
export function printBlock(memory: Memory): string {
  const clipped: Memory = {
    ...memory,
    incident: { ...memory.incident, cause: clipCause(memory.incident.cause) },
    good: { ...memory.good, because: clip(memory.good.because) },
    ...(memory.person === undefined ? {} : { person: clip(memory.person) }),
    ...(memory.author === undefined ? {} : { author: clip(memory.author) }),
  };
  // In the order of the schema, whatever was added when: a block that was read prints the same again.
  const ordered = memorySchema.safeParse(clipped);
  return printMarker('rollback', ordered.success ? ordered.data : clipped);
}

/** The body with a bypass said where people read first, and remembered. Unchanged when it holds no memory. */
export function disclosed(body: string, rulesets: string, because: string): string {
  const memory = parseBlock(body);
  if (!memory) return body;
  const words = `> **Merged under bypass** of ${inline(rulesets)}: ${inline(because)}\n\n`;
  const block = printBlock(memory);
  return `${words}${body.replace(block, () => printBlock({ ...memory, bypass: clip(rulesets) }))}`;
}

/** The body of a revert that a person confirmed: lastgood merges it from now on. Unchanged when it holds no memory. */
export function handedOver(body: string, by: string): string {
  const memory = parseBlock(body);
  if (!memory) return body;
  return body
    .replace(printBlock(memory), () => printBlock({ ...memory, mode: 'auto' }))
    .replace(PERSON_MERGES, () => `Confirmed by ${inline(by)}.`);
}

/** The words of a revert that waits for a person. */
export const PERSON_MERGES = 'A person merges this: review, approve, merge.';

/** The body with one more person who confirmed its plan. Unchanged when they are in it, or when it holds no memory. */
export function confirmedBy(body: string, by: string): string {
  const memory = parseBlock(body);
  const { confirmed = [] } = memory ?? {};
  if (!memory || confirmed.includes(by) || confirmed.length >= 20) return body;
  return body.replace(printBlock(memory), () => printBlock({ ...memory, confirmed: [...confirmed, clip(by)] }));
}

/** The body with who agreed, said and remembered. Unchanged when it says so already, or holds no memory. */
export function approved(body: string, words: string): string {
  const memory = parseBlock(body);
  if (!memory || memory.approvedBy === clip(words)) return body;
  const block = printBlock(memory);
  const said = `> **Approved by** ${inline(words)}\n\n`;
  return `${said}${body.replace(block, () => printBlock({ ...memory, approvedBy: clip(words) }))}`;
}

/** The body that remembers since when the fallback serves well. Unchanged when it does, or when it holds no memory. */
export function servedSince(body: string, relievedAt: string): string {
  const memory = parseBlock(body);
  const { half } = memory ?? {};
  if (!memory || half?.kind !== 'traffic' || half.relievedAt !== undefined) return body;
  return body.replace(printBlock(memory), () => printBlock({ ...memory, half: { ...half, relievedAt } }));
}

/** The memory of a body, or null when it holds none that can be trusted to be whole. Never throws. */
export function parseBlock(body: string | null | undefined): Memory | null {
  if (typeof body !== 'string') return null;
  const parsed = memorySchema.safeParse(parseMarker('rollback', body));
  return parsed.success ? parsed.data : null;
}
