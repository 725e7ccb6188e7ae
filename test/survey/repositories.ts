/** Small deployment repositories of the layouts that people have. */
import type { ManifestFile } from '../../src/manifests/documents.ts';

export type Repository = readonly ManifestFile[];

export const deployment = (name: string, image = `ghcr.io/acme/${name}:1`): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: [{name: app, image: "${image}"}]}}}\n`;

const application = (name: string, source: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}}\nspec: {source: {repoURL: "https://git.example/x", ${source}}}\n`;

const each = <A, B>(as: readonly A[], bs: readonly B[], make: (a: A, b: B) => readonly ManifestFile[]): Repository =>
  as.flatMap((a) => bs.flatMap((b) => make(a, b)));

export const BY_SERVICE: Repository = [
  ...each(['rec', 'search'], ['staging', 'production'], (service, environment) => [
    { path: `apps/${service}/${environment}/deployment.yaml`, text: deployment(service) },
    {
      path: `argocd/${service}-${environment}.yaml`,
      text: application(`${service}-${environment}`, `path: apps/${service}/${environment}`),
    },
  ]),
  {
    path: 'argocd/cm.yaml',
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\ndata: {url: "https://argo.acme.example"}\n',
  },
];

export const BY_ENVIRONMENT: Repository = [
  ...each(['prod-eu', 'dev'], ['chat', 'live-search'], (environment, service) => [
    {
      path: `clusters/${environment}/${service}/deployment.yaml`,
      text: deployment(service, 'docker.io/vllm/vllm-openai:v0.11'),
    },
  ]),
  {
    path: 'clusters/prod-eu/chat/route.yaml',
    text: 'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: chat}\nspec: {rules: [{backendRefs: [{name: a, weight: 90}, {name: b, weight: 10}]}]}\n',
  },
];

export const OVERLAYS: Repository = [
  { path: 'apps/fraud/base/deployment.yaml', text: deployment('fraud') },
  {
    path: 'apps/fraud/base/analysis.yaml',
    text: 'apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {name: success}\nspec: {metrics: [{name: s, successCondition: "result[0] >= 0.95", provider: {prometheus: {address: "http://prom.mon:9090", query: "sum(rate(a[5m]))"}}}]}\n',
  },
  { path: 'apps/fraud/base/kustomization.yaml', text: 'resources: [deployment.yaml, analysis.yaml]\n' },
  ...each(['staging', 'production'], [null], (environment) => [
    {
      path: `apps/fraud/overlays/${environment}/kustomization.yaml`,
      text: 'resources: [../../base]\nimages: [{name: fraud, newTag: "2"}]\n',
    },
  ]),
];

export const VALUES: Repository = [
  { path: 'charts/rec/Chart.yaml', text: 'name: rec\nversion: 1.0.0\n' },
  { path: 'charts/rec/values.yaml', text: 'image: {tag: "0"}\n' },
  { path: 'charts/rec/templates/deployment.yaml', text: 'kind: {{ .Values.kind }}\n' },
  ...each(['staging', 'prod'], [null], (environment) => [
    { path: `charts/rec/values-${environment}.yaml`, text: 'image: {tag: "1"}\ncanary: {weight: 10}\n' },
    {
      path: `argocd/${environment}.yaml`,
      text: application(
        `rec-${environment}`,
        `path: charts/rec, helm: {valueFiles: [values.yaml, values-${environment}.yaml]}`,
      ),
    },
  ]),
];

export const SET: Repository = [
  ...each(['a', 'b'], ['staging', 'prod'], (team, environment) => [
    { path: `teams/${team}/svc-${team}/${environment}/deploy.yaml`, text: deployment(`svc-${team}`) },
  ]),
  {
    path: 'argocd/set.yaml',
    text: 'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\nspec: {goTemplate: true, generators: [{git: {directories: [{path: "teams/*/*/*"}, {path: teams/b/*/staging, exclude: true}]}}], template: {metadata: {name: "{{ index .path.segments 2 }}-{{.path.basename}}"}, spec: {source: {path: "{{ .path.path }}"}}}}\n',
  },
];

export const CHARTS: Repository = [
  { path: 'argocd/prod/rec.yaml', text: application('rec', 'chart: rec, targetRevision: 1.4.2') },
  { path: 'argocd/prod/root.yaml', text: application('root', 'path: argocd/prod') },
  { path: 'argocd/prod/elsewhere.yaml', text: application('elsewhere', 'path: deploy, targetRevision: main') },
];

export const LISTED: Repository = [
  { path: 'apps/rec/eu/deploy.yaml', text: deployment('rec') },
  {
    path: 'set.yaml',
    text: 'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: rec}\nspec: {generators: [{list: {elements: [{cluster: eu, env: production}, {cluster: us, env: production}]}}], template: {metadata: {name: "rec-{{cluster}}-{{env}}"}, spec: {source: {path: "apps/rec/{{cluster}}"}, destination: {namespace: "{{env}}"}}}}\n',
  },
];
