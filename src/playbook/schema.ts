/**
 * The one truth about lastgood.yml. From here come the type, the check, playbook.schema.json and the reference table.
 * After parsing: durations are milliseconds, shares are ratios 0..1, conditions are data.
 */
import * as z from 'zod';
import { condition, count, duration } from './fields.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/i, 'a name of letters, digits, dot, dash or underscore, at most 63 long');
const selector = z.string().min(1).max(4096);
const environmentVariable = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'the NAME of an environment variable, never the secret itself');

const auth = z.strictObject({
  bearer: environmentVariable.optional().describe('environment variable that holds a bearer token'),
  basic: environmentVariable.optional().describe('environment variable that holds user:password'),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string())
    .optional()
    .describe('plain headers such as X-Scope-OrgID; no secrets here'),
});

const prometheusSource = z.strictObject({
  kind: z.literal('prometheus'),
  url: z.url({ protocol: /^https?$/ }).describe('base URL; Mimir, Thanos and VictoriaMetrics speak the same API'),
  auth: auth.optional(),
  timeout: duration().default(10_000).describe('time allowed for one query'),
});

const openmetricsSource = z.strictObject({
  kind: z.literal('openmetrics'),
  auth: auth.optional(),
  timeout: duration().default(5_000).describe('time allowed for one scrape'),
});

export const sourceSchema = z.discriminatedUnion('kind', [prometheusSource, openmetricsSource]);

const arms = z.strictObject({
  canary: z.string().min(1).describe('prometheus: label matchers, such as track="canary"; openmetrics: the URL of its /metrics'),
  baseline: z.string().min(1).optional().describe('the same for the version that serves the rest; leave out when every limit is fixed'),
});

const metric = {
  bad: selector.optional().describe('counter of bad events; needs `total`'),
  good: selector.optional().describe('counter of good events; needs `total`'),
  total: selector.optional().describe('counter of all events'),
  histogram: selector.optional().describe('name of a histogram, without _bucket'),
  gauge: selector.optional().describe('a number per look; prefer counts'),
  unit: z.enum(['s', 'ms', 'us', 'none']).optional().describe('unit of the histogram edges'),
};

export const triggerSchema = z.strictObject({
  name: z.string().min(1).max(80),
  source: name.optional().describe('one of `sources`; default: the source of the gate'),
  ...metric,
  if: condition().describe('fails the release when proven, such as `rate > baseline + 0.5pp`, `p99 > 300ms`, `ks > 0.15`'),
  'pass-when': condition().optional().describe('what must be proven before a pass; default: the opposite of `if`'),
  then: z.enum(['rollback', 'ask', 'notify']).describe('what a proven failure starts'),
  criticality: z.enum(['critical', 'normal', 'info']).default('normal').describe('info never decides'),
  weight: z.number().positive().max(1000).optional().describe('share in the merged evidence; default critical 3, normal 1'),
  'min-samples': count().default(0).describe('canary events needed before this trigger may pass or fail'),
  'max-age': duration().default(120_000).describe('an older sample is stale'),
  'on-no-data': z.enum(['hold', 'fail']).default('hold').describe('no data is never a pass'),
  'dry-run': z.boolean().default(false).describe('reported, never decides'),
});

export const gateSchema = z.strictObject({
  source: name.describe('one of `sources`'),
  arms,
  triggers: z.array(triggerSchema).min(1).max(64),
  poll: duration().default(15_000).describe('time between two looks'),
  'warm-up': duration().default(60_000).describe('left out at the start'),
  soak: duration().default(600_000).describe('shortest time before a pass'),
  deadline: duration().default(1_800_000).describe('longest time before inconclusive'),
  'false-alarm': z.number().gt(0).max(0.2).default(0.01).describe('probability of failing an acceptable release'),
  'false-pass': z.number().gt(0).max(0.2).default(0.05).describe('probability of passing a release at the harm limit'),
  robust: z.boolean().default(true).describe('limits what one window can say, so that a burst is not a verdict'),
});

export const verifySchema = z.strictObject({
  'healthy-for': duration().describe('Argo CD must report Healthy for this long'),
  within: duration().describe('after the merge; later is an escalation, never green'),
  poll: duration().default(5_000).describe('time between two looks'),
  source: name.optional().describe('one of `sources`; default: the source of the gate'),
  arm: z.string().min(1).describe('what the users are served by: label matchers, or the URL of its /metrics'),
  criteria: z
    .array(triggerSchema.omit({ then: true, 'on-no-data': true, 'dry-run': true, criticality: true, weight: true }))
    .min(1)
    .max(32)
    .describe('every limit here is fixed: recovered means proven to be inside it'),
});

export const rollbackSchema = z.strictObject({
  approval: z.enum(['human', 'auto']).default('human').describe('auto merges by itself once the rules of the repository allow it'),
  merge: z.enum(['squash', 'merge', 'rebase']).default('squash'),
  'max-per-day': count().default(3).describe('automatic reverts opened per day for this service and environment'),
  'max-age': duration().default(86_400_000).describe('an older release is not reverted automatically'),
});

const notifySchema = z.strictObject({
  mention: z.array(z.string().regex(/^@?[A-Za-z0-9-]+(\/[A-Za-z0-9._-]+)?$/)).default([]).describe('people and teams named in an escalation'),
});

const environmentSchema = z.strictObject({
  paths: z.array(z.string().min(1).max(1024)).min(1).describe('files and folders of this service in the deployment repository'),
  applications: z.array(z.string().min(1)).default([]).describe('Argo CD applications that apply these paths'),
  gate: gateSchema.optional(),
  rollback: rollbackSchema.prefault({}),
  verify: verifySchema.describe('what recovered means; required, there is no default'),
  notify: notifySchema.prefault({}),
});

const serviceSchema = z.strictObject({
  owners: z.array(z.string()).default([]).describe('logins or org/team that may roll back without write access'),
  environments: z.record(name, environmentSchema),
});

export const playbookSchema = z.strictObject({
  version: z.literal(1),
  sources: z.record(name, sourceSchema).default({}),
  argocd: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      token: environmentVariable.default('ARGOCD_TOKEN').describe('environment variable that holds the token'),
    })
    .optional(),
  services: z.record(name, serviceSchema),
});

export type Playbook = z.output<typeof playbookSchema>;
export type Source = z.output<typeof sourceSchema>;
export type Gate = z.output<typeof gateSchema>;
export type Trigger = z.output<typeof triggerSchema>;
export type Verify = z.output<typeof verifySchema>;
export type Criterion = Verify['criteria'][number];
export type RollbackPolicy = z.output<typeof rollbackSchema>;
export type EnvironmentRules = z.output<typeof environmentSchema>;
