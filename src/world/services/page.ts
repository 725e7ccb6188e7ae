import { FEATURE_EDGES, LATENCY_EDGES } from './counts.ts';
import type { Counts } from './counts.ts';

/** One process on a metrics page. */
export interface Instance {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: Counts;
}

/** The Prometheus text page of one or several processes, one family after the other. */
export function metricsPage(instances: readonly Instance[]): string {
  const lines = (name: string, value: (c: Counts) => number): string[] =>
    instances.map(({ labels, counts }) => line(name, labels, value(counts)));
  const counter = (name: string, value: (c: Counts) => number): string[] => [
    `# TYPE ${name} counter`,
    ...lines(name, value),
  ];
  const summary = (name: string, sum: (c: Counts) => number, count: (c: Counts) => number): string[] => [
    `# TYPE ${name} summary`,
    ...lines(`${name}_sum`, sum),
    ...lines(`${name}_count`, count),
  ];
  return [
    '# TYPE http_requests_total counter',
    ...instances.flatMap(({ labels, counts }) =>
      Object.entries(counts.codes).map(([code, n]) => line('http_requests_total', { ...labels, code }, n)),
    ),
    ...histogram('http_request_duration_seconds', LATENCY_EDGES, instances, (c) => [c.latency, c.latencySum]),
    ...histogram('feature_value', FEATURE_EDGES, instances, (c) => [c.features, c.featureSum]),
    ...counter('predictions_labelled_total', (c) => c.labelled),
    ...counter('predictions_correct_total', (c) => c.correct),
    ...summary(
      'answer_score',
      (c) => c.scoreSum,
      (c) => c.judged,
    ),
    ...counter('answer_score_squares_total', (c) => c.scoreSquares),
    ...summary(
      'answer_cost_usd',
      (c) => c.costSum,
      (c) => c.priced,
    ),
    '',
  ].join('\n');
}

function histogram(
  name: string,
  edges: readonly number[],
  instances: readonly Instance[],
  of: (counts: Counts) => readonly [readonly number[], number],
): string[] {
  const lines = [`# TYPE ${name} histogram`];
  for (const { labels, counts } of instances) {
    const [buckets, sum] = of(counts);
    let cumulative = 0;
    for (const [i, edge] of edges.entries()) {
      cumulative += buckets[i] ?? 0;
      lines.push(line(`${name}_bucket`, { ...labels, le: edge === Infinity ? '+Inf' : String(edge) }, cumulative));
    }
    lines.push(line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, cumulative));
  }
  return lines;
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const inside = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  return `${name}{${inside.join(',')}} ${value}`;
}
