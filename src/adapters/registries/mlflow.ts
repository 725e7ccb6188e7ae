/** Model versions, aliases and prompts of an MLflow registry. Format: mlflow.org/docs/latest/api_reference/rest-api.html */
import * as z from 'zod';
import type { Artefact } from '../../playbook/artefact-name.ts';
import type { Look } from '../../registries/look.ts';
import { headersOf } from '../http.ts';
import type { Credentials } from '../http.ts';
import { ask, gone, instantOf, saidBy, trimmed, unknown } from './ask.ts';
import type { Asking } from './ask.ts';

export interface MlflowOptions {
  readonly url: string;
  readonly auth: Credentials;
}

const versionAnswer = z.object({
  model_version: z.object({
    version: z.union([z.string(), z.number()]).transform(String),
    // A registry without this field has only finished versions.
    status: z.string().default('READY'),
    status_message: z.string().nullish(),
    source: z.string().nullish(),
    creation_timestamp: z.union([z.string(), z.number()]).nullish(),
    aliases: z.array(z.string()).default([]),
  }),
});

const errorAnswer = z.object({ error_code: z.string() });

/** An alias that is not there answers INVALID_PARAMETER_VALUE with HTTP 400, a version RESOURCE_DOES_NOT_EXIST with HTTP 404. */
function isAbsence(json: unknown): boolean {
  const error = errorAnswer.safeParse(json);
  return error.success && /^(RESOURCE_DOES_NOT_EXIST|NOT_FOUND)$/.test(error.data.error_code);
}

export async function lookAtModel(
  asking: Asking,
  { url, auth }: MlflowOptions,
  { what, name, at }: Extract<Artefact, { kind: 'model' }>,
): Promise<Look> {
  const [path, query] =
    at.kind === 'version'
      ? ['model-versions/get', { name, version: at.value }]
      : ['registered-models/alias', { name, alias: at.value }];
  const asked = `${trimmed(url)}/api/2.0/mlflow/${path}?${new URLSearchParams(query).toString()}`;
  const answer = await ask(asking, { url: asked, headers: { ...headersOf(auth), accept: 'application/json' } });
  const noAlias =
    at.kind === 'alias' &&
    answer.kind === 'answer' &&
    answer.status === 400 &&
    /INVALID_PARAMETER_VALUE/.test(answer.text) &&
    /alias/i.test(answer.text);
  if (noAlias) return gone(`MLflow has no alias ${at.value} of ${what} ${name}`);
  const said = saidBy(answer, { url: asked, schema: versionAnswer, isAbsence });
  if (said.kind === 'unknown') return unknown(said.because);
  if (said.kind === 'absent') return gone(`MLflow has no such ${at.kind}`);
  const {
    version,
    status,
    status_message: message,
    source,
    creation_timestamp: made,
    aliases,
  } = said.value.model_version;
  const madeAt = instantOf(made);
  const led = at.kind === 'alias' ? `leads to version ${version} today, ` : '';
  if (status !== 'READY') {
    const why = message ? `: ${message.slice(0, 200)}` : '';
    return { state: 'not-ready', says: `${led}${status} instead of READY${why}`, madeAt, leads: version };
  }
  const from = source ? ` from ${source.slice(0, 200)}` : '';
  const known = aliases.length === 0 ? '' : `, alias ${aliases.slice(0, 5).join(', ')}`;
  return { state: 'there', says: `${led}READY${from}${known}`, madeAt, leads: version };
}
