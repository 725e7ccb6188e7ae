/** The playbook of the small world as people write one: block style, one key a line. */

/** Where the numbers come from. */
export interface Metrics {
  readonly kind: 'prometheus' | 'openmetrics';
  /** Of the server, or of the router whose pages are read directly. */
  readonly url: string;
}

/** One question of the playbook: the keys of a trigger or a criterion as they are written there. */
export type Question = Readonly<Record<string, string>>;

/** What the playbook says about the service. */
export interface Rules {
  /** The gate: which tracks are its arms, and its triggers. Null: nobody asks a gate. */
  readonly gate: {
    readonly canary: string;
    readonly baseline: string | null;
    readonly triggers: readonly Question[];
  } | null;
  /** Further keys of `rollback:`, as they are written there; `arm` names a track in the words of the source. */
  readonly rollback?: (arm: (track: string) => string) => string;
  /** Asked of all users after the errors and the latency. */
  readonly criteria: readonly Question[];
}

export interface Setting {
  readonly argocdUrl: string;
  readonly application: string;
  readonly metrics: Metrics;
  readonly terminateStale: boolean;
  readonly verifyWithin: string;
  /** Of the model registry; null: there is none. */
  readonly mlflowUrl?: string | null;
}

/** Also what the router answers where nothing serves. */
export const ERRORS: Question = { bad: 'http_requests_total{code=~"5.."}', total: 'http_requests_total' };
export const LATENCY: Question = { histogram: 'http_request_duration_seconds', unit: 's', if: 'p95 > 300ms' };

export function playbookText(
  setting: Setting & { readonly folder: string },
  { gate, rollback, criteria }: Rules,
): string {
  const { folder, argocdUrl, application, metrics, terminateStale, verifyWithin, mlflowUrl = null } = setting;
  const source =
    metrics.kind === 'prometheus' ? `{ kind: prometheus, url: "${metrics.url}" }` : '{ kind: openmetrics }';
  const registries = mlflowUrl === null ? '' : `registries:\n  models: { kind: mlflow, url: "${mlflowUrl}" }\n`;
  const more = rollback === undefined ? '' : `, ${rollback((track) => arm(metrics, track))}`;
  const all: readonly Question[] = [
    { name: 'errors of all users', ...ERRORS, if: 'rate > 2%' },
    { name: 'latency of all users', ...LATENCY },
    ...criteria,
  ];
  return `version: 1
sources:
  metrics: ${source}
${registries}argocd: { url: "${argocdUrl}" }
services:
  recommender:
    environments:
      production:
        paths: [${folder}]
        applications: [${application}]
${gate === null ? '' : gateText(metrics, gate)}        rollback: { approval: auto, terminate-stale: ${terminateStale}${more} }
        verify:
          source: metrics
          arm: '${arm(metrics, 'all')}'
          healthy-for: 3s
          within: ${verifyWithin}
          poll: 1s
          criteria:
${list(all)}        notify: { mention: ["@acme/ml-oncall"] }
`;
}

function gateText(metrics: Metrics, { canary, baseline, triggers }: NonNullable<Rules['gate']>): string {
  const other = baseline === null ? '' : `, baseline: '${arm(metrics, baseline)}'`;
  return `        gate:
          source: metrics
          arms: { canary: '${arm(metrics, canary)}'${other} }
          poll: 1s
          warm-up: 1s
          soak: 20s
          deadline: 60s
          triggers:
${list(triggers)}`;
}

/** A track in the words of the source; `all` is what the users get. */
function arm({ kind, url }: Metrics, track: string): string {
  if (kind === 'prometheus') return `track="${track}"`;
  return track === 'all' ? `${url}/metrics` : `${url}/metrics/${track}`;
}

function list(questions: readonly Question[]): string {
  return questions
    .flatMap((question) =>
      Object.entries(question).map(([key, value], i) => `${i === 0 ? '- ' : '  '}${key}: ${value}`),
    )
    .map((line) => `            ${line}\n`)
    .join('');
}
