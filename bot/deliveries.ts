import { messageOf } from '../src/errors.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Probot } from 'probot';
import type { Log } from '../src/control/doors.ts';
import { readBody } from './body.ts';
import { within } from '../src/adapters/within.ts';

/** GitHub sends at most 25 MB. */
const BODY_LIMIT = 25_000_000;
/** GitHub gives up after 10 s; answered before, the delivery is marked as failed and can be asked for again. */
const PATIENCE_MS = 8_000;

interface Options {
  readonly probot: Probot;
  readonly log: Log;
  readonly delivered: (event: string, status: number) => void;
  readonly patienceMs?: number;
}

type Answer = readonly [status: number, text: string];

/**
 * The door of GitHub's webhooks: signature, then Probot's handlers, then the answer. It answers 2xx only once every handler has
 * kept what it wants to do - never while something is still in memory alone - and 500 otherwise.
 */
export function deliveriesRoute({ probot, log, delivered, patienceMs = PATIENCE_MS }: Options) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const event = header(request, 'x-github-event');
    const delivery = header(request, 'x-github-delivery');
    const [status, text] = await answer(request, event, delivery).catch((error: unknown): Answer => {
      log('error', reasonOf(error), { during: 'webhook', event: nameOf(event), delivery: nameOf(delivery) });
      return [500, 'Not kept; send it again'];
    });
    delivered(event, status);
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  };

  async function answer(request: IncomingMessage, event: string, delivery: string): Promise<Answer> {
    if (request.method !== 'POST') return [405, 'POST webhooks here'];
    const signature = header(request, 'x-hub-signature-256');
    if (event === '' || delivery === '' || signature === '')
      return [400, 'A webhook of GitHub has an event, a delivery id and a signature; set the secret of the webhook'];
    const body = await readBody(request, BODY_LIMIT);
    if (body === 'too-large') return [413, `The body is larger than ${BODY_LIMIT} bytes`];
    if (body === 'cut') return [400, 'The body ended early'];
    // An empty text has no signature that could be right.
    if (body.text === '' || !(await probot.webhooks.verify(body.text, signature)))
      return [401, 'The signature is wrong'];
    const payload = parsed(body.text);
    if (payload === null) return [400, 'The body is not a JSON object'];
    // Probot's own type wants the event and its payload to fit together: here both are what GitHub signed.
    const received = probot.receive({ id: delivery, name: event, payload } as unknown as Parameters<
      Probot['receive']
    >[0]);
    return (await within(patienceMs, received)) === 'late' ? [503, 'Not kept in time; send it again'] : [200, 'ok'];
  }
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** Headers are not signed: only what looks like a name goes into the log. */
function nameOf(value: string): string {
  return /^[\w-]{1,64}$/.test(value) ? value : '';
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** Several handlers may fail: each reason once. */
function reasonOf(error: unknown): string {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return [...new Set(errors.map(messageOf))].join('; ').slice(0, 500);
}
