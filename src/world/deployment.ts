export const REPOSITORY = 'acme/deployments';
/** The folder of the service; its Argo CD application applies it. */
export const FOLDER = 'apps/recommender/production';

/** Where the numbers come from. */
export interface Metrics {
  readonly kind: 'prometheus' | 'openmetrics';
  /** Of the server, or of the router whose pages are read directly. */
  readonly url: string;
}

/** One question of the playbook: the keys of a trigger or a criterion as they are written there. */
export type Question = Readonly<Record<string, string>>;

/** What is deployed, and what its playbook says about it. */
export interface Deployed {
  /** The manifests of what runs at first, by path below the folder of the service. */
  readonly files: Readonly<Record<string, string>>;
  /** The gate: which tracks are its arms, and its triggers. Null: nobody asks a gate. */
  readonly gate: {
    readonly canary: string;
    readonly baseline: string | null;
    readonly triggers: readonly Question[];
  } | null;
  /** Further keys of `rollback:`, as they are written there. */
  readonly rollback?: string;
  /** Asked of all users after the errors and the latency. */
  readonly criteria: readonly Question[];
}

interface Deployment {
  readonly argocdUrl: string;
  readonly application: string;
  readonly metrics: Metrics;
  readonly terminateStale: boolean;
  readonly verifyWithin: string;
  /** Of the model registry; null: there is none. */
  readonly mlflowUrl?: string | null;
  readonly deployed?: Deployed;
}

/** The deployment repository of the small world: one service in production, and a neighbour that must never be touched. */
export function deploymentFiles(deployment: Deployment): Readonly<Record<string, string>> {
  return {
    'lastgood.yml': playbook(deployment),
    ...inFolder((deployment.deployed ?? CANARY).files),
    'apps/search/production/deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: search\n',
  };
}

/** The same files by their paths in the repository. */
export function inFolder<T>(files: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${FOLDER}/${path}`, text]));
}

/** A Rollout as people write it, with comments that a revert must keep. */
export function rollout(tag: string): string {
  return `# Owned by the recommender team.
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: recommender
spec:
  replicas: 4 # sized for the evening peak
  strategy:
    canary:
      steps:
        - setWeight: 5 # one request in twenty
        - pause: {}
  template:
    spec:
      containers:
        - name: recommender
          image: registry.example/recommender:${tag}
`;
}

const LATENCY: Question = { histogram: 'http_request_duration_seconds', unit: 's', if: 'p95 > 300ms' };
/** Also what the router answers where nothing serves. */
export const ERRORS: Question = { bad: 'http_requests_total{code=~"5.."}', total: 'http_requests_total' };

/** Two kinds of harm on a canary: errors and latency. */
const CANARY: Deployed = {
  files: { 'rollout.yaml': rollout('1.0.0') },
  gate: {
    canary: 'canary',
    baseline: 'stable',
    triggers: [
      { name: 'error rate', ...ERRORS, if: 'rate > baseline + 1pp', then: 'rollback' },
      { name: 'p95 latency', ...LATENCY, then: 'rollback' },
    ],
  },
  criteria: [],
};

function playbook(deployment: Deployment): string {
  const { argocdUrl, application, metrics, terminateStale, verifyWithin, mlflowUrl = null } = deployment;
  const { gate, criteria, rollback } = deployment.deployed ?? CANARY;
  const prometheus = metrics.kind === 'prometheus';
  const arm = (track: string): string =>
    prometheus ? `track="${track}"` : `${metrics.url}/metrics${track === 'all' ? '' : `/${track}`}`;
  const arms = gate && {
    canary: `canary: '${arm(gate.canary)}'`,
    baseline: gate.baseline === null ? '' : `, baseline: '${arm(gate.baseline)}'`,
  };
  return `version: 1
sources:
  metrics: ${prometheus ? `{ kind: prometheus, url: "${metrics.url}" }` : '{ kind: openmetrics }'}
${mlflowUrl === null ? '' : `registries:\n  models: { kind: mlflow, url: "${mlflowUrl}" }\n`}argocd: { url: "${argocdUrl}" }
services:
  recommender:
    environments:
      production:
        paths: [${FOLDER}]
        applications: [${application}]
${
  gate && arms
    ? `        gate:
          source: metrics
          arms: { ${arms.canary}${arms.baseline} }
          poll: 1s
          warm-up: 1s
          soak: 20s
          deadline: 60s
          triggers:
${list(gate.triggers)}`
    : ''
}        rollback: { approval: auto, terminate-stale: ${terminateStale}${rollback === undefined ? '' : `, ${rollback}`} }
        verify:
          source: metrics
          arm: '${arm('all')}'
          healthy-for: 3s
          within: ${verifyWithin}
          poll: 1s
          criteria:
${list([{ name: 'errors of all users', ...ERRORS, if: 'rate > 2%' }, { name: 'latency of all users', ...LATENCY }, ...criteria])}        notify: { mention: ["@acme/ml-oncall"] }
`;
}

/** A list in block style, one key a line. */
function list(questions: readonly Question[]): string {
  return questions
    .flatMap((question) =>
      Object.entries(question).map(([key, value], i) => `${i === 0 ? '- ' : '  '}${key}: ${value}`),
    )
    .map((line) => `            ${line}\n`)
    .join('');
}
