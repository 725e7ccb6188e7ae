/** `tiers:` of the playbook: how much harm is too much, by what a failure costs the business. */
import * as z from 'zod';
import { duration } from './fields.ts';

/** Name of a limit, as `tier.NAME` in a condition. */
const limitName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'a name of letters, digits, dash or underscore, such as error-margin');

/** A quantity as a condition writes it. */
const QUANTITY = /^[0-9]+(\.[0-9]+)?(%|pp|us|ms|s)?$/;

const quantity = z
  .unknown()
  .transform((value, context) => {
    if ((typeof value === 'string' || typeof value === 'number') && QUANTITY.test(String(value))) return String(value);
    const params = { cure: 'write it as in a condition, such as 0.5pp, 2%, 300ms or 0.15' };
    context.issues.push({ code: 'custom', message: 'is not one number with its unit', params, input: value });
    return z.NEVER;
  })
  .meta({ title: 'quantity', examples: ['0.5pp', '300ms', 0.15] });

export const tierSchema = z.strictObject({
  limits: z
    .record(limitName, quantity)
    .default({})
    .describe('by name, for conditions such as p95 > tier.p95; presets use those they know'),
  'false-alarm': z.number().gt(0).max(0.2).optional().describe('of its gates'),
  'false-pass': z.number().gt(0).max(0.2).optional().describe('of its gates'),
  soak: duration().optional().describe('of its gates'),
  deadline: duration(1_000).optional().describe('of its gates'),
  'on-no-data': z.enum(['hold', 'fail']).optional().describe('of the triggers of its gates'),
  approval: z.enum(['human', 'auto']).optional().describe('of its rollbacks'),
});
