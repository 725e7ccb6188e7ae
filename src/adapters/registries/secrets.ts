/** What a registry wants to be shown, read from the environment at each look. */
import type { Registry } from '../../playbook/schema.ts';
import { headersOf } from '../http.ts';
import type { Credentials } from '../http.ts';

export type Env = Readonly<Record<string, string | undefined>>;
export type Secret = (variable: string) => string;

/** Its message names the variable. */
export class MissingSecret extends Error {}

export function secretsIn(env: Env): Secret {
  return (variable) => {
    const value = env[variable]?.trim() ?? '';
    if (value === '') throw new MissingSecret(`the environment variable ${variable} is not set`);
    return value;
  };
}

type Auth = Extract<Registry, { kind: 'oci' }>['auth'];

export function credentials(auth: Auth, secret: Secret): Credentials {
  return {
    ...(auth?.bearer === undefined ? {} : { bearer: secret(auth.bearer) }),
    ...(auth?.basic === undefined ? {} : { basic: secret(auth.basic) }),
    ...(auth?.headers === undefined ? {} : { headers: auth.headers }),
  };
}

/** The headers that sign a request in. */
export function signedIn(registry: Registry, secret: Secret): Readonly<Record<string, string>> {
  switch (registry.kind) {
    case 'oci':
    case 'mlflow':
    case 'dvc':
      return headersOf(credentials(registry.auth, secret));
    case 'braintrust':
      return headersOf({ bearer: secret(registry['api-key']) });
    case 'maxim':
      return { 'x-maxim-api-key': secret(registry['api-key']) };
    case 'langfuse':
      return headersOf({ basic: `${secret(registry['public-key'])}:${secret(registry['secret-key'])}` });
    case 'langsmith':
      return { 'x-api-key': secret(registry['api-key']) };
    case 'launchdarkly':
    case 'unleash':
      return { authorization: secret(registry.token) };
    case 'growthbook':
      return headersOf({ bearer: secret(registry.token) });
  }
}
