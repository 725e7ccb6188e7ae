/**
 * A source that has no raw counters and is asked "how many in (from, to]" instead. The span always begins where counting
 * begins and grows with every look, so the answers are a running count: late data is counted once it arrives, and
 * nothing is counted twice. Each kind of source brings only its `Asker`.
 */
import { missing, mostSquares } from '../measure/arms.ts';
import type { ArmReading, Series } from '../measure/reading.ts';
import type { Missing } from '../measure/sample.ts';
import { fillTemplate } from '../playbook/template.ts';
import type { Clock, MetricSource, Query } from '../ports.ts';
import { inTurns } from './in-turns.ts';

/** Epoch ms. `from` is not in it, `to` is; a source that cannot count so may take [from, to). */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A number, with the epoch ms of the newest point behind it; null where the source does not tell. */
export interface Told {
  readonly kind: 'told';
  readonly value: number;
  readonly at: number | null;
}

export function told(value: number, at: number | null = null): Told {
  return { kind: 'told', value, at };
}

export interface Asker {
  /** The total in the span. "No data" is `missing('no-series')`, never 0; a source that knows it is zero says 0. */
  count(text: string, span: Span): Promise<Told | Missing>;
  /** The newest number in the span. */
  latest(text: string, span: Span): Promise<Told | Missing>;
}

export interface SpanOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Time for data to arrive: counting always ends this long before the look. */
  readonly settleMs: number;
  /** Width of the source's buckets, where it only knows whole ones: spans then begin and end on multiples of it. */
  readonly stepMs?: number;
}

const AT_ONCE = 6;

/** Asks each distinct text once per look, at most 6 at the same time. An asker never throws for a source that fails. */
export function spanSource(asker: Asker, options: SpanOptions): MetricSource {
  return {
    remembers: true,
    look: async (queries, at) => {
      const look: Look = { asker, options, at: at ?? options.clock.now(), asked: new Map(), turn: inTurns(AT_ONCE) };
      const readings = queries.map(async (query) => {
        const { canary, baseline } = query.arms;
        const [own, other] = await Promise.all([
          partsOf(look, query, canary),
          baseline === null ? null : partsOf(look, query, baseline),
        ]);
        const reading = {
          at: spanOf(look, query).to,
          canary: armOf(query, own, other),
          baseline: other === null ? null : armOf(query, other, own),
        };
        return [query.trigger.name, reading] as const;
      });
      return new Map(await Promise.all(readings));
    },
  };
}

interface Look {
  readonly asker: Asker;
  readonly options: SpanOptions;
  /** Epoch ms. */
  readonly at: number;
  readonly asked: Map<string, Promise<Told | Missing>>;
  readonly turn: ReturnType<typeof inTurns>;
}

/** What was said about each part of one arm; `to` is the end of what was asked. */
interface Parts {
  readonly to: number;
  readonly of: Readonly<Partial<Record<Part, Told | Missing>>>;
}

const PARTS = ['bad', 'good', 'total', 'sum', 'squares', 'count', 'gauge'] as const;
type Part = (typeof PARTS)[number];

async function partsOf(look: Look, query: Query, arm: string): Promise<Parts> {
  const span = spanOf(look, query);
  const found = PARTS.flatMap((part) => {
    const text = query.trigger[part];
    return text === undefined
      ? []
      : [ask(look, part, { text: fillTemplate(text, { arm }), span }).then((said) => [part, said] as const)];
  });
  return { to: span.to, of: Object.fromEntries(await Promise.all(found)) };
}

/** Counts begin at `since`. A gauge is the newest number of the last `max-age`, as it would be on any server with history. */
function spanOf({ at, options }: Look, { trigger, since }: Query): Span {
  const step = options.stepMs ?? 1;
  const from = Math.ceil(since / step) * step;
  const to = Math.floor((at - options.settleMs) / step) * step;
  if (trigger.gauge === undefined) return { from, to: Math.max(from, to) };
  return { from: to - Math.max(trigger['max-age'], step), to };
}

function ask(look: Look, part: Part, { text, span }: { text: string; span: Span }): Promise<Told | Missing> {
  // Nothing can have happened in no time, so the running count begins at 0 without a question.
  if (span.to <= span.from) return Promise.resolve(told(0, span.from));
  const kind = part === 'gauge' ? 'latest' : 'count';
  const key = `${kind} ${span.from} ${span.to} ${text}`;
  const known = look.asked.get(key) ?? look.turn(() => look.asker[kind](text, span));
  look.asked.set(key, known);
  return known;
}

function armOf(query: Query, own: Parts, other: Parts | null): ArmReading {
  const { bad, good, total, sum, squares, count, gauge } = own.of;
  const hits = bad ?? good;
  if (hits !== undefined && total !== undefined) {
    if (total.kind === 'missing') return total;
    if (hits.kind === 'missing')
      return isZero(hits, other) ? { kind: 'counters', hits: [], total: series('total', total, own.to) } : hits;
    return { kind: 'counters', hits: series('hits', hits, own.to), total: series('total', total, own.to) };
  }
  if (sum !== undefined && count !== undefined) {
    if (count.kind === 'missing') return count;
    if (sum.kind === 'missing') return sum;
    if (squares?.kind === 'missing') return squares;
    const range = query.trigger.range ?? null;
    const sumOfSquares = squares?.value ?? mostSquares({ range }, count.value, sum.value);
    if (sumOfSquares !== undefined) {
      const moments = { id: 'count', n: count.value, sum: sum.value, sumOfSquares };
      return { kind: 'moments', series: [{ ...moments, at: count.at ?? own.to, restarts: false }] };
    }
  }
  if (gauge?.kind === 'missing') return gauge;
  if (gauge !== undefined) return { kind: 'gauge', value: gauge.value, at: gauge.at ?? own.to };
  return missing(
    'wrong-type',
    `trigger '${query.trigger.name}' names no metric that this source can count: give bad (or good) with total, sum with squares and count, or gauge`,
  );
}

/** Many databases have no series of an event before it first happens. Zero is believed where the other arm has one. */
function isZero(hits: Missing, other: Parts | null): boolean {
  return hits.reason === 'no-series' && (other?.of.bad ?? other?.of.good)?.kind === 'told';
}

function series(id: string, { value, at }: Told, to: number): readonly Series[] {
  return [{ id, value, at: at ?? to, restarts: false }];
}
