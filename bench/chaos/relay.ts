import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen, type Listening } from '../../src/world/listen.ts';
import type { Chance } from './chance.ts';
import { count, type Tally } from './weather.ts';

interface Letter {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

async function read(request: IncomingMessage): Promise<Letter> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const headers = Object.entries(request.headers).filter(([name]) =>
    /^(x-|content-type|user-agent|authorization)/.test(name),
  );
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(parts),
  };
}

async function pass(base: string, { method, path, headers, body }: Letter): Promise<{ status: number; text: string }> {
  try {
    const init = method === 'GET' ? { method, headers } : { method, headers, body };
    const answer = await fetch(`${base}${path}`, { ...init, signal: AbortSignal.timeout(10_000) });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return { status: 502, text: '' };
  }
}

/**
 * Stands between GitHub and the replicas. A webhook goes to a living replica, or comes late (and so out of order), twice, to nobody
 * (GitHub sees it fail), or is swallowed: GitHub is told that it arrived.
 */
export function webhookRelay(dice: Chance, tally: Tally, living: () => readonly string[]): Promise<Listening> {
  const send = async (letter: Letter): Promise<number> => {
    const urls = living();
    return urls.length === 0 ? 502 : (await pass(dice.pick(urls), letter)).status;
  };
  return listen((request, response) => {
    void read(request).then(async (letter) => {
      const fate = dice.between(1, 100);
      const end = (status: number) => response.writeHead(status).end();
      if (fate <= 5) {
        count(tally, 'webhooks: swallowed');
        end(200);
      } else if (fate <= 10) {
        count(tally, 'webhooks: failed');
        end(502);
      } else if (fate <= 20) {
        count(tally, 'webhooks: late or out of order');
        setTimeout(() => void send(letter), dice.between(50, 3_000)).unref();
        end(200);
      } else if (fate <= 35) {
        count(tally, 'webhooks: doubled');
        const [status] = await Promise.all([send(letter), send(letter)]);
        end(status);
      } else {
        count(tally, 'webhooks: delivered');
        end(await send(letter));
      }
    });
  });
}

/** Stands before Argo CD: some answers are errors, some never come. Its webhook may be lost too. */
export function argoRelay(dice: Chance, tally: Tally, base: () => string): Promise<Listening> {
  const bad = (response: ServerResponse): boolean => {
    if (!dice.hits(0.04)) return false;
    const status = dice.pick([500, 502, 0]);
    count(tally, `Argo CD: ${status === 0 ? 'cut' : status}`);
    if (status === 0) response.destroy();
    else response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":"upstream"}');
    return true;
  };
  return listen((request, response) => {
    void read(request).then(async (letter) => {
      if (bad(response)) return;
      const { status, text } = await pass(base(), letter);
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  });
}
