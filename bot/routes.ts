import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readAlerts, type AlertAsk } from '../src/chatops/alerts.ts';
import { readBody } from './body.ts';
import { sha256, type House } from './house.ts';
import type { Porter } from './porter.ts';
import { isRecent } from './recent.ts';

interface Options {
  readonly house: House;
  readonly porter: Porter;
  /** Null: alerts are off. */
  readonly token: string | null;
  /** Told how each request was answered. */
  readonly alerted?: (status: number) => void;
  /** Epoch ms. */
  readonly now?: () => number;
}

type Answer = readonly [status: number, text: string];

const BODY_LIMIT = 1_000_000;

/** POST /alerts from Alertmanager: authenticate, parse, map labels to a key, hand over. */
export function alertsRoute(options: Options) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [status, text] = await answer(options, request);
    options.alerted?.(status);
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  };
}

async function answer({ house, porter, token, now = Date.now }: Options, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'POST') return [405, 'POST alerts here'];
  if (token === null) return [404, 'Alerts are off: set ALERTS_TOKEN to accept them'];
  if (!authorized(request.headers.authorization, token)) return [401, 'Send the ALERTS_TOKEN as a bearer token'];
  const body = await readBody(request, BODY_LIMIT);
  if (body === 'cut') return [400, 'The body ended early'];
  if (body === 'too-large') return [413, `The body is larger than ${BODY_LIMIT} bytes`];
  const read = readAlerts(body.text);
  if (!read.ok) return [400, read.because];
  const asks = read.asks.filter(({ ask }) => isRecent(ask.at, now()));
  try {
    const lost = await handOver(house, porter, asks);
    return lost.length > 0 ? [422, lost.join('\n')] : [202, `accepted ${asks.length} of ${read.seen} alerts`];
  } catch {
    // A 5xx makes Alertmanager send again: GitHub or the queue may only be away for a moment.
    return [503, 'The alerts could not be kept, or GitHub not be asked which repositories there are; send again'];
  }
}

/** Keeps what is asked. Returns the alerts that belong to no repository of ours, each with its cure. */
async function handOver(house: House, porter: Porter, asks: readonly AlertAsk[]): Promise<string[]> {
  const repositories = asks.length === 0 ? [] : await house.repositories();
  const [only, ...others] = repositories;
  const lost: string[] = [];
  for (const { key, ask } of asks) {
    const found = key.repo === '' && others.length === 0 ? only : repositories.find(({ name }) => name === key.repo);
    if (found) {
      const origin = { repository: found.name, installationId: found.installationId };
      await porter.ask(origin, { ...key, repo: found.name }, ask);
      continue;
    }
    const repo = key.repo === '' ? `one of ${repositories.length} repositories` : `'${key.repo}'`;
    lost.push(
      `alert '${ask.cause.alert}' means ${repo}: set its label lastgood_repository to one that the App is installed on`,
    );
  }
  return lost;
}

function authorized(header: string | undefined, token: string): boolean {
  // Digests have one length, so that the time the comparison takes tells nothing about the token.
  return timingSafeEqual(Buffer.from(sha256(header ?? '')), Buffer.from(sha256(`Bearer ${token}`)));
}
