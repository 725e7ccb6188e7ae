/** One question to a registry, and what may be concluded from the answer. */
import type * as z from 'zod';
import type { Look } from '../../registries/look.ts';
import { hostOf, request } from '../http.ts';
import type { Fetch, HttpAnswer, HttpRequest } from '../http.ts';

/** What one look works with. Its requests share one time budget. */
export interface Asking {
  readonly fetch: Fetch;
  /** Milliseconds that are left of the budget. */
  readonly left: () => number;
}

export type Ask = Pick<HttpRequest, 'url' | 'headers'> & { readonly method?: 'GET' | 'HEAD' };

const MOST_BYTES = 8_000_000;

export function ask({ fetch, left }: Asking, { url, headers, method = 'GET' }: Ask): Promise<HttpAnswer> {
  const timeoutMs = Math.floor(left());
  if (timeoutMs <= 0) return Promise.resolve({ kind: 'time-out', detail: `no time was left to ask ${hostOf(url)}` });
  return request(fetch, { url, method, headers, body: null, timeoutMs, maxBytes: MOST_BYTES });
}

export type Said<T> =
  | { readonly kind: 'said'; readonly value: T }
  /** The registry itself says that there is none. */
  | { readonly kind: 'absent'; readonly message: string }
  | { readonly kind: 'unknown'; readonly because: string };

/**
 * The JSON of an answer. Only a 404 that the API itself has written means absent: that of a proxy or of a wrong address would
 * otherwise forbid a rollback. `isAbsence` looks at the JSON of the 404.
 */
export function saidBy<T>(
  answer: HttpAnswer,
  {
    url,
    schema,
    isAbsence,
  }: { readonly url: string; readonly schema: z.ZodType<T>; readonly isAbsence: (json: unknown) => boolean },
): Said<T> {
  if (answer.kind !== 'answer') return { kind: 'unknown', because: answer.detail };
  const { status } = answer;
  const json = jsonOf(answer.text);
  if (status === 404 && isAbsence(json)) return { kind: 'absent', message: `HTTP 404 from ${hostOf(url)}` };
  if (status < 200 || status > 299) return { kind: 'unknown', because: refusal(status, url) };
  const parsed = schema.safeParse(json);
  if (parsed.success) return { kind: 'said', value: parsed.data };
  const at = parsed.error.issues[0]?.path.join('.') ?? '';
  return {
    kind: 'unknown',
    because: `${hostOf(url)} answered in another shape than its API documents${at === '' ? '' : ` (at ${at})`}`,
  };
}

/** Why this status says nothing about the artefact. */
export function refusal(status: number, url: string): string {
  const host = hostOf(url);
  if (status === 401 || status === 403)
    return `${host} answered HTTP ${status}: check the credentials of this registry`;
  if (status === 404) return `${host} answered HTTP 404, but not as its API does: check the address`;
  if (status >= 300 && status < 400) return `${host} answered HTTP ${status}, a redirect: write the final address`;
  if (status === 429) return `${host} answered HTTP 429, too many requests`;
  return `${host} answered HTTP ${status}`;
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** An object with text in one of these keys, as APIs write their errors. */
export function hasText(json: unknown, ...keys: readonly string[]): boolean {
  if (typeof json !== 'object' || json === null) return false;
  return keys.some((key) => {
    const value: unknown = Object.entries(json).find(([name]) => name === key)?.[1];
    return typeof value === 'string' && value !== '';
  });
}

export function unknown(because: string): Look {
  return { state: 'unknown', says: because, madeAt: null };
}

export function gone(says: string): Look {
  return { state: 'gone', says, madeAt: null };
}

/** ISO 8601 or epoch ms; null for anything else. */
export function instantOf(value: string | number | null | undefined): number | null {
  if (value === null || value === undefined) return null;
  const ms = typeof value === 'number' || /^\d+$/.test(value) ? Number(value) : Date.parse(value);
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}

export function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}
