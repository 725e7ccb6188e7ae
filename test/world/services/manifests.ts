/** Manifests as they stand in a deployment repository, each as small as it can be. */
export function folder(files: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(files));
}

export function aDeployment(app: string, { tag = '1.0.0', loads = '' } = {}): string {
  const env = loads === '' ? '' : `, envFrom: [{ configMapRef: { name: ${loads} } }]`;
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${app} }
spec:
  template:
    metadata: { labels: { app: ${app} } }
    spec: { containers: [{ name: main, image: "registry.example/recommender:${tag}"${env} }] }
`;
}

export function aService(name: string, app: string): string {
  return `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { selector: { app: ${app} } }\n`;
}

export function aRoute(weights: Readonly<Record<string, number | null>>): string {
  const refs = Object.entries(weights).map(([name, weight]) => ({ name, ...(weight === null ? {} : { weight }) }));
  return `kind: HTTPRoute\nmetadata: { name: route }\nspec: { rules: [{ backendRefs: ${JSON.stringify(refs)} }] }\n`;
}

export function inferenceService(version: number, percent: number | null): string {
  const canary = percent === null ? '' : `canaryTrafficPercent: ${percent}, `;
  return `kind: InferenceService\nspec: { predictor: { ${canary}model: { storageUri: "models:/ranker/${version}" } } }\n`;
}

export function prompted(version: number): string {
  return `kind: ConfigMap\nmetadata: { name: prompt }\ndata: { PROMPT_VERSION: "${version}" }\n`;
}

/** `split`: percent of the users who get `new` whatever the default is. */
export function flagsOf(defaultVariant: 'old' | 'new', split: number | null = null): string {
  const fractional = [
    ['new', split],
    ['old', 100 - (split ?? 0)],
  ];
  const targeting = split === null ? {} : { targeting: { fractional } };
  const variants = { old: 'v1', new: 'v2' };
  return JSON.stringify({ flags: { ranker: { state: 'ENABLED', variants, defaultVariant, ...targeting } } });
}
