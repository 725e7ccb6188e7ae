/** Sources of evaluation data: JSON answers and files with paths into them, scores of a prompt platform, metrics of runs. */
import * as z from 'zod';
import { duration } from './fields.ts';
import { environmentVariable, sourceAuth } from './names.ts';

const timeout = duration(1)
  .prefault('10s')
  .describe('time allowed for one query, and for waiting when told to slow down');
const path = z.string().min(1).max(1024);

const rows = {
  rows: path.optional().describe('path to the list, where triggers read rows; default: the whole document'),
  id: path.optional().describe('path in each row to its id, so that a row counts once wherever it stands in the list'),
  'arm-column': path.optional().describe('path in each row to the arm it belongs to, where one list holds both'),
};

export const jsonSource = z.strictObject({
  kind: z.literal('json').describe('any API that answers with JSON; triggers hold paths such as data.errors'),
  url: z
    .string()
    .max(4096)
    .regex(/^https?:\/\/[^/\s{}?#@]+([/?][^\s]*)?$/, 'an http or https URL without user; {{arm}} only after the host')
    .describe('with {{arm}} where the arm belongs, and {{from}} and {{to}} where counts are of a span'),
  method: z.enum(['GET', 'POST']).default('GET').describe('of the request'),
  body: z.string().max(65_536).optional().describe('JSON body of a POST; the same placeholders, inside quotes'),
  auth: sourceAuth.optional().describe('how to sign in; names of environment variables only'),
  counts: z
    .enum(['running', 'span'])
    .default('running')
    .describe('running: totals that may restart; span: what happened from {{from}} to {{to}}'),
  times: z.enum(['iso', 's', 'ms']).default('iso').describe('how {{from}} and {{to}} are written'),
  time: path.optional().describe('path to the time of the numbers; default: the moment of the answer'),
  ...rows,
  timeout,
  settle: duration().prefault('0s').describe('span: counting ends this long before the look'),
});

export const fileSource = z.strictObject({
  kind: z.literal('file').describe('reports and results that another step has written, read again at every look'),
  path: path.describe('below the working directory; {{arm}} where each arm has its own file'),
  format: z.enum(['json', 'jsonl', 'csv']).default('json').describe('jsonl and csv are lists of rows'),
  time: path.optional().describe('path to the time of the numbers; default: when the file was last changed'),
  ...rows,
  timeout,
});

export const langfuseSource = z.strictObject({
  kind: z.literal('langfuse').describe('scores and latencies by prompt version'),
  url: z
    .url({ protocol: /^https?$/ })
    .prefault('https://cloud.langfuse.com')
    .describe('base URL of your region or server'),
  'public-key': environmentVariable.default('LANGFUSE_PUBLIC_KEY').describe('environment variable of the public key'),
  'secret-key': environmentVariable.default('LANGFUSE_SECRET_KEY').describe('environment variable of the secret key'),
  environment: z.string().min(1).max(200).optional().describe('only what was traced in this environment'),
  timeout,
  settle: duration()
    .prefault('5m')
    .describe('time for scores to arrive: counting ends this long before the look, and late ones are still counted'),
});

export const mlflowSource = z.strictObject({
  kind: z.literal('mlflow').describe('metrics of MLflow runs'),
  url: z.url({ protocol: /^https?$/ }).describe('base URL of the tracking server'),
  auth: sourceAuth.optional().describe('how to sign in; names of environment variables only'),
  timeout,
});
