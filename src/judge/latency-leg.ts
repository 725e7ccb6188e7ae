import type { Sample } from '../measure/sample.ts';
import { quantileEdge, total } from './buckets.ts';
import { exceedance } from './exceedance.ts';
import { EMPTY_LANE, laneLogE, playLane, CATASTROPHE_MARGIN, type Game, type Lane } from './lane.ts';
import type { Leg } from './question.ts';
import { CATASTROPHE_GRID, rareIncrement } from './rare.ts';
import { BEGIN_RATE, playRate, rateLogE, type RateState } from './rate-leg.ts';
import type { Window } from './window.ts';

type LatencyLeg = Extract<Leg, { kind: 'slower-than-baseline' }>;
type Histogram = Extract<Sample, { kind: 'histogram' }>;

/** Evidence about "not slower than the baseline". The first baseline windows only choose the edges. */
export interface LatencyState {
  readonly kind: 'latency';
  readonly training: { readonly counts: readonly number[]; readonly windows: number };
  /** Chosen before the first bet; null while training. */
  readonly edges: readonly EdgePair[] | null;
  /** Edge that stands for the limit on the pass side; null where the baseline's quantile lies beyond the last edge. */
  readonly passEdge: number | null;
  readonly lane: Lane;
  readonly pass: RateState;
}

/** Slower for the canary means above `canary`, for the baseline above `baseline`. */
interface EdgePair {
  readonly canary: number;
  readonly baseline: number;
  /** Whether fewer than 20 % of the baseline lie above. */
  readonly rare: boolean;
}

export const BEGIN_LATENCY: LatencyState = {
  kind: 'latency',
  training: { counts: [], windows: 0 },
  edges: null,
  passEdge: null,
  lane: EMPTY_LANE,
  pass: BEGIN_RATE,
};

/** Training ends with this many baseline requests, or after this many windows. */
const TRAINING_REQUESTS = 200;
const TRAINING_WINDOWS = 4;
const MOST_EDGES = 12;
const RARE_RATIOS = [1.1, 1.3, 2, 5] as const;
const COMMON_RATIOS = [1.05, 1.15, 1.3, 1.6] as const;

/** Adds one window; the baseline is required. */
export function playLatency(leg: LatencyLeg, state: LatencyState, sample: Sample, game: Game): LatencyState {
  if (sample.kind !== 'histogram' || sample.baseline === null) return state;
  if (state.edges === null) return train(leg, state, sample, sample.baseline);
  if (game.side === 'pass') {
    if (state.passEdge === null) return state;
    const xc = exceedance(sample.canary, sample.edges, state.passEdge).possible;
    const window = { xc, nc: total(sample.canary), xb: 0, nb: 0 };
    return { ...state, pass: playRate(state.pass, window, { r: 0, d: 1 - leg.q }, game) };
  }
  const windows = slowWindows(state.edges, sample, sample.baseline);
  const increments = windows.flatMap(({ window, rare }) =>
    (rare ? RARE_RATIOS : COMMON_RATIOS).map((g) => rareIncrement(window, { r: 1, d: 0 }, g)),
  );
  const far = { r: 1, d: CATASTROPHE_MARGIN };
  const sudden = windows.flatMap(({ window }) => CATASTROPHE_GRID.map((g) => rareIncrement(window, far, g)));
  return { ...state, lane: windows.length === 0 ? state.lane : playLane(state.lane, increments, sudden, game) };
}

export function latencyLogE(state: LatencyState, side: Game['side']): number {
  return side === 'fail' ? laneLogE(state.lane) : rateLogE(state.pass);
}

/** Counts of slow requests at every chosen edge; where edges moved, the side that favours the canary. */
function slowWindows(edges: readonly EdgePair[], sample: Histogram, baseline: readonly number[]) {
  const [nc, nb] = [total(sample.canary), total(baseline)];
  return edges.map((pair): { readonly window: Window; readonly rare: boolean } => {
    const xc = exceedance(sample.canary, sample.edges, pair.canary).sure;
    const xb = exceedance(baseline, sample.edges, pair.baseline).possible;
    return { window: { xc, nc, xb, nb }, rare: pair.rare };
  });
}

/** Usable edges: baseline share above between 0.05 % and 5 % for p95 and beyond, up to 60 % below. */
function train(leg: LatencyLeg, state: LatencyState, sample: Histogram, baseline: readonly number[]): LatencyState {
  const counts = baseline.map((count, i) => count + (state.training.counts[i] ?? 0));
  const windows = state.training.windows + 1;
  const n = total(counts);
  if (n === 0 || (n < TRAINING_REQUESTS && windows < TRAINING_WINDOWS))
    return { ...state, training: { counts, windows } };
  const most = leg.q >= 0.95 ? Math.max(0.05, 1.2 * (1 - leg.q)) : 0.6;
  const usable: EdgePair[] = [];
  const finite = sample.edges.slice(0, -1);
  let i = -1;
  let above = n;
  for (const edge of finite) {
    while (i + 1 < finite.length && leg.factor * (finite[i + 1] ?? Infinity) + leg.plus <= edge * (1 + 1e-9)) {
      i++;
      above -= counts[i] ?? 0;
    }
    const share = (above + 0.5) / (n + 1);
    if (i >= 0 && share >= 0.0005 && share <= most)
      usable.push({ canary: edge, baseline: finite[i] ?? 0, rare: share < 0.2 });
  }
  const beyond = (counts.at(-1) ?? 0) > (1 - leg.q) * n;
  const quantile = beyond ? null : quantileEdge(counts, finite, leg.q);
  const limit = quantile === null ? null : leg.factor * quantile + leg.plus;
  return {
    ...state,
    training: { counts: [], windows },
    edges: thinned(usable),
    passEdge: limit === null ? null : nearest(finite, limit),
  };
}

/** At most MOST_EDGES of them, evenly over the list. */
function thinned(edges: readonly EdgePair[]): readonly EdgePair[] {
  if (edges.length <= MOST_EDGES) return edges;
  return Array.from(
    { length: MOST_EDGES },
    (_, i) => edges[Math.round((i * (edges.length - 1)) / (MOST_EDGES - 1))],
  ).filter((edge) => edge !== undefined);
}

function nearest(edges: readonly number[], limit: number): number | null {
  let best: number | null = null;
  for (const edge of edges) if (best === null || Math.abs(edge - limit) < Math.abs(best - limit)) best = edge;
  return best;
}
