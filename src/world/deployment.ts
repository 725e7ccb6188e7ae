export const REPOSITORY = 'acme/deployments';

/** Where the numbers come from. */
export interface Metrics {
  readonly kind: 'prometheus' | 'openmetrics';
  /** Of the server, or of the router whose pages are read directly. */
  readonly url: string;
}

interface Deployment {
  readonly argocdUrl: string;
  readonly application: string;
  readonly metrics: Metrics;
  readonly terminateStale: boolean;
  readonly verifyWithin: string;
}

/** The deployment repository of the small world: one service in production, and a neighbour that must never be touched. */
export function deploymentFiles(deployment: Deployment): Readonly<Record<string, string>> {
  return {
    'lastgood.yml': playbook(deployment),
    'apps/recommender/production/rollout.yaml': rollout('1.0.0'),
    'apps/search/production/deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: search\n',
  };
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

function playbook({ argocdUrl, application, metrics, terminateStale, verifyWithin }: Deployment): string {
  const prometheus = metrics.kind === 'prometheus';
  const arm = (track: 'canary' | 'stable' | 'all') =>
    prometheus ? `track="${track}"` : track === 'all' ? `${metrics.url}/metrics` : `${metrics.url}/metrics/${track}`;
  return `version: 1
sources:
  metrics: ${prometheus ? `{ kind: prometheus, url: "${metrics.url}" }` : '{ kind: openmetrics }'}
argocd: { url: "${argocdUrl}" }
services:
  recommender:
    environments:
      production:
        paths: [apps/recommender/production]
        applications: [${application}]
        gate:
          source: metrics
          arms: { canary: '${arm('canary')}', baseline: '${arm('stable')}' }
          poll: 1s
          warm-up: 1s
          soak: 20s
          deadline: 60s
          triggers:
            - name: error rate
              bad: http_requests_total{code="500"}
              total: http_requests_total
              if: rate > baseline + 1pp
              then: rollback
            - name: p95 latency
              histogram: http_request_duration_seconds
              unit: s
              if: p95 > 300ms
              then: rollback
        rollback: { approval: auto, terminate-stale: ${terminateStale} }
        verify:
          source: metrics
          arm: '${arm('all')}'
          healthy-for: 3s
          within: ${verifyWithin}
          poll: 1s
          criteria:
            - name: errors of all users
              bad: http_requests_total{code="500"}
              total: http_requests_total
              if: rate > 2%
            - name: latency of all users
              histogram: http_request_duration_seconds
              unit: s
              if: p95 > 300ms
        notify: { mention: ["@acme/ml-oncall"] }
`;
}
