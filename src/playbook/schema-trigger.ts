/** A trigger: one question about one metric, and what its answer starts. */
import * as z from 'zod';
import { condition, count, duration, price, share } from './fields.ts';
import { name } from './names.ts';

const selector = z
  .string()
  .min(1)
  .max(4096)
  .meta({ title: 'metric', examples: ['http_requests_total{code=~"5.."}'] });

export const tokenPrices = z.strictObject({
  input: price().describe('of one prompt token, such as 0.15/1M'),
  output: price().describe('of one answer token, such as 0.60/1M'),
});

const reference = z.strictObject({
  file: z.string().min(1).max(1024).describe('.json or .csv on the default branch, from the top of the repository'),
  column: z.string().min(1).max(200).optional().describe('column of the .csv, or key of the .json'),
  exact: z
    .boolean()
    .default(false)
    .describe('the file is the target itself, not a sample of it: no allowance for its noise'),
});

const label = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'one label name, such as region')
  .max(200);

const segments = z.strictObject({
  by: label.describe('label of the series, such as region or tenant'),
  values: z
    .array(z.string().min(1).max(200))
    .min(2)
    .max(50)
    .optional()
    .describe('all segments that are judged; default: every value that is seen'),
  'min-share': share()
    .optional()
    .describe(
      'a segment with less of the traffic does not hold up a pass; it is named, and can still fail the release',
    ),
  'on-no-data': z
    .enum(['hold', 'tell'])
    .default('hold')
    .describe('hold: a segment without enough data holds up the pass. tell: it is only named'),
});

const metric = {
  bad: selector.optional().describe('counter of bad events; needs `total`'),
  good: selector.optional().describe('counter of good events; needs `total`'),
  total: selector.optional().describe('counter of all events'),
  histogram: selector.optional().describe('name of a histogram, without _bucket'),
  sum: selector.optional().describe('running sum of scores; needs `count`, `squares` and `range`'),
  tokens: z
    .strictObject({
      input: selector.optional().describe('running number of prompt tokens'),
      output: selector.optional().describe('running number of answer tokens'),
    })
    .optional()
    .describe('instead of `sum`: what they cost by `prices`'),
  price: z.string().max(80).optional().describe('one of `prices`, for `tokens`'),
  'baseline-price': z.string().max(80).optional().describe('the same for the baseline; default: `price`'),
  prices: z
    .strictObject({
      canary: tokenPrices.describe('of the model in the canary'),
      baseline: tokenPrices.optional().describe('of the model in the baseline; default: the same'),
    })
    .optional()
    .describe('what `tokens` cost'),
  squares: selector.optional().describe('running sum of squared scores'),
  count: selector.optional().describe('running number of scores'),
  gauge: selector.optional().describe('a number per look; prefer counts'),
  score: selector
    .optional()
    .describe('a number in each row, such as the score of one answer; needs `range` for `mean`'),
  correct: selector.optional().describe('0 or 1 in each row: whether the answer was right'),
  'pair-by': selector
    .optional()
    .describe('id of the input in each row: compares both arms on the same inputs, which needs about half the labels'),
  range: z.tuple([z.number(), z.number()]).optional().describe('lowest and highest possible score, for `mean`'),
  unit: z.enum(['s', 'ms', 'us', 'none']).optional().describe('unit of the histogram edges'),
  strata: label
    .optional()
    .describe('label of the counters, such as region: arms are compared within each of its values'),
  segments: segments
    .optional()
    .describe('asked in each value of a label: the worst segment decides, nothing is pooled'),
  window: duration(1_000).optional().describe("the gauge's own averaging window; looks that overlap it are left out"),
  batch: z
    .number()
    .int()
    .min(2)
    .max(100)
    .optional()
    .describe('average this many values of the gauge into one; 4 where successive values resemble each other'),
  reference: reference
    .optional()
    .describe('how the distribution should be, for `ks`; the baseline arm is then not needed'),
};

export const arm = z.string().min(1).max(4096);

export const armsSchema = z.strictObject({
  canary: arm.describe(
    'prometheus: label matchers, such as track="canary"; openmetrics: the URL of its /metrics; else what takes the place of {{arm}} in the queries',
  ),
  baseline: arm
    .optional()
    .describe('the same for the version that serves the rest; leave out when every limit is fixed'),
});

export const triggerSchema = z.strictObject({
  name: z.string().min(1).max(80).describe('what reports call it; once in its list'),
  source: name.optional().describe('one of `sources`; default: the source of the gate'),
  arms: armsSchema.optional().describe('how this source tells the two versions apart; default: the arms of the gate'),
  ...metric,
  if: condition().describe('fails when proven'),
  'pass-when': condition().optional().describe('what must be proven before a pass; default: the opposite of `if`'),
  then: z.enum(['rollback', 'ask', 'notify', 'fallback']).describe('what a proven failure starts'),
  criticality: z.enum(['critical', 'normal', 'info']).default('normal').describe('info never decides'),
  weight: z
    .number()
    .positive()
    .max(1000)
    .optional()
    .describe('share in the merged evidence; default critical 3, normal 1'),
  'alpha-share': share()
    .optional()
    .describe('part of `false-alarm` reserved for this critical trigger; the others share the rest by weight'),
  'min-samples': count().default(0).describe('canary events needed before this trigger may pass or fail'),
  'max-age': duration(1_000).prefault('2m').describe('an older sample is stale'),
  'on-no-data': z.enum(['hold', 'fail']).default('hold').describe('no data is never a pass'),
  'dry-run': z.boolean().default(false).describe('reported, never decides'),
});

export type Trigger = z.output<typeof triggerSchema>;
