import { ERRORS, LATENCY, playbookText, type Rules, type Setting } from './playbook.ts';

export const REPOSITORY = 'acme/deployments';
/** The folder of the service; its Argo CD application applies it. */
export const FOLDER = 'apps/recommender/production';

/** What is deployed, and what its playbook says about it. */
export interface Deployed extends Rules {
  /** The manifests of what runs at first, by path below the folder of the service. */
  readonly files: Readonly<Record<string, string>>;
}

/** The deployment repository of the small world: one service in production, and a neighbour that must never be touched. */
export function deploymentFiles(setting: Setting, deployed: Deployed = CANARY): Readonly<Record<string, string>> {
  return {
    'lastgood.yml': playbookText({ ...setting, folder: FOLDER }, deployed),
    ...inFolder(deployed.files),
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
