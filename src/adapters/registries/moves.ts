/** The requests that move pointers, one for each kind. The formats are those of the public API references; see docs/registries.md. */
import * as z from 'zod';
import type { Artefact } from '../../playbook/artefact-name.ts';
import type { Registry } from '../../playbook/schema.ts';
import type { MoveRequest, PreparedMove } from '../../ports.ts';
import { ask, saidBy, trimmed } from './ask.ts';
import type { Asking } from './ask.ts';

type Headers = Readonly<Record<string, string>>;

const JSON_BODY = { 'content-type': 'application/json' };

/** `headers` sign in the reads that some kinds need first. */
export async function moveRequest(
  registry: Registry,
  artefact: Artefact,
  to: string,
  { asking, headers }: { readonly asking: Asking; readonly headers: Headers },
): Promise<PreparedMove> {
  const base = trimmed(registry.url);
  switch (registry.kind) {
    case 'mlflow': {
      if (artefact.kind !== 'model') break;
      const { name, at } = artefact;
      return ready('POST', `${base}/api/2.0/mlflow/registered-models/alias`, { name, alias: at.value, version: to });
    }
    case 'langfuse': {
      if (artefact.kind !== 'prompt') break;
      const url = `${base}/api/public/v2/prompts/${encodeURIComponent(artefact.name)}/versions/${encodeURIComponent(to)}`;
      return ready('PATCH', url, { newLabels: [artefact.version] });
    }
    case 'langsmith': {
      if (artefact.kind !== 'prompt') break;
      const commit = await commitId(asking, headers, `${base}/commits/${artefact.name}/?limit=100`, to);
      if (commit.kind === 'refused') return commit;
      const url = `${base}/repos/${artefact.name}/tags/${encodeURIComponent(artefact.version)}`;
      return ready('PATCH', url, { commit_id: commit.id });
    }
    case 'braintrust': {
      if (artefact.kind !== 'prompt') break;
      const { project, organization } = registry;
      const query = new URLSearchParams({ project_name: project, slug: artefact.name, limit: '1' }).toString();
      const prompt = await promptId(asking, headers, `${base}/v1/prompt?${query}`);
      if (prompt.kind === 'refused') return prompt;
      const [id, slug] = [prompt.id, artefact.version].map(encodeURIComponent);
      const org = organization === undefined ? {} : { org_name: organization };
      return ready('PUT', `${base}/environment-object/prompt/${id}/${slug}`, { object_version: to, ...org });
    }
    case 'maxim': {
      const [variable = '', ...rest] = artefact.kind === 'prompt' ? artefact.version.split('=') : [];
      if (artefact.kind !== 'prompt' || rest.length === 0)
        return refused('a deployment of Maxim is named as variable=value, such as Environment=prod');
      if (registry.workspace === undefined) return refused("Maxim needs 'workspace:' of the registry to deploy");
      return ready('POST', `${base}/v1/prompts/deploy`, {
        promptId: artefact.name,
        version: Number(to),
        workspaceId: registry.workspace,
        deploymentConditions: [{ variable, operator: '=', value: rest.join('=') }],
      });
    }
    case 'launchdarkly':
    case 'unleash':
    case 'growthbook':
      return artefact.kind === 'flag' ? flagRequest(registry, base, artefact.key, to) : notOne(registry);
    case 'oci':
    case 'dvc':
      break;
  }
  return notOne(registry);
}

const COMMENT = 'Moved back by lastgood with a rollback';

function flagRequest(
  registry: Extract<Registry, { kind: 'launchdarkly' | 'unleash' | 'growthbook' }>,
  base: string,
  flag: string,
  to: string,
): PreparedMove {
  if (to !== 'on' && to !== 'off') return refused(`a flag is on or off, not '${to.slice(0, 40)}'`);
  const [key, environment] = [encodeURIComponent(flag), registry.environment];
  switch (registry.kind) {
    case 'launchdarkly': {
      const instructions = [{ kind: to === 'on' ? 'turnFlagOn' : 'turnFlagOff' }];
      const body = JSON.stringify({ environmentKey: environment, comment: COMMENT, instructions });
      const headers = { 'content-type': 'application/json; domain-model=launchdarkly.semanticpatch' };
      const url = `${base}/api/v2/flags/${encodeURIComponent(registry.project)}/${key}`;
      return { kind: 'ready', request: { method: 'PATCH', url, headers, body } };
    }
    case 'unleash': {
      const at = `${base}/api/admin/projects/${encodeURIComponent(registry.project)}/features/${key}`;
      const url = `${at}/environments/${encodeURIComponent(environment)}/${to}`;
      return { kind: 'ready', request: { method: 'POST', url, headers: {}, body: null } };
    }
    case 'growthbook':
      return ready('POST', `${base}/api/v2/features/${key}/toggle`, {
        environments: { [environment]: to === 'on' },
        reason: COMMENT,
      });
  }
}

function ready(method: MoveRequest['method'], url: string, body: object): PreparedMove {
  return { kind: 'ready', request: { method, url, headers: JSON_BODY, body: JSON.stringify(body) } };
}

function refused(because: string): { readonly kind: 'refused'; readonly because: string } {
  return { kind: 'refused', because };
}

function notOne({ kind }: Registry): PreparedMove {
  return refused(`a registry of kind ${kind} has no such pointer`);
}

type Id = { readonly kind: 'id'; readonly id: string } | { readonly kind: 'refused'; readonly because: string };

const commits = z.object({ commits: z.array(z.object({ id: z.string(), commit_hash: z.string() })) });

/** Tags are set by the id of a commit, people and manifests name its hash. */
async function commitId(asking: Asking, headers: Headers, url: string, hash: string): Promise<Id> {
  const answer = await ask(asking, { url, headers: { ...headers, accept: 'application/json' } });
  const said = saidBy(answer, { url, schema: commits, isAbsence: () => false });
  if (said.kind !== 'said') return refused(said.kind === 'unknown' ? said.because : said.message);
  const found = said.value.commits.filter((one) => one.commit_hash.startsWith(hash));
  const [only, ...others] = found;
  if (only === undefined) return refused(`none of the newest 100 commits of this prompt is ${hash}`);
  return others.length > 0 ? refused(`${hash} is the beginning of several commits`) : { kind: 'id', id: only.id };
}

const prompts = z.object({ objects: z.array(z.object({ id: z.string() })) });

async function promptId(asking: Asking, headers: Headers, url: string): Promise<Id> {
  const answer = await ask(asking, { url, headers: { ...headers, accept: 'application/json' } });
  const said = saidBy(answer, { url, schema: prompts, isAbsence: () => false });
  if (said.kind !== 'said') return refused(said.kind === 'unknown' ? said.because : said.message);
  const [row] = said.value.objects;
  return row === undefined ? refused('Braintrust has no such prompt in this project') : { kind: 'id', id: row.id };
}
