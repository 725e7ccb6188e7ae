/** `sources:` of the playbook: where numbers come from. One schema for each kind. */
import * as z from 'zod';
import { duration } from './fields.ts';
import { environmentVariable } from './names.ts';

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

export type Source = z.output<typeof sourceSchema>;
