import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { RollbackError, type ErrorCode, messageOf } from '../../errors.ts';
import type { Fetch, Traffic } from './traffic.ts';

/** The part of an Octokit that we use: REST by route, GraphQL by document. Both @octokit/rest and @actions/github give it. */
export type GitHubClient = Pick<Octokit, 'request' | 'graphql' | 'paginate'>;

const userAgent = 'lastgood';
const silent = (): void => undefined;
/** What fails is told by `explain`, once: Octokit's own lines would be a second log in another format. */
const log = { debug: silent, info: silent, warn: silent, error: silent };
/** How long GitHub may take for one answer; it gives up by itself after 10 s. */
const TIMEOUT_MS = 15_000;

/** GitHub may run a mutation and then fail to say so: reading again is right, repeating is not. */
function requestWithin(timeoutMs: number, guarded: (send: Fetch) => Fetch = (send) => send) {
  const send: Fetch = (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
  return { retries: 0, fetch: guarded(send) };
}

/** https://HOST/api/v3 for GitHub Enterprise Server, else api.github.com; `GITHUB_API_URL` wins. */
export function apiUrl(env: Readonly<Record<string, string | undefined>>): string {
  if (env['GITHUB_API_URL']) return env['GITHUB_API_URL'].replace(/\/$/, '');
  return env['GHE_HOST'] ? `${env['GHE_PROTOCOL'] ?? 'https'}://${env['GHE_HOST']}/api/v3` : 'https://api.github.com';
}

/** The pages that belong to an API: github.com, a tenant of ghe.com, or the Enterprise Server itself. */
export function webUrl(api: string): string {
  const { protocol, host } = new URL(api);
  return `${protocol}//${/^api\.(?:github\.com|[\w-]+\.ghe\.com)$/.test(host) ? host.slice('api.'.length) : host}`;
}

/** For the few questions that need no identity. */
export function anonymousClient(baseUrl: string): GitHubClient {
  return new Octokit({ baseUrl, userAgent, request: requestWithin(TIMEOUT_MS), log });
}

export function tokenClient(options: { baseUrl: string; token: string; timeoutMs?: number }): GitHubClient {
  const request = requestWithin(options.timeoutMs ?? TIMEOUT_MS);
  return new Octokit({ baseUrl: options.baseUrl, auth: options.token, userAgent, request, log });
}

/** Without `installationId` it speaks as the App itself (JWT), with it as the App in one installation. */
export function appClient(options: {
  baseUrl: string;
  appId: number;
  privateKey: string;
  installationId?: number;
  timeoutMs?: number;
  /** The budget that all clients of one process share. */
  traffic?: Traffic;
}): GitHubClient {
  const { baseUrl, timeoutMs = TIMEOUT_MS, traffic, ...auth } = options;
  const lane = options.installationId === undefined ? 'app' : `installation ${options.installationId}`;
  const request = requestWithin(timeoutMs, (send) => traffic?.through(lane, send) ?? send);
  return new Octokit({ baseUrl, authStrategy: createAppAuth, auth, userAgent, request, log });
}

interface HttpFailure {
  readonly status: number;
  readonly message: string;
  readonly response?: { readonly headers?: Readonly<Record<string, string | number | undefined>> };
}

export function isHttpFailure(error: unknown): error is HttpFailure {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

/** Milliseconds that GitHub asks us to wait, from `retry-after` or an exhausted rate limit; null when it does not. */
function retryAfterMs(error: HttpFailure, now: number): number | null {
  const headers = error.response?.headers ?? {};
  const asked = Number(headers['retry-after'] ?? NaN) * 1000;
  if (asked >= 0) return asked;
  if (String(headers['x-ratelimit-remaining']) === '0') {
    const reset = Number(headers['x-ratelimit-reset'] ?? NaN) * 1000 - now;
    return Number.isNaN(reset) ? 60_000 : Math.max(1000, reset);
  }
  return /rate limit|abuse/i.test(error.message) ? 60_000 : null;
}

/** GraphQL says what is wrong with a query in its answer, not in the HTTP status. */
interface GraphqlFailure extends Error {
  readonly errors: readonly {
    readonly type?: string;
    readonly message: string;
    readonly path?: readonly (string | number)[];
  }[];
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

export function isGraphqlFailure(error: unknown): error is GraphqlFailure {
  return error instanceof Error && error.name === 'GraphqlResponseError' && 'errors' in error;
}

function explainGraphql(error: GraphqlFailure, wanted: string): RollbackError {
  const [first] = error.errors;
  const message = `Could not ${wanted}: GitHub answered "${first?.message ?? error.message}"`;
  const failed = (code: ErrorCode, wait: number | null = null) =>
    new RollbackError(code, message, { cause: error, ...(wait === null ? {} : { retryAfterMs: wait }) });
  switch (first?.type) {
    case 'RATE_LIMITED':
      return failed(
        'github-unavailable',
        retryAfterMs({ status: 429, message: 'rate limit', response: { headers: error.headers } }, Date.now()),
      );
    case 'FORBIDDEN':
    case 'INSUFFICIENT_SCOPES':
    case 'NOT_FOUND':
      return failed('github-forbidden');
    case 'UNPROCESSABLE':
    case 'STALE_DATA':
      return failed('github-conflict');
    case undefined:
    default:
      return failed(/something went wrong|timeout|timed out/i.test(message) ? 'github-unavailable' : 'internal');
  }
}

/** Says what we wanted, what GitHub answered, and whether waiting helps. Never contains a token. */
export function explain(error: unknown, wanted: string): RollbackError {
  if (error instanceof RollbackError) return error;
  // What our own budget held back: Octokit takes it for a failed request.
  if (error instanceof Error && error.cause instanceof RollbackError) {
    const { code, message, hint, retryAfterMs } = error.cause;
    const wait = retryAfterMs === null ? {} : { retryAfterMs };
    return new RollbackError(code, `Could not ${wanted}: ${message}`, { hint, cause: error, ...wait });
  }
  if (isGraphqlFailure(error)) return explainGraphql(error, wanted);
  if (!isHttpFailure(error)) {
    const reason = messageOf(error);
    const code = isPlainNetworkFailure(error) ? 'github-unavailable' : 'internal';
    return new RollbackError(code, `Could not ${wanted}: ${reason}`, { cause: error });
  }
  // Octokit calls a request without an answer a 500.
  if (error.response === undefined && error.status === 500)
    return new RollbackError('github-unavailable', `Could not ${wanted}: no answer from GitHub: ${error.message}`, {
      cause: error,
    });
  const said = `GitHub answered ${error.status} "${error.message.split(' - https://')[0] ?? ''}"`;
  const wait = retryAfterMs(error, Date.now());
  if (wait !== null && (error.status === 403 || error.status === 429)) {
    return new RollbackError('github-unavailable', `Could not ${wanted}: ${said}`, {
      cause: error,
      retryAfterMs: wait,
    });
  }
  if (error.status === 401)
    return new RollbackError('github-unauthorized', `Could not ${wanted}: ${said}`, { cause: error });
  // 410: switched off, such as the issues of a repository.
  if (error.status === 403 || error.status === 404 || error.status === 410) {
    return new RollbackError('github-forbidden', `Could not ${wanted}: ${said}`, { cause: error });
  }
  if (error.status === 409 || error.status === 422)
    return new RollbackError('github-conflict', `Could not ${wanted}: ${said}`, { cause: error });
  return new RollbackError('github-unavailable', `Could not ${wanted}: ${said}`, { cause: error });
}

function isPlainNetworkFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /fetch failed|ECONN|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|socket|timeout|aborted|Server Error/i.test(
    `${error.message} ${error.name}`,
  );
}
