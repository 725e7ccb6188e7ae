import { RollbackError } from '../errors.ts';
import { missing, readArms } from '../measure/arms.ts';
import type { Parts } from '../measure/arms.ts';
import { metricOf, partsOf } from '../measure/metric.ts';
import type { Metric } from '../measure/metric.ts';
import { parseExposition } from '../measure/openmetrics.ts';
import type { Found } from '../measure/point.ts';
import type { Reading } from '../measure/reading.ts';
import { matches } from '../measure/selector.ts';
import type { Clock, MetricSource, Query } from '../ports.ts';
import { headersOf, hostOf, request } from './http.ts';
import type { Credentials, Fetch } from './http.ts';
import { textOf } from './http-text.ts';
import type { Send } from './patient.ts';

export interface OpenmetricsOptions {
  readonly auth: Credentials;
  /** Time allowed for one scrape. */
  readonly timeoutMs: number;
  readonly clock?: Pick<Clock, 'now'>;
  readonly fetch?: Fetch;
  /** How a request is sent; by default at once and only once. */
  readonly send?: Send;
  readonly maxBytes?: number;
}

const ACCEPT = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.9';

/** Reads the /metrics page of each arm itself, each page once per look. An arm is the URL of one instance's page. */
export function openmetricsSource(options: OpenmetricsOptions): MetricSource {
  const now = (): number => options.clock?.now() ?? Date.now();
  return {
    remembers: false,
    look: async (queries, at) => {
      const evaluated = at ?? now();
      const pages = new Map<string, Promise<Found>>();
      const page = (url: string): Promise<Found> => {
        const known = pages.get(url) ?? scrape(options, url, evaluated);
        pages.set(url, known);
        return known;
      };
      const readings = queries.map(async (q) => [q.trigger.name, await readingOf(q, evaluated, page)] as const);
      return new Map(await Promise.all(readings));
    },
  };
}

async function readingOf(query: Query, at: number, page: (url: string) => Promise<Found>): Promise<Reading> {
  const { canary, baseline } = query.arms;
  try {
    const metric = metricOf(query.trigger);
    const [own, other] = await Promise.all([page(canary), baseline === null ? null : page(baseline)]);
    return { at, ...readArms(metric, pick(metric, own), other === null ? null : pick(metric, other)) };
  } catch (error) {
    if (!(error instanceof RollbackError)) throw error;
    const why = missing('query-error', error.message);
    return { at, canary: why, baseline: baseline === null ? null : why };
  }
}

function pick(metric: Metric, page: Found): Parts {
  const parts = [...partsOf(metric)];
  if (page.kind === 'missing') return new Map(parts.map(([part]) => [part, page]));
  return new Map(
    parts.map(([part, selector]) => [
      part,
      { kind: 'points', points: page.points.filter((p) => matches(selector, p.labels)) },
    ]),
  );
}

async function scrape(options: OpenmetricsOptions, url: string, at: number): Promise<Found> {
  const place = `metrics page of ${hostOf(url)}`;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    return missing('query-error', `'${url.slice(0, 80)}' is not the URL of a metrics page`);
  const send: Send = options.send ?? ((asked) => request(options.fetch ?? fetch, asked));
  const answer = await send({
    url,
    method: 'GET',
    headers: { ...headersOf(options.auth), accept: ACCEPT },
    body: null,
    timeoutMs: options.timeoutMs,
    maxBytes: options.maxBytes ?? 32_000_000,
  });
  const text = textOf(answer, place);
  if (typeof text !== 'string') return text;
  const type = answer.kind === 'answer' ? answer.headers.get('content-type') : null;
  const page = parseExposition(text, at, type?.includes('openmetrics-text') ?? false);
  if (page.kind === 'broken') return missing('wrong-type', `${place}, line ${page.line}: ${page.why}`);
  return page;
}
