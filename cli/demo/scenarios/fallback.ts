import { HEALTHY, withFaults } from '../../../src/world/services/faults.ts';
import { SLOW, type Scenario } from '../scenario.ts';
import { side, standing } from '../versions.ts';
import { deployment, service } from './manifests.ts';

const ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: recommender
spec:
  parentRefs:
    - name: gateway
  rules:
    - backendRefs:
        - name: complex-model
          port: 80
          weight: 100
        - name: fallback-model # smaller and always warm
          port: 80
          weight: 0
`;

function model(name: 'complex-model' | 'fallback-model', tag: string): string {
  return `${deployment({ name, image: name, tag })}---\n${service(name, { app: name })}`;
}

/** Users need not wait for the good version: a simpler model answers while it comes back. */
export const fallback: Scenario = {
  name: 'fallback',
  story:
    'complex-model 4.0.0 is slow; an alert fires, fallback-model answers everybody, then 3.2.0 comes back behind the route',
  world: {
    behaviours: {
      '3.2.0': HEALTHY,
      '4.0.0': withFaults({ latency: { ...HEALTHY.latency, slowMs: 500, slowShare: 0.34 } }),
      '0.4.0': withFaults({ accuracy: 0.85 }),
    },
    deployed: {
      files: {
        'route.yaml': ROUTE,
        'complex-model.yaml': model('complex-model', '3.2.0'),
        'fallback-model.yaml': model('fallback-model', '0.4.0'),
      },
      gate: null,
      rollback: 'strategy: fallback, fallback: { carrier: recommender, to: fallback-model }',
      criteria: [],
    },
  },
  release: (town) => town.merge('Serve complex-model 4.0.0', { 'complex-model.yaml': model('complex-model', '4.0.0') }),
  harm: SLOW,
  noticedBy: { alert: 'SlowForAllUsers', above: 0.05 },
  ends: 'recovered',
  versions: [side('route'), standing('complex-model')],
};
