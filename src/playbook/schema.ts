/**
 * The one truth about lastgood.yml. From here come the type, the check, playbook.schema.json and the reference table.
 * After parsing: durations are milliseconds, shares are ratios 0..1, conditions are data.
 */
import * as z from 'zod';
import { condition, count, duration } from './fields.ts';

/** Names become parts of branch names, so what Git refuses in a ref is refused here. No flags: JSON Schema has none. */
const name = z
  .string()
  .regex(
    /^(?!.*\.\.)(?!.*\.lock$)[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9_-])?$/,
    'a name of letters, digits, dash, underscore or single dots, at most 63 long, not ending with a dot or .lock',
  );
const selector = z
  .string()
  .min(1)
  .max(4096)
  .meta({ title: 'metric', examples: ['http_requests_total{code=~"5.."}'] });
const environmentVariable = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'the NAME of an environment variable, never the secret itself');

const person = z.string().regex(/^@?[A-Za-z0-9-]+(\/[A-Za-z0-9._-]+)?$/, 'a GitHub login or org/team');

const auth = z.strictObject({
  bearer: environmentVariable.optional().describe('environment variable that holds a bearer token'),
  basic: environmentVariable.optional().describe('environment variable that holds user:password'),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string())
    .optional()
    .describe('plain headers such as X-Scope-OrgID; no secrets here'),
});

const prometheusSource = z.strictObject({
  kind: z.literal('prometheus').describe('a server with history'),
  url: z.url({ protocol: /^https?$/ }).describe('base URL; Mimir, Thanos and VictoriaMetrics speak the same API'),
  auth: auth.optional().describe('how to sign in; names of environment variables only'),
  timeout: duration(1).prefault('10s').describe('time allowed for one query'),
});

const openmetricsSource = z.strictObject({
  kind: z.literal('openmetrics').describe('the /metrics pages of the arms themselves'),
  auth: auth.optional().describe('how to sign in; names of environment variables only'),
  timeout: duration(1).prefault('5s').describe('time allowed for one scrape'),
});

export const sourceSchema = z.discriminatedUnion('kind', [prometheusSource, openmetricsSource]);

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

export const rollbackSchema = z.strictObject({
  approval: z
    .enum(['human', 'auto'])
    .default('human')
    .describe('auto merges by itself once the rules of the repository allow it'),
  merge: z.enum(['squash', 'merge', 'rebase']).default('squash').describe('how the revert pull request is merged'),
  'max-per-day': count().default(3).describe('automatic reverts opened per day for this service and environment'),
  'max-age': duration(1_000).prefault('1d').describe('an older release is not reverted automatically'),
  'merge-within': duration(1_000)
    .prefault('15m')
    .describe('checks and reviews may take this long before a person is called'),
  'terminate-stale': z
    .boolean()
    .default(false)
    .describe('may end the Argo CD operation of the bad commit when it blocks the revert; needs the sync right'),
});

const notifySchema = z.strictObject({
  mention: z.array(person).default([]).describe('people and teams named in an escalation'),
});

const environmentSchema = z.strictObject({
  paths: z
    .array(z.string().min(1).max(1024))
    .min(1)
    .describe('files and folders of this service in the deployment repository'),
  applications: z.array(z.string().min(1).max(253)).default([]).describe('Argo CD applications that apply these paths'),
  gate: gateSchema.optional().describe('judges a release while it is a canary'),
  rollback: rollbackSchema.prefault({}).describe('how the way back is taken'),
  verify: verifySchema.describe('what recovered means; required, there is no default'),
  notify: notifySchema.prefault({}).describe('who hears of it'),
});

const serviceSchema = z.strictObject({
  owners: z.array(person).default([]).describe('logins or org/team that may roll back without write access'),
  environments: z.record(name, environmentSchema).describe('by name, such as production'),
});

export const playbookSchema = z.strictObject({
  version: z.literal(1).describe('of this format'),
  sources: z.record(name, sourceSchema).default({}).describe('where numbers come from, by name'),
  argocd: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).describe('base URL of the Argo CD server'),
      token: environmentVariable.default('ARGOCD_TOKEN').describe('environment variable that holds the token'),
    })
    .optional()
    .describe('proves that a merge reached the cluster'),
  services: z.record(name, serviceSchema).describe('what is released, by name'),
});

export type Playbook = z.output<typeof playbookSchema>;
export type Source = z.output<typeof sourceSchema>;
export type Gate = z.output<typeof gateSchema>;
export type Trigger = z.output<typeof triggerSchema>;
export type Verify = z.output<typeof verifySchema>;
export type Criterion = Verify['criteria'][number];
export type RollbackPolicy = z.output<typeof rollbackSchema>;
export type EnvironmentRules = z.output<typeof environmentSchema>;
