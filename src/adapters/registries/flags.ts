/** The state of a feature flag now, on three platforms. An archived flag is not served any more, so it is gone. */
import * as z from 'zod';
import type { Artefact } from '../../playbook/artefact-name.ts';
import type { Look } from '../../registries/look.ts';
import { headersOf } from '../http.ts';
import { ask, gone, hasText, saidBy, trimmed, unknown } from './ask.ts';
import type { Asking, Said } from './ask.ts';

type Flag = Extract<Artefact, { kind: 'flag' }>;

export interface FlagOptions {
  readonly url: string;
  readonly token: string;
  readonly environment: string;
}

/** What all of them say in the end: archived or not, and on or off; null where the environment has no such flag. */
interface State {
  readonly archived: boolean;
  readonly on: boolean | null;
}

function flagLook(said: Said<State>, service: string, environment: string): Look {
  if (said.kind === 'unknown') return unknown(said.because);
  if (said.kind === 'absent') return gone(`${service} has no such flag`);
  const { archived, on } = said.value;
  if (archived) return gone(`${service} has archived it, so it is no longer served`);
  if (on === null) return gone(`${service} has no environment ${environment} for it`);
  return { state: 'there', says: `${on ? 'on' : 'off'} in ${environment}`, madeAt: null, leads: on ? 'on' : 'off' };
}

async function stateOf(
  asking: Asking,
  { url, headers, schema }: { url: string; headers: Readonly<Record<string, string>>; schema: z.ZodType<State> },
): Promise<Said<State>> {
  const answer = await ask(asking, { url, headers: { ...headers, accept: 'application/json' } });
  return saidBy(answer, { url, schema, isAbsence: (json) => hasText(json, 'message', 'code', 'name') });
}

export async function lookAtLaunchDarkly(
  asking: Asking,
  { url, token, environment, project }: FlagOptions & { readonly project: string },
  { key }: Flag,
): Promise<Look> {
  const schema = z
    .object({ archived: z.boolean(), environments: z.record(z.string(), z.object({ on: z.boolean() })).default({}) })
    .transform(({ archived, environments }): State => ({ archived, on: environments[environment]?.on ?? null }));
  const query = new URLSearchParams({ env: environment }).toString();
  const asked = `${trimmed(url)}/api/v2/flags/${encodeURIComponent(project)}/${encodeURIComponent(key)}?${query}`;
  return flagLook(
    await stateOf(asking, { url: asked, headers: { authorization: token }, schema }),
    'LaunchDarkly',
    environment,
  );
}

export async function lookAtUnleash(
  asking: Asking,
  { url, token, environment, project }: FlagOptions & { readonly project: string },
  { key }: Flag,
): Promise<Look> {
  const schema = z
    .object({
      archived: z.boolean().default(false),
      environments: z.array(z.object({ name: z.string(), enabled: z.boolean() })).default([]),
    })
    .transform(({ archived, environments }): State => ({
      archived,
      on: environments.find(({ name }) => name === environment)?.enabled ?? null,
    }));
  const asked = `${trimmed(url)}/api/admin/projects/${encodeURIComponent(project)}/features/${encodeURIComponent(key)}`;
  return flagLook(
    await stateOf(asking, { url: asked, headers: { authorization: token }, schema }),
    'Unleash',
    environment,
  );
}

export async function lookAtGrowthBook(
  asking: Asking,
  { url, token, environment }: FlagOptions,
  { key }: Flag,
): Promise<Look> {
  const schema = z
    .object({
      feature: z.object({
        archived: z.boolean().default(false),
        environments: z.record(z.string(), z.object({ enabled: z.boolean() })).default({}),
      }),
    })
    .transform(({ feature }): State => ({
      archived: feature.archived,
      on: feature.environments[environment]?.enabled ?? null,
    }));
  const asked = `${trimmed(url)}/api/v2/features/${encodeURIComponent(key)}`;
  return flagLook(
    await stateOf(asking, { url: asked, headers: headersOf({ bearer: token }), schema }),
    'GrowthBook',
    environment,
  );
}
