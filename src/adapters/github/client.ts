import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { RollbackError } from '../../errors.ts';

/** The part of an Octokit that we use: REST by route, GraphQL by document. Both @octokit/rest and @actions/github give it. */
export type GitHubClient = Pick<Octokit, 'request' | 'graphql' | 'paginate'>;

const userAgent = 'lastgood';
/** GitHub may run a mutation and then fail to say so: reading again is right, repeating is not. */
const request = { retries: 0, timeout: 10_000 };

/** https://HOST/api/v3 for GitHub Enterprise Server, else api.github.com; `GITHUB_API_URL` wins. */
export function apiUrl(env: Readonly<Record<string, string | undefined>>): string {
  if (env['GITHUB_API_URL']) return env['GITHUB_API_URL'].replace(/\/$/, '');
  return env['GHE_HOST'] ? `${env['GHE_PROTOCOL'] ?? 'https'}://${env['GHE_HOST']}/api/v3` : 'https://api.github.com';
}

export function tokenClient(options: { baseUrl: string; token: string }): GitHubClient {
  return new Octokit({ baseUrl: options.baseUrl, auth: options.token, userAgent, request });
}

/** Without `installationId` it speaks as the App itself (JWT), with it as the App in one installation. */
export function appClient(options: {
  baseUrl: string;
  appId: number;
  privateKey: string;
  installationId?: number;
}): GitHubClient {
  const { baseUrl, ...auth } = options;
  return new Octokit({ baseUrl, authStrategy: createAppAuth, auth, userAgent, request });
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
  if (headers['retry-after'] !== undefined) return Number(headers['retry-after']) * 1000;
  if (String(headers['x-ratelimit-remaining']) === '0')
    return Math.max(1000, Number(headers['x-ratelimit-reset']) * 1000 - now);
  return /secondary rate limit|abuse/i.test(error.message) ? 60_000 : null;
}

/** Says what we wanted, what GitHub answered, and whether waiting helps. Never contains a token. */
export function explain(error: unknown, wanted: string): RollbackError {
  if (error instanceof RollbackError) return error;
  if (!isHttpFailure(error)) {
    const reason = error instanceof Error ? error.message : String(error);
    const code = isPlainNetworkFailure(error) ? 'github-unavailable' : 'internal';
    return new RollbackError(code, `Could not ${wanted}: ${reason}`, { cause: error });
  }
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
  if (error.status === 403 || error.status === 404) {
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
