import { argoCd } from '../src/adapters/argocd.ts';
import { realClock } from '../src/adapters/clock.ts';
import { apiUrl, tokenClient } from '../src/adapters/github/client.ts';
import { githubRepository } from '../src/adapters/github/repository.ts';
import { sha256 } from '../src/adapters/sha256.ts';
import { inwardFetch } from '../src/adapters/http-guard.ts';
import { movers } from '../src/adapters/registries/movers.ts';
import { artefacts } from '../src/adapters/registries/registries.ts';
import { metricSource } from '../src/adapters/sources.ts';
import type { Doors } from '../src/control/doors.ts';
import { RollbackError } from '../src/errors.ts';
import { needed, type Call } from './terminal.ts';

/** The deployment repository that --repo names, through GITHUB_TOKEN. All commands but `repoint --apply` only read. */
export function openRemote(call: Call): Doors {
  const name = needed(call, 'repo', 'acme/deployments');
  if (!/^[\w.-]+\/[\w.-]+$/.test(name)) throw new RollbackError('input-invalid', `--repo is '${name}', not owner/name`);
  const token = call.env['GITHUB_TOKEN'];
  if (!token)
    throw new RollbackError('github-unauthorized', 'GITHUB_TOKEN is not set', {
      hint: 'Set it to a token that can read the repository.',
    });
  return {
    repository: githubRepository(tokenClient({ baseUrl: apiUrl(call.env), token }), name, ''),
    ...openOutside(call.env),
  };
}

/** Everything that is asked beside GitHub: the playbook says where it is, the environment has the credentials. */
export function openOutside(env: Call['env']): Omit<Doors, 'repository'> {
  return {
    argoCd: (config) => argoCd({ url: config.url, token: env[config.token] ?? '', fetch: inwardFetch(env) }),
    source: (source) => metricSource(source, env),
    artefacts: (registries) => artefacts(registries, { env }),
    movers: (registries) => movers(registries, { env }),
    clock: realClock(),
    sha256,
    log: () => undefined,
  };
}
