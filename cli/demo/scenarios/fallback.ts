import { HEALTHY, withFaults } from '../../../src/world/services/faults.ts';
import { LATENCY } from '../../../src/world/playbook.ts';
import { SLOW, type Scenario } from '../scenario.ts';
import { served, side } from '../versions.ts';
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

/** What proves that the complex model serves well again: while users are away it answers nothing but probes. */
function back(arm: string): string {
  const { histogram, unit, if: limit } = LATENCY;
  const criterion = `{ name: slow probes, histogram: ${histogram}, unit: ${unit}, if: ${limit} }`;
  return `{ source: metrics, arm: '${arm}', healthy-for: 3s, within: 10s, poll: 1s, criteria: [${criterion}] }`;
}

/** Nobody released anything, so nothing is accused and no version moves: a simpler model answers meanwhile. */
export const fallback: Scenario = {
  name: 'fallback',
  story:
    'complex-model turns slow without any release; an alert asks for the fallback, fallback-model answers everybody, and once probes prove the other one well the route goes back',
  world: {
    behaviours: { '3.2.0': HEALTHY, '0.4.0': withFaults({ accuracy: 0.85 }) },
    deployed: {
      files: {
        'route.yaml': ROUTE,
        'complex-model.yaml': model('complex-model', '3.2.0'),
        'fallback-model.yaml': model('fallback-model', '0.4.0'),
      },
      gate: null,
      rollback: (arm) => `fallback: { carrier: recommender, to: fallback-model, back: ${back(arm('complex-model'))} }`,
      criteria: [],
    },
    probes: 'complex-model',
  },
  release: null,
  fault: (town) => {
    town.fleet.setFaults('3.2.0', withFaults({ latency: { ...HEALTHY.latency, slowMs: 500, slowShare: 0.34 } }));
    return 'complex-model 3.2.0 turns slow: one answer in three takes half a second';
  },
  onRelieved: (town) => {
    town.fleet.setFaults('3.2.0', HEALTHY);
    return 'complex-model 3.2.0 is fast again; only its probes can tell';
  },
  harm: SLOW,
  noticedBy: { alert: 'SlowForAllUsers', above: 0.05, then: 'fallback' },
  ends: 'recovered',
  versions: [side('route'), served('model')],
};
