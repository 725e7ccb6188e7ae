/** `gate:` and `verify:` of the playbook: what is judged while a release is a canary, and what recovered means. */
import * as z from 'zod';
import { duration, share } from './fields.ts';
import { name } from './names.ts';
import { PRESET_NAMES } from './presets.ts';
import { arm, armsSchema, triggerSchema } from './schema-trigger.ts';

const preset = z.enum(PRESET_NAMES).optional().meta({
  title: 'name of a preset',
  description: 'asks the questions of a well-known model server; `lastgood lint --expand` shows them',
});
const without = z.array(name).max(32).optional().describe('names of the preset that are not asked');
const adjusted = { title: 'mapping of triggers' };

export const gateSchema = z.strictObject({
  source: name.describe('one of `sources`'),
  arms: armsSchema.describe('how the two versions are told apart'),
  role: z
    .enum(['canary', 'shadow', 'challenger'])
    .optional()
    .describe(
      'what the canary arm is. canary (default): the release, on its way to everybody. shadow: it gets a copy of the traffic and answers nobody, so nothing is ever rolled back. challenger: it serves a fixed share for a longer time; better, worse and no difference are all told',
    ),
  baseline: z
    .enum(['last-good'])
    .optional()
    .describe(
      'instead of a baseline arm: the canary arm itself, at the same minutes of the gate of the last good release',
    ),
  weight: share()
    .optional()
    .describe(
      'share of the requests that the canary should get; another split is inconclusive. Leave out where it steps',
    ),
  preset,
  without,
  adjust: z
    .record(name, triggerSchema.omit({ name: true }).partial())
    .optional()
    .meta({ ...adjusted, description: 'by name of the preset: the keys that are different here' }),
  triggers: z
    .array(triggerSchema)
    .min(1)
    .max(64)
    .default([])
    .describe('the questions, beside those of the preset; all that decide must pass'),
  poll: duration(1_000).prefault('15s').describe('time between two looks'),
  'warm-up': duration().prefault('1m').describe('left out at the start'),
  soak: duration().prefault('10m').describe('shortest time before a pass'),
  deadline: duration(1_000).prefault('30m').describe('longest time before inconclusive'),
  'false-alarm': z.number().gt(0).max(0.2).default(0.01).describe('probability of failing an acceptable release'),
  'fail-at': z
    .number()
    .gt(1)
    .max(1e300)
    .optional()
    .describe(
      'odds of harm that fail the release, 250 meaning 250 : 1; default 1 / `false-alarm`, never less. See `lastgood calibrate`',
    ),
  spending: z
    .enum(['any-time', 'horizon'])
    .optional()
    .describe(
      'any-time (default): proof at 1 / `false-alarm`, valid for ever. horizon: all of `false-alarm` is spent until the deadline, which finds harm up to 15 % sooner; for one rate against the baseline, without margin, with `robust: false`',
    ),
  'burst-windows': z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'with `robust`, no window says more than one part in this many of the proof; default 3. See `lastgood calibrate`',
    ),
  'false-pass': z.number().gt(0).max(0.2).default(0.05).describe('probability of passing a release at the harm limit'),
  robust: z.boolean().default(true).describe('limits what one window can say, so that a burst is not a verdict'),
});

const criterionSchema = triggerSchema
  .omit({
    arms: true,
    then: true,
    'on-no-data': true,
    'dry-run': true,
    criticality: true,
    weight: true,
    'alpha-share': true,
    reference: true,
    strata: true,
    segments: true,
  })
  .extend({ arm: arm.optional().describe('the same in the words of its own source; default: the arm of the verify') });

export const verifySchema = z.strictObject({
  'healthy-for': duration().describe('Argo CD must report Healthy for this long'),
  within: duration(1_000).describe('after the merge; later is an escalation, never green'),
  poll: duration(1_000).prefault('5s').describe('time between two looks'),
  source: name.optional().describe('one of `sources`; default: the source of the gate'),
  arm: arm.describe(
    'what the users are served by: label matchers, the URL of its /metrics, or what takes the place of {{arm}}',
  ),
  preset,
  without,
  adjust: z
    .record(name, criterionSchema.omit({ name: true }).partial())
    .optional()
    .meta({
      ...adjusted,
      description: 'by name of the preset: the keys that are different here, such as a fixed limit',
    }),
  criteria: z
    .array(criterionSchema)
    .min(1)
    .max(32)
    .default([])
    .describe('every limit here is fixed: recovered means proven to be inside it'),
});

export type Gate = z.output<typeof gateSchema>;
export type Verify = z.output<typeof verifySchema>;
export type Criterion = Verify['criteria'][number];
