/** Requests that respect a server's "not so fast": HTTP 429, or 503 with Retry-After. Shared by all queries of one source. */
import type { Clock } from '../ports.ts';
import { request } from './http.ts';
import type { Fetch, HttpAnswer, HttpRequest } from './http.ts';

export type Send = (request: HttpRequest) => Promise<HttpAnswer>;

export interface Patience {
  readonly clock: Pick<Clock, 'now' | 'wait'>;
  /** The longest that one request may wait for its turn; after that the refusal is the answer. */
  readonly budgetMs: number;
  readonly fetch?: Fetch | undefined;
  /** Where a server says "not so fast" in another way than by its status. */
  readonly refuses?: ((answer: HttpAnswer) => boolean) | undefined;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_MS = 3_600_000;

/**
 * Sends at once while nobody has asked for a pause. A refused request waits as long as the server says (else 1, 2, 4 s ...)
 * and is sent again while the budget lasts. Until the pause is over, no later request is sent either: a pause that is longer
 * than the budget is answered with 429 and what is left of it, without asking the server again.
 */
export function patient({ clock, budgetMs, fetch: fetching = fetch, refuses }: Patience): Send {
  let until = 0;
  const refused = (answer: HttpAnswer): boolean =>
    answer.kind === 'answer' &&
    (answer.status === 429 ||
      (answer.status === 503 && answer.headers.has('retry-after')) ||
      refuses?.(answer) === true);
  return async (asked) => {
    const giveUp = clock.now() + budgetMs;
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      const left = until - clock.now();
      if (left > 0 && until > giveUp) return tooFast(left);
      if (left > 0) await clock.wait(left);
      const answer = await request(fetching, asked);
      if (answer.kind !== 'answer' || !refused(answer)) return answer;
      const wait = askedPause(answer.headers, clock.now());
      until = Math.max(until, clock.now() + Math.min(wait ?? pause, LONGEST_MS));
      if (until > giveUp) return wait === null ? answer : tooFast(until - clock.now());
    }
  };
}

function tooFast(leftMs: number): HttpAnswer {
  const headers = new Headers({ 'retry-after': String(Math.ceil(leftMs / 1000)) });
  return { kind: 'answer', status: 429, headers, text: '' };
}

/** Retry-After in seconds or as a date (RFC 9110, 10.2.3), else seconds until the limit is reset, as Datadog says it. */
function askedPause(headers: Headers, now: number): number | null {
  const after = headers.get('retry-after') ?? headers.get('x-ratelimit-reset');
  if (after === null) return null;
  if (/^\d{1,6}(\.\d+)?$/.test(after)) return Math.max(1, Number(after) * 1000);
  const date = Date.parse(after);
  return Number.isNaN(date) ? null : Math.max(1, date - now);
}
