/** A trigger: one question about one metric, and what its answer starts. */
import * as z from 'zod';
import { condition, count, duration } from './fields.ts';
import { name } from './names.ts';

const selector = z
  .string()
  .min(1)
  .max(4096)
  .meta({ title: 'metric', examples: ['http_requests_total{code=~"5.."}'] });

const metric = {
  bad: selector.optional().describe('counter of bad events; needs `total`'),
  good: selector.optional().describe('counter of good events; needs `total`'),
  total: selector.optional().describe('counter of all events'),
  histogram: selector.optional().describe('name of a histogram, without _bucket'),
  sum: selector.optional().describe('running sum of scores; needs `count`, `squares` and `range`'),
  squares: selector.optional().describe('running sum of squared scores'),
  count: selector.optional().describe('running number of scores'),
  gauge: selector.optional().describe('a number per look; prefer counts'),
  range: z.tuple([z.number(), z.number()]).optional().describe('lowest and highest possible score, for `mean`'),
  unit: z.enum(['s', 'ms', 'us', 'none']).optional().describe('unit of the histogram edges'),
};

export const triggerSchema = z.strictObject({
  name: z.string().min(1).max(80).describe('what reports call it; once in its list'),
  source: name.optional().describe('one of `sources`; default: the source of the gate'),
  ...metric,
  if: condition().describe('fails when proven'),
  'pass-when': condition().optional().describe('what must be proven before a pass; default: the opposite of `if`'),
  then: z.enum(['rollback', 'ask', 'notify']).describe('what a proven failure starts'),
  criticality: z.enum(['critical', 'normal', 'info']).default('normal').describe('info never decides'),
  weight: z
    .number()
    .positive()
    .max(1000)
    .optional()
    .describe('share in the merged evidence; default critical 3, normal 1'),
  'min-samples': count().default(0).describe('canary events needed before this trigger may pass or fail'),
  'max-age': duration(1_000).prefault('2m').describe('an older sample is stale'),
  'on-no-data': z.enum(['hold', 'fail']).default('hold').describe('no data is never a pass'),
  'dry-run': z.boolean().default(false).describe('reported, never decides'),
});

export type Trigger = z.output<typeof triggerSchema>;
