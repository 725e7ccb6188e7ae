/**
 * The one truth about lastgood.yml. From here come the type, the check, playbook.schema.json and the reference table.
 * After parsing: durations are milliseconds, shares are ratios 0..1, conditions are data.
 */
import * as z from 'zod';
import { environmentVariable, name, person } from './names.ts';
import { gateSchema, verifySchema } from './schema-gate.ts';
import { notifySchema } from './schema-notify.ts';
import { registrySchema } from './schema-registries.ts';
import { rollbackSchema } from './schema-rollback.ts';
import { sourceSchema } from './schema-source.ts';
import { tokenPrices } from './schema-trigger.ts';
import { tierSchema } from './schema-tier.ts';

export type { Criterion, Gate, Verify } from './schema-gate.ts';
export type { Registries, Registry } from './schema-registries.ts';
export type { RollbackPolicy } from './schema-rollback.ts';
export type { Source } from './schema-source.ts';
export type { Trigger } from './schema-trigger.ts';

const environmentSchema = z.strictObject({
  tier: name.optional().describe("one of `tiers`; default: the service's"),
  paths: z
    .array(z.string().min(1).max(1024))
    .min(1)
    .describe('files and folders of this service in the deployment repository'),
  applications: z.array(z.string().min(1).max(253)).default([]).describe('Argo CD applications that apply these paths'),
  'github-environment': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe("name of this environment in GitHub's settings; its own name unless told"),
  'when-undecided': z
    .enum(['reject', 'hold'])
    .default('reject')
    .describe('what a deployment protection rule answers when the gate cannot tell: hold leaves the run to a person'),
  gate: gateSchema.optional().describe('judges a release while it is a canary'),
  rollback: rollbackSchema.prefault({}).describe('how the way back is taken'),
  verify: verifySchema.describe('what recovered means; required, there is no default'),
  notify: notifySchema.prefault({}).describe('who hears of it'),
  artefacts: z
    .record(name, z.array(z.string().min(1).max(500)).max(50))
    .default({})
    .describe('what this service needs beside the artefacts its manifests name, by registry; looked at, and only told'),
});

const serviceSchema = z.strictObject({
  owners: z.array(person).default([]).describe('logins or org/team that may roll back without write access'),
  tier: name.optional().describe('one of `tiers`: the limits for what a failure of this service costs'),
  environments: z.record(name, environmentSchema).describe('by name, such as production'),
});

export const playbookSchema = z.strictObject({
  version: z.literal(1).describe('of this format'),
  sources: z.record(name, sourceSchema).default({}).describe('where numbers come from, by name'),
  registries: z
    .record(name, registrySchema)
    .default({})
    .describe('where images, models, data, prompts and flags live, by name; a target is checked there first'),
  tiers: z
    .record(name, tierSchema)
    .default({})
    .describe('limits by business impact, by name, such as critical; whatever an environment writes itself goes first'),
  prices: z
    .record(name, tokenPrices)
    .default({})
    .describe('what tokens cost, by name of a model; `price` of a trigger names one'),
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
export type EnvironmentRules = z.output<typeof environmentSchema>;
