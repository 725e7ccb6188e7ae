/** Versions of prompts on four platforms. The formats are those of their public API references. */
import * as z from 'zod';
import type { Artefact } from '../../playbook/artefact-name.ts';
import { pointerText } from '../../playbook/pointer-name.ts';
import type { Look } from '../../registries/look.ts';
import { headersOf } from '../http.ts';
import { ask, gone, hasText, instantOf, saidBy, trimmed, unknown } from './ask.ts';
import type { Asking, Said } from './ask.ts';

type Prompt = Extract<Artefact, { kind: 'prompt' }>;

interface Question<T> {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly schema: z.ZodType<T>;
}

async function asked<T>(asking: Asking, { url, headers, schema }: Question<T>): Promise<Said<T>> {
  const answer = await ask(asking, { url, headers: { ...headers, accept: 'application/json' } });
  return saidBy(answer, { url, schema, isAbsence });
}

/** A framework's own 404 for an unknown route is `{"detail":"Not Found"}`: that is a wrong address, not a lost prompt. */
function isAbsence(json: unknown): boolean {
  if (!hasText(json, 'error', 'message', 'detail', 'Message')) return false;
  return !z.object({ detail: z.literal('Not Found') }).safeParse(json).success;
}

const time = z.union([z.string(), z.number()]).nullish();

const langfuseAnswer = z.object({
  version: z.number(),
  labels: z.array(z.string()).default([]),
  createdAt: time,
});

export async function lookAtLangfuse(
  asking: Asking,
  { url, keys }: { readonly url: string; readonly keys: string },
  { name, version }: Prompt,
): Promise<Look> {
  const byNumber = /^\d+$/.test(version);
  const query = new URLSearchParams(byNumber ? { version } : { label: version }).toString();
  const said = await asked(asking, {
    url: `${trimmed(url)}/api/public/v2/prompts/${encodeURIComponent(name)}?${query}`,
    headers: headersOf({ basic: keys }),
    schema: langfuseAnswer,
  });
  if (said.kind === 'unknown') return unknown(said.because);
  if (said.kind === 'absent') return gone(`Langfuse has no such ${byNumber ? 'version' : 'label'}`);
  const { version: found, labels, createdAt } = said.value;
  if (byNumber && found !== Number(version))
    return unknown(`asked for version ${version}, Langfuse answered with version ${found}`);
  const worn = labels.length === 0 ? '' : `, label ${labels.slice(0, 5).join(', ')}`;
  const led = byNumber ? 'there' : `leads to version ${found} today`;
  return { state: 'there', says: `${led}${worn}`, madeAt: instantOf(createdAt), leads: String(found) };
}

const braintrustAnswer = z.object({
  objects: z.array(z.object({ _xact_id: z.string(), created: time, deleted_at: time })),
});

/** A version is a transaction; any other name is that of an environment, which leads to one. */
export async function lookAtBraintrust(
  asking: Asking,
  { url, apiKey, project }: { readonly url: string; readonly apiKey: string; readonly project: string },
  { name, version }: Prompt,
): Promise<Look> {
  const isVersion = pointerText('braintrust', { kind: 'prompt', name, version }) === null;
  const which = isVersion ? { version } : { environment: version };
  const query = new URLSearchParams({ project_name: project, slug: name, ...which, limit: '1' }).toString();
  const said = await asked(asking, {
    url: `${trimmed(url)}/v1/prompt?${query}`,
    headers: headersOf({ bearer: apiKey }),
    schema: braintrustAnswer,
  });
  if (said.kind === 'unknown') return unknown(said.because);
  const [row] = said.kind === 'said' ? said.value.objects : [];
  const what = isVersion ? 'version' : 'environment';
  if (row === undefined) return gone(`Braintrust has no ${what} ${version} of ${name} in ${project}`);
  if (row.deleted_at) return gone(`Braintrust says it was deleted at ${String(row.deleted_at)}`);
  // Braintrust answers with the row as it was at that transaction; a version in another notation cannot be compared.
  if (/^\d{10,}$/.test(version) && row._xact_id !== version) {
    const says = `asked for ${version}, what stood there then is version ${row._xact_id}`;
    return { state: 'other-digest', says, madeAt: instantOf(row.created) };
  }
  const says = isVersion ? `there, as version ${row._xact_id}` : `leads to version ${row._xact_id} today`;
  return { state: 'there', says, madeAt: instantOf(row.created), leads: row._xact_id };
}

const maximVersion = z.object({ version: z.number(), createdAt: time, deletedAt: time });
const maximAnswer = z.object({ data: z.union([z.array(maximVersion), maximVersion.transform((one) => [one])]) });

export async function lookAtMaxim(
  asking: Asking,
  { url, apiKey }: { readonly url: string; readonly apiKey: string },
  { name, version }: Prompt,
): Promise<Look> {
  if (pointerText('maxim', { kind: 'prompt', name, version }) !== null)
    return unknown('the public API of Maxim does not tell which version is deployed where');
  const said = await asked(asking, {
    url: `${trimmed(url)}/v1/prompts/versions?${new URLSearchParams({ promptId: name }).toString()}`,
    headers: { 'x-maxim-api-key': apiKey },
    schema: maximAnswer,
  });
  if (said.kind === 'unknown') return unknown(said.because);
  const versions = said.kind === 'said' ? said.value.data : [];
  const found = versions.find((one) => String(one.version) === version);
  if (found === undefined) {
    const others = versions.map((one) => one.version).sort((a, b) => b - a);
    return gone(
      `Maxim has no version ${version}${others.length === 0 ? '' : `; it has ${others.slice(0, 5).join(', ')}`}`,
    );
  }
  if (found.deletedAt) return gone(`Maxim says it was deleted at ${String(found.deletedAt)}`);
  return { state: 'there', says: 'there', madeAt: instantOf(found.createdAt) };
}

const langsmithAnswer = z.object({ commit_hash: z.string(), created_at: time });

export async function lookAtLangsmith(
  asking: Asking,
  { url, apiKey }: { readonly url: string; readonly apiKey: string },
  { name, version }: Prompt,
): Promise<Look> {
  const said = await asked(asking, {
    url: `${trimmed(url)}/commits/${name}/${encodeURIComponent(version)}`,
    headers: { 'x-api-key': apiKey },
    schema: langsmithAnswer,
  });
  if (said.kind === 'unknown') return unknown(said.because);
  if (said.kind === 'absent') return gone(`LangSmith has no commit ${version}`);
  const { commit_hash: hash, created_at: made } = said.value;
  const says = hash.startsWith(version) ? 'there' : `leads to commit ${hash.slice(0, 8)} today`;
  return { state: 'there', says, madeAt: instantOf(made), leads: hash };
}
