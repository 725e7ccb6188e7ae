import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readAlerts, type AlertAsk } from '../src/chatops/alerts.ts';
import { sha256, type House } from './house.ts';
import type { Porter } from './porter.ts';

interface Options {
  readonly house: House;
  readonly porter: Porter;
  /** Null: alerts are off. */
  readonly token: string | null;
}

type Answer = readonly [status: number, text: string];

const BODY_LIMIT = 1_000_000;

/** POST /alerts from Alertmanager: authenticate, parse, map labels to a key, hand over. */
export function alertsRoute(options: Options) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [status, text] = await answer(options, request);
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  };
}

async function answer({ house, porter, token }: Options, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'POST') return [405, 'POST alerts here'];
  if (token === null) return [404, 'Alerts are off: set ALERTS_TOKEN to accept them'];
  if (!authorized(request.headers.authorization, token)) return [401, 'Send the ALERTS_TOKEN as a bearer token'];
  const text = await readBody(request).catch(() => undefined);
  if (text === undefined) return [400, 'The body ended early'];
  if (text === null) return [413, `The body is larger than ${BODY_LIMIT} bytes`];
  const read = readAlerts(text);
  if (!read.ok) return [400, read.because];
  try {
    const lost = await handOver(house, porter, read.asks);
    return lost.length > 0 ? [422, lost.join('\n')] : [202, `accepted ${read.asks.length} of ${read.seen} alerts`];
  } catch {
    // A 5xx makes Alertmanager send again: GitHub may only be away for a moment.
    return [503, 'GitHub could not be asked which repositories there are; send again'];
  }
}

/** The alerts that belong to no repository of ours, each with its cure. */
async function handOver(house: House, porter: Porter, asks: readonly AlertAsk[]): Promise<string[]> {
  const repositories = asks.length === 0 ? [] : await house.repositories();
  const [only, ...others] = repositories;
  return asks.flatMap(({ key, ask }) => {
    const found = key.repo === '' && others.length === 0 ? only : repositories.find(({ name }) => name === key.repo);
    if (found) {
      porter.ask({ repository: found.name, installationId: found.installationId }, { ...key, repo: found.name }, ask);
      return [];
    }
    const repo = key.repo === '' ? `one of ${repositories.length} repositories` : `'${key.repo}'`;
    return `alert '${ask.cause.alert}' means ${repo}: set its label lastgood_repository to one that the App is installed on`;
  });
}

function authorized(header: string | undefined, token: string): boolean {
  // Digests have one length, so that the time the comparison takes tells nothing about the token.
  return timingSafeEqual(Buffer.from(sha256(header ?? '')), Buffer.from(sha256(`Bearer ${token}`)));
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_LIMIT) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
