import { createServer, type RequestListener } from 'node:http';
import { messageOf, RollbackError } from '../src/errors.ts';

/** A sender has so long for its whole request: GitHub gives up after 10 s, and a slow one must not hold a place for ever. */
const REQUEST_MS = 30_000;
/** Longer than a webhook may take to be kept. */
const CLOSE_MS = 10_000;

export interface Listening {
  /** As this machine reaches it. */
  readonly url: string;
  /** Takes no new connection, lets requests under way end for so many ms, and then cuts them. */
  readonly close: (withinMs?: number) => Promise<void>;
}

/** Serves HTTP on this port (0: any that is free). */
export async function listen(port: number, answer: RequestListener): Promise<Listening> {
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(port, error)));
    server.listen(port, resolve);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`,
    close: async (withinMs = CLOSE_MS) => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), withinMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function cannotListen(port: number, cause: unknown): RollbackError {
  return new RollbackError('input-invalid', `The bot cannot listen on port ${port}: ${messageOf(cause)}`, {
    hint: 'Set PORT to a free port above 1023, or end the process that has this one.',
    cause,
  });
}
