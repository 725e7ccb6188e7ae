/** `gate:` and `verify:` of the playbook: what is judged while a release is a canary, and what recovered means. */
import * as z from 'zod';
import { duration } from './fields.ts';
import { name } from './names.ts';
import { triggerSchema } from './schema-trigger.ts';

const arms = z.strictObject({
  canary: z
    .string()
    .min(1)
    .max(4096)
    .describe('prometheus: label matchers, such as track="canary"; openmetrics: the URL of its /metrics'),
  baseline: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('the same for the version that serves the rest; leave out when every limit is fixed'),
});

export const gateSchema = z.strictObject({
  source: name.describe('one of `sources`'),
  arms: arms.describe('how the two versions are told apart'),
  triggers: z.array(triggerSchema).min(1).max(64).describe('the questions; all that decide must pass'),
  poll: duration(1_000).prefault('15s').describe('time between two looks'),
  'warm-up': duration().prefault('1m').describe('left out at the start'),
  soak: duration().prefault('10m').describe('shortest time before a pass'),
  deadline: duration(1_000).prefault('30m').describe('longest time before inconclusive'),
  'false-alarm': z.number().gt(0).max(0.2).default(0.01).describe('probability of failing an acceptable release'),
  'false-pass': z.number().gt(0).max(0.2).default(0.05).describe('probability of passing a release at the harm limit'),
  robust: z.boolean().default(true).describe('limits what one window can say, so that a burst is not a verdict'),
});

export const verifySchema = z.strictObject({
  'healthy-for': duration().describe('Argo CD must report Healthy for this long'),
  within: duration(1_000).describe('after the merge; later is an escalation, never green'),
  poll: duration(1_000).prefault('5s').describe('time between two looks'),
  source: name.optional().describe('one of `sources`; default: the source of the gate'),
  arm: z.string().min(1).max(4096).describe('what the users are served by: label matchers, or the URL of its /metrics'),
  criteria: z
    .array(triggerSchema.omit({ then: true, 'on-no-data': true, 'dry-run': true, criticality: true, weight: true }))
    .min(1)
    .max(32)
    .describe('every limit here is fixed: recovered means proven to be inside it'),
});

export type Gate = z.output<typeof gateSchema>;
export type Verify = z.output<typeof verifySchema>;
export type Criterion = Verify['criteria'][number];
