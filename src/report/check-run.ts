/** The gate's check run: its name, its identity, its words, and the small result that the bot reads back from it. */
import * as z from 'zod';
import type { Verdict, VerdictStatus } from '../judge/verdict.ts';
import { plain } from './escape.ts';
import { parseMarker, printMarker } from './marker.ts';

/** Which release of which service in which environment a check run speaks of. */
export interface GateId {
  readonly service: string;
  readonly environment: string;
  /** Full sha. */
  readonly sha: string;
}

/** What can stand on a check run. There is no `neutral`: GitHub counts neutral and skipped as good enough for a required check. */
export type Conclusion = 'success' | 'failure' | 'action_required';

/** A gate that has ended says one of these; `continue` is only for a gate that still looks. */
export type Decision = Exclude<VerdictStatus, 'continue'>;

export function checkRunName(id: Pick<GateId, 'service' | 'environment'>): string {
  return `lastgood/gate/${id.service}/${id.environment}`;
}

/** `lastgood:v1:<service>/<environment>@<sha>`: how the bot recognises a gate whatever its name. */
export function printExternalId(id: GateId): string {
  return `lastgood:v1:${id.service}/${id.environment}@${id.sha}`;
}

const EXTERNAL_ID =
  /^lastgood:v1:([a-z0-9][a-z0-9._-]{0,62})\/([a-z0-9][a-z0-9._-]{0,62})@([0-9a-f]{40}|[0-9a-f]{64})$/i;

/** Never throws; null for anything that is not exactly ours. */
export function parseExternalId(text: string | null | undefined): GateId | null {
  const [, service, environment, sha] = EXTERNAL_ID.exec(text ?? '') ?? [];
  if (service === undefined || environment === undefined || sha === undefined) return null;
  return { service, environment, sha: sha.toLowerCase() };
}

/** What the bot needs from a finished gate. */
export interface GateNote {
  readonly version: 1;
  readonly decision: Decision;
  readonly reasonCode: string;
  readonly rollback: 'requested' | 'ask' | 'not-requested';
  /** What the deciding trigger asks for; null unless harm is proven. */
  readonly then: 'rollback' | 'ask' | 'notify' | 'fallback' | null;
  /** The trigger that decided a failure. */
  readonly blame: string | null;
  readonly because: string;
  /** ISO 8601, UTC: when the gate decided. */
  readonly detectedAt: string;
  /** ISO 8601, UTC: when the gate began; a later release may be compared with the minutes after it. */
  readonly startedAt?: string | undefined;
  /** What the canary arm was, where it was not the release on its way to everybody. */
  readonly role?: Verdict['role'];
  /** What was measured, a line a trigger, for the revert pull request; notes of older gates have none. */
  readonly numbers?: readonly string[] | undefined;
}

const noteSchema: z.ZodType<GateNote> = z.strictObject({
  version: z.literal(1),
  decision: z.enum(['pass', 'fail', 'inconclusive', 'no-data', 'error']),
  reasonCode: z.string().max(64),
  rollback: z.enum(['requested', 'ask', 'not-requested']),
  then: z.enum(['rollback', 'ask', 'notify', 'fallback']).nullable(),
  blame: z.string().max(200).nullable(),
  because: z.string().max(2000),
  detectedAt: z.iso.datetime(),
  startedAt: z.iso.datetime().optional(),
  role: z.enum(['shadow', 'challenger']).exactOptional(),
  numbers: z.array(z.string().max(400)).max(8).optional(),
});

/** One marked line for the `text` of the check run. */
export function printGateNote(note: GateNote): string {
  return printMarker('gate', {
    ...note,
    because: note.because.slice(0, 2000),
    blame: note.blame?.slice(0, 200) ?? null,
  });
}

/** Null when the text holds no whole note of ours. Never throws. The caller checks which app wrote the check run. */
export function parseGateNote(text: string | null | undefined): GateNote | null {
  const parsed = noteSchema.safeParse(parseMarker('gate', text ?? ''));
  return parsed.success ? parsed.data : null;
}

const WORDS = {
  pass: 'Passed',
  fail: 'Failed',
  inconclusive: 'Inconclusive',
  'no-data': 'No data',
  error: 'Error',
} as const satisfies Record<Decision, string>;

/** Of an arm that is not on its way to everybody: whether it may be promoted. */
const COMPARED = { ...WORDS, pass: 'Ready to promote', fail: 'Worse' } as const satisfies Record<Decision, string>;

/** The word for a decision, as every report begins. */
export function decisionWord(decision: Decision, role?: Verdict['role']): string {
  return (role === undefined ? WORDS : COMPARED)[decision];
}

/** Plain text: GitHub shows titles without Markdown. */
export function checkRunTitle(decision: Decision, because: string, role?: Verdict['role']): string {
  return plain(`${decisionWord(decision, role)}: ${because}`, 240);
}
