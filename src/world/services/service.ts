import type { ServerResponse } from 'node:http';
import { listen } from '../listen.ts';
import { startCounter } from './counts.ts';
import type { Counts } from './counts.ts';
import type { Faults } from './faults.ts';
import { metricsPage } from './page.ts';
import type { Instance } from './page.ts';
import { parseInput, printOutcome, serve } from './request.ts';

export interface ServiceOptions {
  readonly version: string;
  readonly track: string;
  /** Name of the process; a new process needs a new one. */
  readonly pod: string;
  readonly faults: Faults;
  /** False: what this version needs is not there, and it can only answer 500. */
  readonly works?: () => boolean;
}

/** One version of the service, as one process, over HTTP: /predict and /metrics. */
export interface Service {
  readonly url: string;
  counts(): Counts;
  instance(): Instance;
  setFaults(faults: Faults): void;
  close(): Promise<void>;
}

export async function startService({
  version,
  track,
  pod,
  faults,
  works = () => true,
}: ServiceOptions): Promise<Service> {
  let current = faults;
  const counter = startCounter();
  const instance = (): Instance => ({ labels: { version, track, pod }, counts: counter.counts() });
  const server = await listen((request, response) => {
    if (request.url === '/metrics') {
      page(response, metricsPage([instance()]));
      return;
    }
    const input = parseInput(request.url ?? '/');
    if (input === null) {
      page(response, 'use /predict?feature=&draws= or /metrics\n', 404);
      return;
    }
    const outcome = serve(input, works() ? current : { ...current, errorRate: 1 });
    setTimeout(() => {
      // Counted when the answer goes out, as client libraries do.
      counter.add(outcome);
      response.writeHead(outcome.status, printOutcome(outcome)).end(outcome.status === 200 ? 'ok\n' : 'error\n');
    }, outcome.ms);
  });
  return {
    url: server.url,
    counts: () => counter.counts(),
    instance,
    setFaults: (next) => {
      current = next;
    },
    close: () => server.close(),
  };
}

/** A text page in the exposition format. */
export function page(response: ServerResponse, text: string, status = 200): void {
  response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
}
