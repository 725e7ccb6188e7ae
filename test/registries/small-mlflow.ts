/** As much of MLflow as a move needs: some versions of the model `fraud`, and its alias `champion`, which can be set. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SmallMlflow {
  readonly url: string;
  champion: string;
  /** How often the alias was set by a request. */
  posts: number;
  close(): void;
}

export async function startSmallMlflow(champion: string, versions: readonly string[]): Promise<SmallMlflow> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://it');
    const say = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
    if (request.method === 'POST') {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        mlflow.posts += 1;
        mlflow.champion = (JSON.parse(String(Buffer.concat(parts))) as { version: string }).version;
        say(200, {});
      });
      return;
    }
    const version = url.pathname.endsWith('/alias') ? mlflow.champion : (url.searchParams.get('version') ?? '');
    if (versions.includes(version)) say(200, { model_version: { name: 'fraud', version, status: 'READY' } });
    else say(404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'none' });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const mlflow: SmallMlflow = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    champion,
    posts: 0,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return mlflow;
}
