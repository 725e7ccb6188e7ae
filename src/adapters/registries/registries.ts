/** From the registries of a playbook to the door that looks at artefacts. */
import type { Registries, Registry } from '../../playbook/schema.ts';
import type { Artefacts } from '../../ports.ts';
import type { Look, Reference } from '../../registries/look.ts';
import { guardedFetch, inwardPolicy } from '../http-guard.ts';
import { headersOf } from '../http.ts';
import type { Credentials, Fetch } from '../http.ts';
import { inTurns } from '../in-turns.ts';
import { unknown } from './ask.ts';
import type { Asking } from './ask.ts';
import { lookAtObject } from './dvc.ts';
import { bucketRemote, folderRemote, webRemote } from './dvc-remotes.ts';
import { lookAtGrowthBook, lookAtLaunchDarkly, lookAtUnleash } from './flags.ts';
import { lookAtModel } from './mlflow.ts';
import { lookAtImage } from './oci.ts';
import { lookAtBraintrust, lookAtLangfuse, lookAtLangsmith, lookAtMaxim } from './prompts.ts';
import { credentials, MissingSecret, secretsIn } from './secrets.ts';
import type { Env, Secret } from './secrets.ts';

export interface Outside {
  readonly env: Env;
  /** For everything that one look asks. A rollback waits no longer than this for a registry. */
  readonly budgetMs?: number;
  readonly fetch?: Fetch;
}

const BUDGET_MS = 2_000;
const AT_ONCE = 12;

/** Secrets are read from the environment at each look; one that is not set is an `unknown` that names the variable. */
export function artefacts(registries: Registries, { env, budgetMs = BUDGET_MS, fetch: fetching }: Outside): Artefacts {
  const fetch = fetching ?? guardedFetch(inwardPolicy(env));
  const turn = inTurns(AT_ONCE);
  return {
    look: (reference) => {
      const until = performance.now() + budgetMs;
      const asking: Asking = { fetch, left: () => until - performance.now() };
      const registry = Object.hasOwn(registries, reference.registry) ? registries[reference.registry] : undefined;
      if (registry === undefined) return Promise.resolve(unknown(`the playbook has no registry ${reference.registry}`));
      return inTime(
        turn(() => lookIn(registry, reference, asking, env)),
        budgetMs,
      );
    },
  };
}

/** Whatever hangs (a mounted folder can, where no request would) is given up; whatever breaks is not known. */
async function inTime(look: Promise<Look>, budgetMs: number): Promise<Look> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Look>((resolve) => {
    timer = setTimeout(() => resolve(unknown(`no answer within ${budgetMs / 1000} s`)), budgetMs);
  });
  try {
    return await Promise.race([look, late]);
  } catch (error) {
    return unknown(
      error instanceof MissingSecret ? error.message : 'the look itself failed; this is a fault in lastgood',
    );
  } finally {
    clearTimeout(timer);
  }
}

async function lookIn(registry: Registry, { artefact }: Reference, asking: Asking, env: Env): Promise<Look> {
  const secret = secretsIn(env);
  const auth = 'auth' in registry ? credentials(registry.auth, secret) : {};
  const { url } = registry;
  switch (registry.kind) {
    case 'oci':
      return artefact.kind === 'image' ? lookAtImage(asking, { url, auth }, artefact) : other(registry);
    case 'mlflow':
      return artefact.kind === 'model' ? lookAtModel(asking, { url, auth }, artefact) : other(registry);
    case 'dvc':
      if (artefact.kind !== 'object') return other(registry);
      return lookAtObject(remoteOf(registry, asking, auth, secret, env), artefact, asking.left);
    case 'braintrust': {
      const options = { url, apiKey: secret(registry['api-key']), project: registry.project };
      return artefact.kind === 'prompt' ? lookAtBraintrust(asking, options, artefact) : other(registry);
    }
    case 'maxim': {
      const options = { url, apiKey: secret(registry['api-key']) };
      return artefact.kind === 'prompt' ? lookAtMaxim(asking, options, artefact) : other(registry);
    }
    case 'langfuse': {
      const options = { url, keys: `${secret(registry['public-key'])}:${secret(registry['secret-key'])}` };
      return artefact.kind === 'prompt' ? lookAtLangfuse(asking, options, artefact) : other(registry);
    }
    case 'langsmith': {
      const options = { url, apiKey: secret(registry['api-key']) };
      return artefact.kind === 'prompt' ? lookAtLangsmith(asking, options, artefact) : other(registry);
    }
    case 'launchdarkly': {
      const { project, environment } = registry;
      const options = { url, token: secret(registry.token), project, environment };
      return artefact.kind === 'flag' ? lookAtLaunchDarkly(asking, options, artefact) : other(registry);
    }
    case 'unleash': {
      const { project, environment } = registry;
      const options = { url, token: secret(registry.token), project, environment };
      return artefact.kind === 'flag' ? lookAtUnleash(asking, options, artefact) : other(registry);
    }
    case 'growthbook': {
      const options = { url, token: secret(registry.token), environment: registry.environment };
      return artefact.kind === 'flag' ? lookAtGrowthBook(asking, options, artefact) : other(registry);
    }
  }
}

function other({ kind }: Registry): Look {
  return unknown(`a registry of kind ${kind} cannot be asked for it`);
}

function remoteOf(
  registry: Extract<Registry, { kind: 'dvc' }>,
  asking: Asking,
  auth: Credentials,
  secret: Secret,
  env: Env,
) {
  const { url, region, endpoint = null } = registry;
  if (/^https?:/.test(url)) return webRemote(asking, url, headersOf(auth));
  if (!url.startsWith('s3:')) return folderRemote(url);
  const session = env[registry['session-token']]?.trim() ?? '';
  return bucketRemote(asking, {
    url,
    region,
    endpoint,
    keys: {
      accessKeyId: secret(registry['access-key']),
      secretAccessKey: secret(registry['secret-key']),
      sessionToken: session === '' ? null : session,
    },
  });
}
