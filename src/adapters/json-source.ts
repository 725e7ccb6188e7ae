/** Any API that answers with JSON: one request for each arm and look, and paths into the answer. */
import { missing } from '../measure/arms.ts';
import { documentArm } from '../measure/document-arm.ts';
import type { DocumentRules } from '../measure/document-arm.ts';
import { timeAt } from '../measure/document.ts';
import type { ArmReading } from '../measure/reading.ts';
import type { Missing } from '../measure/sample.ts';
import { fillTemplate } from '../playbook/template.ts';
import type { Clock, MetricSource, Query } from '../ports.ts';
import { headersOf, hostOf } from './http.ts';
import type { Credentials } from './http.ts';
import { textOf } from './http-text.ts';
import { inTurns } from './in-turns.ts';
import type { Send } from './patient.ts';
import type { Span } from './span-source.ts';

export interface JsonOptions {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly body: string | null;
  readonly auth: Credentials;
  readonly rules: DocumentRules;
  readonly times: 'iso' | 's' | 'ms';
  /** Path to the time of the numbers; null: the moment of the answer. */
  readonly time: string | null;
  readonly timeoutMs: number;
  readonly settleMs: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly send: Send;
}

const AT_ONCE = 6;

interface Document {
  readonly kind: 'document';
  readonly json: unknown;
}

/** Equal requests of one look are sent once. What cannot be read is `missing` with its reason. */
export function jsonSource(options: JsonOptions): MetricSource {
  return {
    remembers: options.rules.counts === 'span',
    look: async (queries, at) => {
      const now = at ?? options.clock.now();
      const asked = new Map<string, Promise<Document | Missing>>();
      const turn = inTurns(AT_ONCE);
      const fetched = (request: Asked): Promise<Document | Missing> => {
        const key = `${request.url}\n${request.body ?? ''}`;
        const known = asked.get(key) ?? turn(() => load(options, request));
        asked.set(key, known);
        return known;
      };
      const readings = queries.map(async (query) => {
        const span = spanOf(options, query, now);
        const arm = (name: string): Promise<ArmReading> => armOf({ options, query, span, now }, name, fetched);
        const { canary, baseline } = query.arms;
        const [own, other] = await Promise.all([arm(canary), baseline === null ? null : arm(baseline)]);
        const ends = options.rules.counts === 'span' ? span.to : now;
        return [query.trigger.name, { at: ends, canary: own, baseline: other }] as const;
      });
      return new Map(await Promise.all(readings));
    },
  };
}

interface Asked {
  readonly url: string;
  readonly body: string | null;
}

interface Looking {
  readonly options: JsonOptions;
  readonly query: Query;
  readonly span: Span;
  readonly now: number;
}

/** Counting begins at `since` and ends when data has had its time to arrive. */
function spanOf({ settleMs }: JsonOptions, { since }: Query, now: number): Span {
  return { from: since, to: Math.max(since, now - settleMs) };
}

async function armOf(
  { options, query, span, now }: Looking,
  arm: string,
  fetched: (asked: Asked) => Promise<Document | Missing>,
): Promise<ArmReading> {
  const { rules } = options;
  const counted = rules.counts === 'span';
  const rowsOrGauge = query.trigger.gauge ?? query.trigger.score ?? query.trigger.correct;
  if (counted && span.to <= span.from && rowsOrGauge === undefined) return untouched(query, span.from);
  const said = await fetched(requestOf(options, arm, span));
  if (said.kind === 'missing') return said;
  const stamp = options.time === null ? (counted ? span.to : now) : timeAt(said.json, options.time);
  if (typeof stamp !== 'number') return stamp;
  return documentArm(query.trigger, { document: said.json, arm, at: stamp }, rules);
}

/** Nothing can have happened in no time, so a running count begins at 0 without a question. A histogram has no edges yet. */
function untouched({ trigger }: Query, at: number): ArmReading {
  const series = (id: string) => [{ id, value: 0, at, restarts: false as const }];
  if (trigger.total !== undefined) return { kind: 'counters', hits: series('hits'), total: series('total') };
  if (trigger.count !== undefined)
    return { kind: 'moments', series: [{ id: 'scores', n: 0, sum: 0, sumOfSquares: 0, at, restarts: false }] };
  return missing('first-look', 'counting begins with this look');
}

/** In the URL everything is percent-encoded; in a body it is the inside of a JSON text. So an arm cannot leave its place. */
function requestOf({ url, body, times }: JsonOptions, arm: string, { from, to }: Span): Asked {
  const time = (ms: number): string => {
    switch (times) {
      case 'iso':
        return new Date(ms).toISOString();
      case 's':
        return String(Math.floor(ms / 1000));
      case 'ms':
        return String(ms);
    }
  };
  const values = { arm, from: time(from), to: time(to) };
  const encoded = (encode: (text: string) => string) => ({
    arm: encode(values.arm),
    from: encode(values.from),
    to: encode(values.to),
  });
  return {
    url: fillTemplate(url, encoded(encodeURIComponent)),
    body:
      body === null
        ? null
        : fillTemplate(
            body,
            encoded((text) => JSON.stringify(text).slice(1, -1)),
          ),
  };
}

async function load(options: JsonOptions, { url, body }: Asked): Promise<Document | Missing> {
  const place = `the answer of ${hostOf(url)}`;
  const answer = await options.send({
    url,
    method: options.method,
    headers: {
      ...headersOf(options.auth),
      accept: 'application/json',
      ...(body === null ? {} : { 'content-type': 'application/json' }),
    },
    body: options.method === 'POST' ? (body ?? '') : null,
    timeoutMs: options.timeoutMs,
    maxBytes: 32_000_000,
  });
  const text = textOf(answer, place);
  return typeof text === 'string' ? parsed(text, place) : text;
}

function parsed(text: string, place: string): Document | Missing {
  if (/^\s*</.test(text))
    return missing('query-error', `${place} is a web page instead of JSON; check the address, or the login before it`);
  try {
    return { kind: 'document', json: JSON.parse(text) as unknown };
  } catch {
    return missing('query-error', `${place} is not JSON, or was cut off`);
  }
}
