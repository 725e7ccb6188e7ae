/** A small YAML monorepo and the ways people change it, drawn from a seed. */

export interface Random {
  /** A whole number from 0 to limit - 1. */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32: the same seed gives the same story. */
export function randomFrom(seed: number): Random {
  let state = seed * 0x9e3779b1;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: (from) => {
      const found = from[below(from.length)];
      if (found === undefined) throw new Error('nothing to pick from');
      return found;
    },
  };
}

/** Deployment, ConfigMap and Rollout in one file. */
export function aService(name: string, random: Random): string {
  const version = `1.${random.below(9)}.${random.below(9)}`;
  return `# ${name}, owned by its team
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app: ${name}
    team: core
spec:
  replicas: ${2 + random.below(5)}
  template:
    spec:
      containers:
        - name: app # the service itself
          image: "ghcr.io/acme/${name}:${version}"
          args:
            - --model=ranker-${random.below(9)}
            - --log=info
            - --workers=4
          env:
            - name: LOG_LEVEL
              value: info
            - name: MODEL_VERSION
              value: "${version}"
            - name: REGION
              value: eu
          resources:
            limits: { cpu: "1", memory: 1Gi }
        - name: proxy
          image: envoy:1.30
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}-config
data:
  prompt-version: "${random.below(50)}"
  temperature: "0.${random.below(9)}"
  model: ${name}-large
  system.txt: |
    You are helpful.
    Answer shortly.
  timeout: "30"
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: ${name}
spec:
  strategy:
    canary:
      steps:
        - setWeight: 10
        - pause: { duration: 5m }
        - setWeight: 50
        - pause: { duration: 10m }
`;
}

type Change = (text: string, random: Random) => string;

const line =
  (pattern: RegExp, next: (random: Random) => string): Change =>
  (text, random) =>
    text.replace(pattern, (_all, head: string, tail: string) => `${head}${next(random)}${tail}`);

const number = (random: Random): string => String(random.below(90));

/** What a release moves. */
const RELEASE: readonly Change[] = [
  line(/(image: "[^:]+:)[^"]+(")/, (random) => `2.${number(random)}.0`),
  line(/(MODEL_VERSION\n +value: ")[^"]+(")/, (random) => `2.${number(random)}`),
  line(/(--model=ranker-)\d+()/, number),
  line(/(prompt-version: ")\d+(")/, number),
  line(/(temperature: ")[^"]+(")/, (random) => `0.${number(random)}`),
  line(/(replicas: )\d+()/, number),
  line(/(setWeight: )10()/, number),
  line(/(You are )\w+(\.)/, (random) => random.pick(['brief', 'kind', 'exact'])),
  (text) => text.replace(/( +)- name: REGION\n/, '$1- name: FEATURE_X\n$1  value: "on"\n$&'),
  (text) => text.replace(/ +- --workers=4\n/, ''),
  (text) => text.replace(/  timeout: "30"\n/, '  timeout: "30"\n  fallback: small\n'),
  (text) => text.replace(/# the service itself/, '# the service, new engine'),
  (text) => text.replace(/( +)- name: proxy\n/, '$1- name: cache\n$1  image: redis:7\n$&'),
];

/** What others do later, near and far. */
const LATER: readonly Change[] = [
  line(/(cpu: ")[^"]+(")/, (random) => String(1 + random.below(8))),
  line(/(LOG_LEVEL\n +value: )\w+()/, (random) => random.pick(['debug', 'warn', 'error'])),
  line(/(envoy:1\.)\d+()/, number),
  line(/(timeout: ")\d+(")/, number),
  line(/(team: )\w+()/, (random) => random.pick(['growth', 'infra', 'data'])),
  line(/(duration: )5m()/, (random) => `${1 + random.below(20)}m`),
  line(/(# )[^\n]*owned[^\n]*()/, (random) => `owned by team ${number(random)}`),
  line(/(replicas: )\d+()/, number),
  line(/(image: "[^:]+:)[^"]+(")/, (random) => `3.${number(random)}.0`),
  (text) => text.replace(/( +)- name: LOG_LEVEL\n/, '$1- name: TRACE\n$1  value: "1"\n$&'),
  (text) => text.replace(/ +- name: REGION\n +value: eu\n/, ''),
  (text) => text.replace(/( +)- --log=info\n/, '$&$1- --trace\n'),
  (text) => text.replace(/  model: /, '  # chosen by hand\n  model: '),
  (text) => text.replace(/( +)- setWeight: 50\n/, '$1- setWeight: 25\n$1- pause: {}\n$&'),
  (text) => `${text}---\napiVersion: v1\nkind: Service\nmetadata:\n  name: more-${text.length}\n`,
];

/** One to three changes of a release. */
export function aRelease(text: string, random: Random): string {
  let result = text;
  for (let left = 1 + random.below(3); left > 0; left--) result = random.pick(RELEASE)(result, random);
  return result;
}

export function someEdit(text: string, random: Random): string {
  return random.pick(LATER)(text, random);
}
