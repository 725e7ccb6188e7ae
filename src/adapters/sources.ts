/** From a source of the playbook to one that can be asked. */
import { RollbackError } from '../errors.ts';
import type { Source } from '../playbook/schema.ts';
import type { MetricSource } from '../ports.ts';
import type { Credentials } from './http.ts';
import { openmetricsSource } from './openmetrics.ts';
import { prometheusSource } from './prometheus.ts';

/** Where the secrets are; the playbook only names the variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Throws source-unauthorized for a variable that is not set.
 * `onSecret` is told every secret before it is used, so that the caller can hide it from its log.
 */
export function metricSource(
  source: Source,
  env: Environment,
  onSecret: (secret: string) => void = () => undefined,
): MetricSource {
  const auth = credentials(source, env, onSecret);
  switch (source.kind) {
    case 'prometheus':
      return prometheusSource({ url: source.url, auth, timeoutMs: source.timeout });
    case 'openmetrics':
      return openmetricsSource({ auth, timeoutMs: source.timeout });
  }
}

function credentials({ kind, auth }: Source, env: Environment, onSecret: (secret: string) => void): Credentials {
  const secret = (variable: string): string => {
    const value = env[variable]?.trim() ?? '';
    if (value === '') {
      throw new RollbackError(
        'source-unauthorized',
        `A ${kind} source needs the environment variable ${variable}, which is not set.`,
        {
          hint: `Set ${variable} from a secret, in the env of this step or process.`,
        },
      );
    }
    onSecret(value);
    return value;
  };
  return {
    ...(auth?.bearer === undefined ? {} : { bearer: secret(auth.bearer) }),
    ...(auth?.basic === undefined ? {} : { basic: pair(secret(auth.basic), onSecret) }),
    ...(auth?.headers === undefined ? {} : { headers: auth.headers }),
  };
}

/** The password alone and the form in which it travels are secrets too. */
function pair(basic: string, onSecret: (secret: string) => void): string {
  const password = basic.slice(basic.indexOf(':') + 1);
  if (password !== '') onSecret(password);
  onSecret(Buffer.from(basic).toString('base64'));
  return basic;
}
