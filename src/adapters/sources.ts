/** From a source of the playbook to one that can be asked. */
import { RollbackError } from '../errors.ts';
import type { Source } from '../playbook/schema.ts';
import type { Clock, MetricSource } from '../ports.ts';
import { realClock } from './clock.ts';
import { cloudWatchSource, throttled } from './cloudwatch.ts';
import { datadogSource } from './datadog.ts';
import { fileSource } from './file-source.ts';
import { graphiteSource } from './graphite.ts';
import { inwardFetch } from './http-guard.ts';
import type { Credentials, Fetch } from './http.ts';
import { influxSource } from './influxdb.ts';
import { jsonSource } from './json-source.ts';
import { langfuseSource } from './langfuse.ts';
import { mlflowSource } from './mlflow-metrics.ts';
import { newRelicSource } from './newrelic.ts';
import { openmetricsSource } from './openmetrics.ts';
import { patient } from './patient.ts';
import { presentOf, prometheusSource } from './prometheus.ts';

/** Where the secrets are; the playbook only names the variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a source reaches the outside with; the real ones unless a test brings its own. */
export interface Outside {
  readonly clock?: Clock;
  readonly fetch?: Fetch;
  /** Where files are read; the working directory unless said otherwise. */
  readonly root?: string;
}

/**
 * Throws source-unauthorized for a variable that is not set.
 * `onSecret` is told every secret before it is used, so that the caller can hide it from its log.
 */
export function metricSource(
  source: Source,
  env: Environment,
  onSecret: (secret: string) => void = () => undefined,
  outside: Outside = {},
): MetricSource {
  const { clock = realClock(), fetch: fetching = inwardFetch(env) } = outside;
  const secret = secretsOf(source.kind, env, onSecret);
  const refuses = source.kind === 'cloudwatch' ? throttled : undefined;
  const send = patient({ clock, budgetMs: source.timeout, fetch: fetching, refuses });
  const timeoutMs = source.timeout;
  switch (source.kind) {
    case 'prometheus':
      return prometheusSource({
        url: source.url,
        auth: credentials(source.auth, secret, onSecret),
        timeoutMs,
        clock,
        send,
      });
    case 'openmetrics':
      return openmetricsSource({ auth: credentials(source.auth, secret, onSecret), timeoutMs, clock, send });
    case 'datadog': {
      const keys = { apiKey: secret(source['api-key']), appKey: secret(source['app-key']) };
      return datadogSource({ site: source.site, ...keys, timeoutMs, settleMs: source.settle, clock, send });
    }
    case 'cloudwatch':
      return cloudWatchSource({
        region: source.region,
        url: source.url ?? null,
        keys: {
          accessKeyId: secret(source['access-key']),
          secretAccessKey: secret(source['secret-key']),
          sessionToken: isSet(env, source['session-token']) ? secret(source['session-token']) : null,
        },
        periodMs: source.period,
        timeoutMs,
        settleMs: source.settle,
        clock,
        send,
      });
    case 'newrelic': {
      const { account, region } = source;
      const apiKey = secret(source['api-key']);
      return newRelicSource({ account, region, apiKey, timeoutMs, settleMs: source.settle, clock, send });
    }
    case 'influxdb': {
      const { org, database = '', url } = source;
      const store = org === undefined ? ({ version: 3, database } as const) : ({ version: 2, org } as const);
      return influxSource({ url, store, token: secret(source.token), timeoutMs, settleMs: source.settle, clock, send });
    }
    case 'graphite': {
      const auth = credentials(source.auth, secret, onSecret);
      const { url, step: stepMs, settle: settleMs } = source;
      return graphiteSource({ url, auth, stepMs, timeoutMs, settleMs, clock, send });
    }
    case 'json':
      return jsonSource({
        url: source.url,
        method: source.method,
        body: source.body ?? null,
        auth: credentials(source.auth, secret, onSecret),
        rules: { ...rowsOf(source), counts: source.counts },
        times: source.times,
        time: source.time ?? null,
        timeoutMs,
        settleMs: source.settle,
        clock,
        send,
      });
    case 'file': {
      const { path, format, time = null } = source;
      return fileSource({ path, format, time, rules: rowsOf(source), root: outside.root ?? process.cwd(), clock });
    }
    case 'langfuse': {
      const keys = pair(`${secret(source['public-key'])}:${secret(source['secret-key'])}`, onSecret);
      const { url, environment = null, settle: settleMs } = source;
      return langfuseSource({ url, keys, environment, timeoutMs, settleMs, clock, send });
    }
    case 'mlflow': {
      const auth = credentials(source.auth, secret, onSecret);
      return mlflowSource({ url: source.url, auth, timeoutMs, clock, send });
    }
  }
}

/** What time it is at a source, epoch ms; null: this kind does not say, or it did not answer. Throws source-unauthorized. */
export async function sourceTime(source: Source, env: Environment, outside: Outside = {}): Promise<number | null> {
  if (source.kind !== 'prometheus') return null;
  const hide = (): void => undefined;
  const auth = credentials(source.auth, secretsOf(source.kind, env, hide), hide);
  const { fetch: fetching = inwardFetch(env) } = outside;
  const present = await presentOf({ url: source.url, auth, timeoutMs: source.timeout, fetch: fetching });
  return present.kind === 'missing' ? null : present.value * 1000;
}

type WithRows = Extract<Source, { readonly kind: 'json' | 'file' }>;

function rowsOf({ rows, id, 'arm-column': armColumn }: WithRows) {
  return { rows: rows ?? null, id: id ?? null, armColumn: armColumn ?? null };
}

type Secret = (variable: string) => string;

function isSet(env: Environment, variable: string): boolean {
  return (env[variable]?.trim() ?? '') !== '';
}

/** Reads one secret, and says that it is one before anybody can use it. */
function secretsOf(kind: Source['kind'], env: Environment, onSecret: (secret: string) => void): Secret {
  return (variable) => {
    const value = env[variable]?.trim() ?? '';
    if (value === '') {
      throw new RollbackError(
        'source-unauthorized',
        `A ${kind} source needs the environment variable ${variable}, which is not set.`,
        { hint: `Set ${variable} from a secret, in the env of this step or process.` },
      );
    }
    onSecret(value);
    return value;
  };
}

type Auth = Extract<Source, { readonly kind: 'prometheus' }>['auth'];

function credentials(auth: Auth, secret: Secret, onSecret: (secret: string) => void): Credentials {
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
