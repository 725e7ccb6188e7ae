/** The format of a story: what is true at each moment, and the step that must follow. */
import assert from 'node:assert/strict';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { readDuration } from '../../src/playbook/units.ts';

const time = z.string().transform((text, context) => {
  const read = readDuration(text);
  if (!read.ok) context.addIssue({ code: 'custom', message: `'${text}': ${read.cure}` });
  return read.ok ? read.value / 1000 : 0;
});

/** Whose commit Argo CD speaks of. */
const commit = z.enum(['bad', 'good', 'revert', 'later']);

const application = z.strictObject({
  compared: z.enum(['Synced', 'OutOfSync', 'Unknown']).optional(),
  operation: z.enum(['Running', 'Terminating', 'Failed', 'Error', 'Succeeded', 'none']).optional(),
  of: commit.optional(),
  retry: z.number().optional(),
  message: z.string().optional(),
  finished: time.optional(),
  health: z.enum(['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Missing', 'Unknown']).optional(),
  since: time.optional(),
  'to-prune': z.array(z.string()).optional(),
  /** The deny window that holds its syncs; null: none any more. */
  held: z
    .strictObject({ schedule: z.string(), duration: z.string(), 'by-hand': z.boolean(), over: z.boolean().optional() })
    .nullable()
    .optional(),
  ailing: z.strictObject({ kind: z.string(), name: z.string(), status: z.string(), message: z.string() }).optional(),
  unreachable: z.strictObject({ says: z.string(), retry: z.boolean() }).nullable().optional(),
});

const plan = z.enum([
  'ready',
  'no-last-good',
  'conflict',
  'nothing-to-do',
  'unfit',
  'only the traffic',
  'with a migration',
  'with an addition',
  'with a way down',
  'with a dropped table',
]);

const facts = z.strictObject({
  release: z
    .strictObject({
      age: time.optional(),
      'is-a-rollback': z.boolean().optional(),
      'rollbacks-today': z.number().optional(),
      /** Who stopped automatic rollbacks. */
      'held-by': z.string().optional(),
      /** Rollbacks that only kept the quarantine. */
      'kept-before': z.number().optional(),
      'rollbacks-within-pause': z.number().optional(),
      /** A person's own revert of it. */
      reverted: z.strictObject({ by: z.string(), number: z.number(), is: z.enum(['open', 'merged']) }).optional(),
    })
    .optional(),
  plan: plan.optional(),
  /** What is found to bring the version back once the traffic is away. */
  second: plan.optional(),
  /** What the team's job says about the database. */
  job: z.strictObject({ is: z.enum(['success', 'failure', 'pending']), says: z.string() }).optional(),
  'pull-request': z
    .strictObject({
      is: z.enum(['open', 'merged', 'closed']).optional(),
      merges: z.enum(['clean', 'blocked', 'behind', 'dirty', 'unknown']).optional(),
      'auto-merge': z.enum(['off', 'ours', 'theirs']).optional(),
      'foreign-commit': z.boolean().optional(),
      queued: z.boolean().optional(),
      /** Merged now, it would change nothing. */
      empty: z.boolean().optional(),
      /** A person opened it. */
      adopted: z.boolean().optional(),
      confirmed: z.boolean().optional(),
      /** Only the traffic, or the version after it; the next one of the same incident begins anew. */
      half: z.enum(['traffic', 'version']).optional(),
      /** The fallback is proven to serve well, and the pull request remembers it. */
      served: z.boolean().optional(),
    })
    .optional(),
  repository: z
    .strictObject({
      rules: z.array(z.string()).optional(),
      'auto-merge': z.boolean().optional(),
      /** GitHub's words to a direct merge. */
      refused: z.string().optional(),
      holding: z.array(z.strictObject({ says: z.string(), lift: z.string() })).optional(),
      'may-bypass': z.array(z.string()).optional(),
      'may-not-end': z.string().optional(),
    })
    .optional(),
  applications: z.record(z.string(), application).optional(),
  /** What a fallback was taken for: well for so long, or what is beyond a limit. */
  back: z
    .strictObject({ proven: z.boolean().optional(), 'well-for': time.optional(), beyond: z.string().optional() })
    .optional(),
  /** What the ledger says became of the incident: read once the time for the proof is over. */
  ledger: z
    .strictObject({ says: z.enum(['recovered', 'relieved', 'superseded']), at: time, because: z.string().optional() })
    .optional(),
  proof: z.enum(['continue', 'pass', 'fail', 'inconclusive', 'no-data', 'error']).nullable().optional(),
  measured: z.string().optional(),
});

const expected = z.strictObject({
  step: z.enum([
    'open',
    'adopt',
    'close',
    'disarm',
    'merge',
    'update',
    'terminate',
    'second',
    'served',
    'wait',
    'escalate',
    'finish',
  ]),
  /** open: who merges. */
  mode: z.enum(['human', 'auto']).optional(),
  /** merge: by which way. */
  route: z.enum(['direct', 'auto', 'queue', 'bypass']).optional(),
  /** wait: for what. */
  for: z.string().optional(),
  until: time.nullable().optional(),
  trouble: z.string().optional(),
  final: z.boolean().optional(),
  outcome: z.string().optional(),
  because: z.string(),
  todo: z.string().optional(),
  command: z.string().optional(),
});

const storySchema = z.strictObject({
  title: z.string(),
  moral: z.string(),
  cause: z.enum(['gate', 'gate asks', 'alert', 'command', 'quarantine']),
  /** Nothing is accused: users only go to the fallback. */
  way: z.literal('fallback').optional(),
  playbook: z
    .strictObject({
      rollback: z.record(z.string(), z.unknown()).optional(),
      verify: z.record(z.string(), z.unknown()).optional(),
      applications: z.array(z.string()).optional(),
    })
    .default({}),
  story: z
    .array(z.strictObject({ at: time, what: z.string().optional(), facts: facts.default({}), then: expected }))
    .min(1),
});

export type Story = z.output<typeof storySchema>;
export type Facts = z.output<typeof facts>;
export type Expected = z.output<typeof expected>;

export function readStory(text: string, file: string): Story {
  const document = parseDocument(text, { uniqueKeys: true });
  assert.deepEqual(document.errors, [], file);
  const parsed = storySchema.safeParse(document.toJS());
  assert.ok(parsed.success, `${file}: ${parsed.success ? '' : z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export type ApplicationFacts = z.output<typeof application>;
export type CommitName = z.output<typeof commit>;
