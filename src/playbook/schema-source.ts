/** `sources:` of the playbook: where numbers come from. One schema for each kind. */
import * as z from 'zod';
import { duration } from './fields.ts';
import { sourceAuth } from './names.ts';
import { fileSource, jsonSource, langfuseSource, mlflowSource } from './schema-source-data.ts';
import {
  cloudWatchSource,
  datadogSource,
  graphiteSource,
  influxSource,
  newRelicSource,
} from './schema-source-spans.ts';

const prometheusSource = z.strictObject({
  kind: z.literal('prometheus').describe('a server with history'),
  url: z
    .url({ protocol: /^https?$/ })
    .describe('base URL; Mimir, Thanos, VictoriaMetrics and Google Managed Prometheus speak the same API'),
  auth: sourceAuth.optional().describe('how to sign in; names of environment variables only'),
  timeout: duration(1).prefault('10s').describe('time allowed for one query'),
});

const openmetricsSource = z.strictObject({
  kind: z.literal('openmetrics').describe('the /metrics pages of the arms themselves'),
  auth: sourceAuth.optional().describe('how to sign in; names of environment variables only'),
  timeout: duration(1).prefault('5s').describe('time allowed for one scrape'),
});

export const sourceSchema = z.discriminatedUnion('kind', [
  prometheusSource,
  openmetricsSource,
  datadogSource,
  cloudWatchSource,
  newRelicSource,
  influxSource,
  graphiteSource,
  jsonSource,
  fileSource,
  langfuseSource,
  mlflowSource,
]);

export type Source = z.output<typeof sourceSchema>;
