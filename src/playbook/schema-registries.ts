/** `registries:` of the playbook: where images, models, data, prompts and flags live, so that a target can be checked before it is gone back to. */
import * as z from 'zod';
import { duration } from './fields.ts';
import { environmentVariable, sourceAuth } from './names.ts';

const DAY_MS = 86_400_000;
const url = z.url({ protocol: /^https?$/ });

const keys = {
  keys: z
    .record(
      z.string().min(1).max(200),
      z
        .string()
        .max(500)
        .includes('{{value}}', 'the name of an artefact, with {{value}} where the value of the key belongs'),
    )
    .default({})
    .describe(
      'keys of manifests that hold only a version, such as MODEL_VERSION, and what they name, such as fraud/{{value}}',
    ),
};

const kept = {
  retention: duration(DAY_MS).optional().describe('how long this registry keeps things; told before it is over'),
  'warn-before': duration().prefault('14d').describe('how long before the end of the retention it is told'),
};

const observed = {
  observe: z
    .strictObject({
      webhook: environmentVariable
        .optional()
        .describe('environment variable of the secret that its webhook shows at POST /registries/NAME of the bot'),
      poll: duration(60_000)
        .optional()
        .describe('how often the bot looks where its pointers lead, for what sends no webhook'),
    })
    .optional()
    .describe('moves of its aliases, labels, tags, environments and flags go into the ledger'),
};

const ociRegistry = z.strictObject({
  kind: z.literal('oci').describe('images: any registry that speaks the OCI distribution API'),
  url: url.describe('base URL, such as https://ghcr.io'),
  host: z
    .string()
    .regex(/^[A-Za-z0-9.-]+(:\d+)?$/)
    .optional()
    .describe('as manifests write it; default: the host of the URL'),
  auth: sourceAuth.optional().describe('how to sign in; basic is user:token, also at the token server of the registry'),
  ...keys,
  ...kept,
});

const mlflowRegistry = z.strictObject({
  kind: z.literal('mlflow').describe('versions and aliases of registered models, and prompts'),
  url: url.describe('base URL of the MLflow server'),
  auth: sourceAuth.optional().describe('how to sign in; names of environment variables only'),
  ...observed,
  ...keys,
  ...kept,
});

const dvcRegistry = z.strictObject({
  kind: z.literal('dvc').describe('objects of a DVC remote that .dvc files and dvc.lock name'),
  url: z
    .string()
    .max(2048)
    .regex(
      /^(\/|file:\/\/\/|https?:\/\/[^/\s@]+|s3:\/\/[a-z0-9.-]+)/,
      'an absolute folder, or an http, https or s3 URL without user',
    )
    .describe('of the remote: a mounted folder, https://..., or s3://bucket/prefix'),
  remote: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('name of the remote in .dvc/config; default: the one of outputs that name none'),
  auth: sourceAuth.optional().describe('of an HTTP remote; names of environment variables only'),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default('us-east-1')
    .describe('of the bucket'),
  endpoint: url.optional().describe('of an S3 that is not Amazon’s'),
  'access-key': environmentVariable.default('AWS_ACCESS_KEY_ID').describe('environment variable of the access key id'),
  'secret-key': environmentVariable.default('AWS_SECRET_ACCESS_KEY').describe('environment variable of the secret key'),
  'session-token': environmentVariable
    .default('AWS_SESSION_TOKEN')
    .describe('environment variable of the session token; used where it is set'),
  ...kept,
});

const braintrustRegistry = z.strictObject({
  kind: z.literal('braintrust').describe('versions of prompts'),
  url: url.prefault('https://api.braintrust.dev').describe('base URL of the API'),
  'api-key': environmentVariable.default('BRAINTRUST_API_KEY').describe('environment variable that holds the key'),
  project: z.string().min(1).max(200).describe('name of the project'),
  organization: z.string().min(1).max(200).optional().describe('its name; only for keys that know several'),
  ...observed,
  ...keys,
  ...kept,
});

const maximRegistry = z.strictObject({
  kind: z.literal('maxim').describe('versions of prompts'),
  url: url.prefault('https://api.getmaxim.ai').describe('base URL of the API'),
  'api-key': environmentVariable.default('MAXIM_API_KEY').describe('environment variable that holds the key'),
  workspace: z.string().min(1).max(200).optional().describe('id of the workspace; needed to deploy a version'),
  ...observed,
  ...keys,
  ...kept,
});

const langfuseRegistry = z.strictObject({
  kind: z.literal('langfuse').describe('versions and labels of prompts'),
  url: url.prefault('https://cloud.langfuse.com').describe('base URL of your region or server'),
  'public-key': environmentVariable.default('LANGFUSE_PUBLIC_KEY').describe('environment variable of the public key'),
  'secret-key': environmentVariable.default('LANGFUSE_SECRET_KEY').describe('environment variable of the secret key'),
  ...observed,
  ...keys,
  ...kept,
});

const langsmithRegistry = z.strictObject({
  kind: z.literal('langsmith').describe('commits of prompts'),
  url: url.prefault('https://api.smith.langchain.com').describe('base URL of the API'),
  'api-key': environmentVariable.default('LANGSMITH_API_KEY').describe('environment variable that holds the key'),
  ...observed,
  ...keys,
  ...kept,
});

const launchdarklyRegistry = z.strictObject({
  kind: z.literal('launchdarkly').describe('state of feature flags'),
  url: url.prefault('https://app.launchdarkly.com').describe('base URL'),
  token: environmentVariable.default('LAUNCHDARKLY_TOKEN').describe('environment variable that holds an access token'),
  project: z.string().min(1).max(200).describe('key of the project'),
  environment: z.string().min(1).max(200).describe('key of the environment'),
  ...observed,
  ...keys,
});

const unleashRegistry = z.strictObject({
  kind: z.literal('unleash').describe('state of feature flags'),
  url: url.describe('base URL of the server'),
  token: environmentVariable.default('UNLEASH_TOKEN').describe('environment variable that holds an admin API token'),
  project: z.string().min(1).max(200).default('default').describe('id of the project'),
  environment: z.string().min(1).max(200).describe('name of the environment'),
  ...observed,
  ...keys,
});

const growthbookRegistry = z.strictObject({
  kind: z.literal('growthbook').describe('state of feature flags'),
  url: url.prefault('https://api.growthbook.io').describe('base URL of the API'),
  token: environmentVariable.default('GROWTHBOOK_TOKEN').describe('environment variable that holds a secret key'),
  environment: z.string().min(1).max(200).describe('name of the environment'),
  ...observed,
  ...keys,
});

export const registrySchema = z.discriminatedUnion('kind', [
  ociRegistry,
  mlflowRegistry,
  dvcRegistry,
  braintrustRegistry,
  maximRegistry,
  langfuseRegistry,
  langsmithRegistry,
  launchdarklyRegistry,
  unleashRegistry,
  growthbookRegistry,
]);

export type Registry = z.output<typeof registrySchema>;
/** By name, in the order of the playbook: the first that knows an artefact is asked. */
export type Registries = Readonly<Record<string, Registry>>;
