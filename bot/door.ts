import type { IncomingMessage, ServerResponse } from 'node:http';
import { ALERT_SENDERS } from '../src/chatops/alert-senders.ts';
import type { Health } from './health.ts';
import type { Meters } from './meters.ts';
import { REGISTRIES_PATH } from './registry-route.ts';

type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface Routes {
  readonly deliveries: Route;
  readonly alerts: Route;
  readonly registries: Route;
  readonly health: Health;
  readonly meters: Pick<Meters, 'render'>;
}

const TEXT = 'text/plain; charset=utf-8';

/** The front door: which path is whose. Only those of webhooks are for the outside. */
export function createDoor({
  deliveries,
  alerts,
  registries,
  health,
  meters,
}: Routes): (request: IncomingMessage, response: ServerResponse) => void {
  const routes: Readonly<Record<string, Route>> = {
    '/api/github/webhooks': deliveries,
    ...Object.fromEntries(Object.values(ALERT_SENDERS).map(({ path }) => [path, alerts])),
    '/healthz': (_, response) => {
      say(response, 200, 'ok');
      return Promise.resolve();
    },
    '/readyz': async (_, response) => {
      const { ok, because } = await health.ready();
      say(response, ok ? 200 : 503, ok ? 'ready' : because.join('\n'));
    },
    '/metrics': async (_, response) => {
      const text = meters.render(await health.queue());
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
    },
  };
  return (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const route = path.startsWith(REGISTRIES_PATH)
      ? registries
      : Object.hasOwn(routes, path)
        ? routes[path]
        : undefined;
    if (!route) {
      say(response, 404, 'There is nothing here');
      return;
    }
    // What a route does not foresee must not end the process.
    void route(request, response).catch(() =>
      response.headersSent ? response.end() : say(response, 500, 'That failed'),
    );
  };
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': TEXT }).end(`${text}\n`);
}
