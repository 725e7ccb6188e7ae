/** One message as one HTTP request, and what its answer means. */
import type { Destination } from '../../playbook/schema-notify.ts';
import { cloudEvent } from '../../report/notify/cloudevents.ts';
import type { Notice } from '../../report/notify/notice.ts';
import { pagerdutyEvent } from '../../report/notify/pagerduty.ts';
import { slackMessage } from '../../report/notify/slack.ts';
import { teamsMessage } from '../../report/notify/teams.ts';
import { guardUrl, type GuardPolicy } from '../http-guard.ts';
import { hostOf, request, type Fetch, type HttpAnswer } from '../http.ts';
import { sha256 } from '../sha256.ts';
import type { Attempt } from './outbox.ts';
import { signedHeaders, webhookKey } from './standard-webhook.ts';

export type PostDestination = Exclude<Destination, { kind: 'github-issue' }>;

export interface PostOptions {
  readonly fetch: Fetch;
  readonly policy: GuardPolicy;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  readonly timeoutMs?: number;
}

interface Message {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const PAGERDUTY = {
  us: 'https://events.pagerduty.com/v2/enqueue',
  eu: 'https://events.eu.pagerduty.com/v2/enqueue',
} as const;

/** Secrets are read at every attempt, so that a corrected one helps the messages that wait. Nothing returned names one. */
export async function post(options: PostOptions, destination: PostDestination, notice: Notice): Promise<Attempt> {
  const message = messageTo(options, destination, notice);
  if (typeof message === 'string') return { kind: 'refused', because: message };
  const guarded = guardUrl(message.url, options.policy);
  if (!guarded.ok) return { kind: 'refused', because: guarded.because };
  const answer = await request(options.fetch, {
    url: message.url,
    method: 'POST',
    headers: { ...message.headers, 'user-agent': 'lastgood' },
    body: message.body,
    timeoutMs: options.timeoutMs ?? 10_000,
    maxBytes: 100_000,
  });
  return meaning(answer, hostOf(message.url), options.now());
}

/** The request, or why there can be none. */
function messageTo(options: PostOptions, destination: PostDestination, notice: Notice): Message | string {
  switch (destination.kind) {
    case 'slack':
    case 'teams': {
      const url = read(options, destination.url);
      const body = destination.kind === 'slack' ? slackMessage(notice) : teamsMessage(notice);
      return url === null ? unset(destination.url) : { url, body: JSON.stringify(body), headers: JSON_TYPE };
    }
    case 'pagerduty': {
      const key = read(options, destination.key);
      const event = { routing_key: key, ...pagerdutyEvent(notice, destination.severity) };
      return key === null
        ? unset(destination.key)
        : { url: PAGERDUTY[destination.region], body: JSON.stringify(event), headers: JSON_TYPE };
    }
    case 'cloudevents': {
      const url = read(options, destination.url);
      const secret = read(options, destination.secret);
      if (url === null || secret === null) return unset(url === null ? destination.url : destination.secret);
      const key = webhookKey(secret);
      if (key === null) return `${destination.secret} must be whsec_ and the base64 of 24 to 64 random bytes`;
      const body = JSON.stringify(cloudEvent(notice));
      // The same for every attempt and every process, so that the receiver can tell a repetition.
      const id = `msg_${sha256(`${notice.repository} ${notice.fact}`).slice(0, 32)}`;
      const signed = signedHeaders(key, { id, atMs: options.now(), body });
      return { url, body, headers: { 'content-type': 'application/cloudevents+json; charset=utf-8', ...signed } };
    }
  }
}

/** The text of an answer is never repeated: it may hold what we sent. */
function meaning(answer: HttpAnswer, host: string, now: number): Attempt {
  switch (answer.kind) {
    case 'time-out':
      return { kind: 'again', because: answer.detail, afterMs: null };
    case 'unreachable':
      return answer.detail.includes('(refused: ')
        ? { kind: 'refused', because: answer.detail }
        : { kind: 'again', because: answer.detail, afterMs: null };
    case 'too-large':
      // The message was taken; only its answer is strange.
      return { kind: 'delivered' };
    case 'answer':
      break;
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const because = `${host} answered HTTP ${status}`;
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return { kind: 'again', because, afterMs: retryAfter(answer.headers.get('retry-after'), now) };
  return { kind: 'refused', because };
}

/** Seconds, or a date (RFC 9110, 10.2.3); null when it does not say. */
function retryAfter(text: string | null, now: number): number | null {
  if (text === null) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function read({ env }: PostOptions, variable: string): string | null {
  const value = env[variable]?.trim() ?? '';
  return value === '' ? null : value;
}

function unset(variable: string): string {
  return `the environment variable ${variable} is not set`;
}
