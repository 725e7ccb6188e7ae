/** One line of `lastgood judge`: from JSON text to a sample, or to the reason why there is none. */
import type { Events, Missing, Sample } from '../src/measure/sample.ts';
import { joinStrata, type StratumCounts } from '../src/measure/strata.ts';

export interface Line {
  readonly release: string;
  /** Seconds since the gate began. */
  readonly t: number;
  readonly metric: string;
  readonly canary: unknown;
  readonly baseline: unknown;
}

/** Throws Error with what is wrong, without the line's place. Bare NaN and Infinity, as some writers print them, read as "no number". */
export function parseLine(text: string): Line {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) throw new Error('not a JSON object');
  const fields = new Map<string, unknown>(Object.entries(value));
  const release = fields.get('release');
  const t = fields.get('t');
  const metric = fields.get('metric');
  if (typeof release !== 'string' && typeof release !== 'number') throw new Error("'release' must be a string");
  if (typeof t !== 'number' || !Number.isFinite(t) || t < 0)
    throw new Error("'t' must be seconds since the gate began");
  if (typeof metric !== 'string') throw new Error("'metric' must be the name of a trigger");
  return {
    release: String(release),
    t,
    metric,
    canary: fields.get('canary') ?? null,
    baseline: fields.get('baseline') ?? null,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const repaired = text.replace(/([:,[]\s*)(?:-?Infinity|-?NaN)(?=\s*[,}\]])/g, '$1null');
    if (repaired === text) throw new Error('not JSON', { cause: error });
    try {
      return JSON.parse(repaired);
    } catch (second) {
      throw new Error('not JSON', { cause: second });
    }
  }
}

/** `counts`: whether the condition complains about high rates (hits are bad events) or low ones (hits are good events). */
export function sampleOf(line: Line, complains: 'above' | 'below'): Sample {
  if (line.canary === null) return missing('one-arm', 'the line has no canary');
  const canary = armOf(line.canary, complains);
  const baseline = line.baseline === null ? null : armOf(line.baseline, complains);
  if (canary.kind === 'missing') return canary;
  if (baseline?.kind === 'missing') return baseline;
  if (baseline !== null && baseline.kind !== canary.kind) {
    return missing('wrong-type', `canary has ${canary.kind}, baseline ${baseline.kind}`);
  }
  switch (canary.kind) {
    case 'events':
      return eventsOf(canary, baseline?.kind === 'events' ? baseline : null);
    case 'moments':
      return { kind: 'moments', canary, baseline: baseline?.kind === 'moments' ? baseline : null };
    case 'values':
      return { kind: 'values', canary: canary.values, baseline: baseline?.kind === 'values' ? baseline.values : null };
    case 'gauge':
      return { kind: 'gauge', canary: canary.value, baseline: baseline?.kind === 'gauge' ? baseline.value : null };
    case 'histogram': {
      const other = baseline?.kind === 'histogram' ? baseline : null;
      const same =
        other === null ||
        (other.edges.length === canary.edges.length && other.edges.every((e, i) => e === canary.edges[i]));
      if (!same) return missing('invalid', 'canary and baseline have different bucket edges');
      return { kind: 'histogram', edges: canary.edges, canary: canary.counts, baseline: other?.counts ?? null };
    }
  }
}

function eventsOf(canary: EventArm, baseline: EventArm | null): Sample {
  const counts = ({ hits, total }: EventArm): Events => ({ hits, total });
  const whole = { kind: 'events', canary: counts(canary), baseline: baseline && counts(baseline) } as const;
  if (baseline !== null && (canary.strata === null) !== (baseline.strata === null))
    return missing('invalid', 'one arm has strata and the other has none');
  if (canary.strata === null) return whole;
  return { ...whole, strata: joinStrata(canary.strata, baseline?.strata ?? null) };
}

/** The strata of a line are the segments of a trigger that is judged in segments. */
export function segmentsOf(sample: Sample): Readonly<Record<string, Sample>> {
  const strata = sample.kind === 'events' ? (sample.strata ?? []) : [];
  return Object.fromEntries(
    strata.map(({ name, canary, baseline }) => [
      name,
      canary === null ? missing('one-arm', `the canary has no '${name}'`) : { kind: 'events', canary, baseline },
    ]),
  );
}

interface EventArm {
  readonly kind: 'events';
  readonly hits: number;
  readonly total: number;
  readonly strata: StratumCounts | null;
}

type Arm =
  | EventArm
  | { readonly kind: 'histogram'; readonly edges: readonly number[]; readonly counts: readonly number[] }
  | { readonly kind: 'values'; readonly values: readonly number[] }
  | { readonly kind: 'moments'; readonly n: number; readonly sum: number; readonly sumOfSquares: number }
  | { readonly kind: 'gauge'; readonly value: number }
  | Missing;

function armOf(arm: unknown, complains: 'above' | 'below'): Arm {
  if (typeof arm !== 'object' || arm === null) return missing('invalid', 'an arm must be an object');
  const fields = new Map<string, unknown>(Object.entries(arm));
  const counts = countsOf(fields, complains);
  if (counts !== null) return { kind: 'events', ...counts, strata: null };
  if (fields.has('strata')) return strataArm(fields.get('strata'), complains);
  const [le, bins, values] = [fields.get('le'), fields.get('counts'), fields.get('values')];
  if (Array.isArray(le) && Array.isArray(bins)) {
    return {
      kind: 'histogram',
      edges: le.map((edge, i) => (i === le.length - 1 ? lastEdge(edge) : number(edge))),
      counts: bins.map(number),
    };
  }
  if (Array.isArray(values)) return { kind: 'values', values: values.map(number) };
  if (fields.has('n') && fields.has('sum') && fields.has('squares')) {
    const [n, sum, sumOfSquares] = [number(fields.get('n')), number(fields.get('sum')), number(fields.get('squares'))];
    return { kind: 'moments', n, sum, sumOfSquares };
  }
  if (fields.has('value')) return { kind: 'gauge', value: number(fields.get('value')) };
  return missing('invalid', 'an arm needs bad and total, strata, le and counts, values, n, sum and squares, or value');
}

function countsOf(fields: ReadonlyMap<string, unknown>, complains: 'above' | 'below'): Events | null {
  if (!fields.has('total') || !(fields.has('bad') || fields.has('good'))) return null;
  const total = number(fields.get('total'));
  const [bad, good] = fields.has('bad')
    ? [number(fields.get('bad')), total - number(fields.get('bad'))]
    : [total - number(fields.get('good')), number(fields.get('good'))];
  return { hits: complains === 'above' ? bad : good, total };
}

/** `{"eu": {"bad": 1, "total": 100}, ...}`: the whole is their sum. */
function strataArm(value: unknown, complains: 'above' | 'below'): Arm {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return missing('invalid', "'strata' must hold one arm with bad and total for each name");
  const strata = new Map<string, Events>();
  for (const [name, one] of Object.entries(value)) {
    const inner: unknown = one;
    const fields = typeof inner === 'object' && inner !== null ? Object.entries(inner) : [];
    const counts = countsOf(new Map<string, unknown>(fields), complains);
    if (counts === null) return missing('invalid', `the stratum '${name}' needs bad (or good) and total`);
    strata.set(name, counts);
  }
  const sum = (pick: (counts: Events) => number) => [...strata.values()].reduce((all, one) => all + pick(one), 0);
  return { kind: 'events', hits: sum((one) => one.hits), total: sum((one) => one.total), strata };
}

function lastEdge(edge: unknown): number {
  return edge === null || edge === '+Inf' ? Infinity : number(edge);
}

/** What is not a number is NaN here, which the judge refuses by name. */
function number(value: unknown): number {
  return typeof value === 'number' ? value : NaN;
}

function missing(reason: Missing['reason'], detail: string): Missing {
  return { kind: 'missing', reason, detail };
}
