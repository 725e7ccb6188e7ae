import { Agent, request as send } from 'node:http';
import type { ServerResponse } from 'node:http';
import { listen } from '../listen.ts';
import { startCounter } from './counts.ts';
import type { Counts } from './counts.ts';
import { metricsPage } from './page.ts';
import type { Instance } from './page.ts';
import { seededRandom } from './random.ts';
import { parseOutcome } from './request.ts';
import type { Outcome } from './request.ts';
import { page } from './service.ts';

export interface Route {
  readonly url: string;
  /** Share of the traffic relative to the other routes; 0 receives none. */
  readonly weight: number;
  /** What runs there, and its name. */
  readonly version?: string;
  readonly track?: string;
}

/** Names the version that answers this user, instead of the weights. */
export type Decide = (user: string) => string;

export interface RouterOptions {
  readonly routes: readonly Route[];
  readonly seed: number;
  /** Further pages, by path: the metrics of the instances behind the router. Null: there is none now. */
  readonly pages?: (path: string) => string | null;
}

/** `/probe/TRACK/predict...` goes to that track whatever the users get, and is none of what they got. */
const PROBE = /^\/probe\/(?<track>[^/]+)(?<path>\/predict.*)$/;

/** What the users talk to: splits the traffic and counts everything they get, as `track="all"` on /metrics. */
export interface Router {
  readonly url: string;
  setRoutes(routes: readonly Route[], decide?: Decide | null): void;
  /** What the users got. */
  counts(): Counts;
  instance(): Instance;
  close(): Promise<void>;
}

const LOST: Outcome = { status: 502, ms: 0, feature: null, label: 'unknown', score: null, costUsd: null };
/** So many people use the service; each request comes from one of them. */
const USERS = 10_000;

export async function startRouter({ routes, seed, pages = () => null }: RouterOptions): Promise<Router> {
  let current = routes;
  let decided: Decide | null = null;
  const random = seededRandom(seed);
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const counter = startCounter();
  const instance = (): Instance => ({ labels: { track: 'all', pod: 'router' }, counts: counter.counts() });

  const finish = (response: ServerResponse, outcome: Outcome): void => {
    counter.add(outcome);
    response.writeHead(outcome.status).end();
  };
  const forward = (route: Route, path: string, answered: (outcome: Outcome) => void): void => {
    const outgoing = send(`${route.url}${path}`, { agent }, (answer) => {
      answer.resume();
      answer.on('end', () => answered(parseOutcome(answer.statusCode ?? 502, answer.headers)));
    });
    outgoing.on('error', () => answered(LOST));
    outgoing.end();
  };
  const server = await listen((incoming, response) => {
    const path = incoming.url ?? '/';
    if (path === '/metrics') {
      page(response, metricsPage([instance()]));
      return;
    }
    const probe = PROBE.exec(path)?.groups;
    const probed = probe && current.find(({ track }) => track === probe['track']);
    if (probed) {
      forward(probed, probe['path'] ?? '', ({ status }) => response.writeHead(status).end());
      return;
    }
    if (!path.startsWith('/predict')) {
      const text = pages(path);
      page(response, text ?? 'nothing here\n', text === null ? 404 : 200);
      return;
    }
    const at = random();
    const route = decided === null ? choose(current, at) : routeOf(current, decided(`user-${Math.floor(at * USERS)}`));
    if (route === null) {
      finish(response, LOST);
      return;
    }
    forward(route, path, (outcome) => finish(response, outcome));
  });
  return {
    url: server.url,
    setRoutes: (next, decide = null) => {
      current = next;
      decided = decide;
    },
    counts: () => counter.counts(),
    instance,
    close: async () => {
      await server.close();
      agent.destroy();
    },
  };
}

/** The route at this point of [0, 1) of the weights; null when no route takes traffic. */
export function choose(routes: readonly Route[], at: number): Route | null {
  const all = routes.reduce((sum, r) => sum + r.weight, 0);
  let rest = at * all;
  for (const route of routes) {
    if (rest < route.weight) return route;
    rest -= route.weight;
  }
  return routes.findLast((r) => r.weight > 0) ?? null;
}

function routeOf(routes: readonly Route[], version: string): Route | null {
  return routes.find((route) => route.version === version) ?? null;
}
