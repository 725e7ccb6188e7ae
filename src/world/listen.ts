import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';

const GRACE_MS = 2_000;
/** How often the connections whose last answer went out are ended. */
const SWEEP_MS = 20;

/** A server on a free port of this machine. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Answers what is still open, then ends every connection, also those that a client keeps. */
  close(): Promise<void>;
}

export async function listen(handle: RequestListener): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: 60_000 }, handle);
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', ready);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`expected a port, got ${String(address)}`);
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((closed) => {
        const force = setTimeout(() => server.closeAllConnections(), GRACE_MS);
        const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
        server.close(() => {
          clearTimeout(force);
          clearInterval(sweep);
          closed();
        });
      }),
  };
}
