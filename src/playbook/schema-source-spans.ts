/** Sources that count over a span of time: observability services and time series databases with their own language. */
import * as z from 'zod';
import { duration } from './fields.ts';
import { environmentVariable, sourceAuth } from './names.ts';

const timeout = duration(1)
  .prefault('10s')
  .describe('time allowed for one query, and for waiting when told to slow down');
const settle = duration().prefault('60s').describe('time for data to arrive: counting ends this long before the look');
const url = z.url({ protocol: /^https?$/ });

export const datadogSource = z.strictObject({
  kind: z.literal('datadog').describe('metrics of a Datadog organisation'),
  site: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'the site without https:// and app., such as datadoghq.eu')
    .default('datadoghq.com')
    .describe('where your organisation is, such as datadoghq.eu or us5.datadoghq.com'),
  'api-key': environmentVariable.default('DD_API_KEY').describe('environment variable that holds the API key'),
  'app-key': environmentVariable
    .default('DD_APP_KEY')
    .describe('environment variable that holds an application key that may read timeseries'),
  timeout,
  settle,
});

export const cloudWatchSource = z.strictObject({
  kind: z.literal('cloudwatch').describe('metrics of one AWS account and region'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, such as eu-central-1')
    .describe('such as eu-central-1'),
  'access-key': environmentVariable.default('AWS_ACCESS_KEY_ID').describe('environment variable of the access key id'),
  'secret-key': environmentVariable
    .default('AWS_SECRET_ACCESS_KEY')
    .describe('environment variable of the secret access key'),
  'session-token': environmentVariable
    .default('AWS_SESSION_TOKEN')
    .describe('environment variable of the session token; may be unset for long-lived keys'),
  period: duration(60_000).prefault('60s').describe('width of the data points: whole minutes'),
  url: url.optional().describe('endpoint, when it is not the public one of the region'),
  timeout,
  settle: duration().prefault('2m').describe('time for data to arrive: counting ends this long before the look'),
});

export const newRelicSource = z.strictObject({
  kind: z.literal('newrelic').describe('events and metrics of one New Relic account'),
  account: z.number().int().positive().describe('number of the account'),
  region: z.enum(['us', 'eu']).default('us').describe('data centre of the account'),
  'api-key': environmentVariable.default('NEW_RELIC_API_KEY').describe('environment variable that holds a user key'),
  timeout,
  settle,
});

export const influxSource = z.strictObject({
  kind: z.literal('influxdb').describe('InfluxDB 2 by Flux, InfluxDB 3 by SQL'),
  url: url.describe('base URL'),
  org: z.string().min(1).optional().describe('organisation: InfluxDB 2, queries are Flux'),
  database: z.string().min(1).optional().describe('database: InfluxDB 3, queries are SQL'),
  token: environmentVariable.default('INFLUX_TOKEN').describe('environment variable that holds a token'),
  timeout,
  settle,
});

export const graphiteSource = z.strictObject({
  kind: z.literal('graphite').describe('a Graphite render API'),
  url: url.describe('base URL, without /render'),
  auth: sourceAuth.optional().describe('how to sign in; names of environment variables only'),
  step: duration(1_000).prefault('10s').describe('width of the stored points'),
  timeout,
  settle,
});
