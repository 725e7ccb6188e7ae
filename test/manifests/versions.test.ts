import assert from 'node:assert/strict';
import { test } from 'node:test';
import { versionsOf } from '../../src/manifests/versions.ts';

const versions = (text: string, path = 'a.yaml'): readonly string[] =>
  versionsOf(path, text).map(({ key, value }) => `${key}=${value}`);
const pod = (image: string) =>
  `spec: {containers: [{name: app, image: "${image}", args: [--model=m2, --x], env: [{name: PROMPT_VERSION, value: "7"}, {name: A, value: b}]}]}`;

const cases: readonly (readonly [string, string, string, readonly string[]])[] = [
  [
    'Deployment',
    'a.yaml',
    `apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: 2, template: {${pod('app:1.2')}}}\n`,
    [
      'spec.template.spec.containers[name=app].image=app:1.2',
      'spec.template.spec.containers[name=app].args[--model]=--model=m2',
      'spec.template.spec.containers[name=app].env[name=PROMPT_VERSION].value=7',
    ],
  ],
  [
    'CronJob',
    'a.yaml',
    'apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: "b:1"}]}}}}}\n',
    ['spec.jobTemplate.spec.template.spec.containers[name=a].image=b:1'],
  ],
  [
    'Rollout, canary',
    'a.yaml',
    'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {template: {spec: {containers: [{name: a, image: "b:1"}]}}, strategy: {canary: {steps: [{setWeight: 5}, {pause: {}}]}}}\n',
    ['spec.template.spec.containers[name=a].image=b:1', 'spec.strategy.canary.steps[0].setWeight=5'],
  ],
  [
    'Rollout, blue/green',
    'a.yaml',
    'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {strategy: {blueGreen: {activeService: x, previewService: y}}}\n',
    ['spec.strategy.blueGreen.activeService=x', 'spec.strategy.blueGreen.previewService=y'],
  ],
  [
    'Service with a colour',
    'a.yaml',
    'apiVersion: v1\nkind: Service\nspec: {selector: {app: a, color: blue}}\n',
    ['spec.selector.color=blue'],
  ],
  [
    'InferenceService',
    'a.yaml',
    'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec: {predictor: {canaryTrafficPercent: 10, model: {storageUri: "s3://m/2", runtimeVersion: "1"}}}\n',
    [
      'spec.predictor.canaryTrafficPercent=10',
      'spec.predictor.model.storageUri=s3://m/2',
      'spec.predictor.model.runtimeVersion=1',
    ],
  ],
  [
    'LLMInferenceService',
    'a.yaml',
    'apiVersion: serving.kserve.io/v1alpha2\nkind: LLMInferenceService\nspec: {model: {uri: "hf://x/y", name: y}, replicas: 1}\n',
    ['spec.model.uri=hf://x/y', 'spec.model.name=y'],
  ],
  [
    'Seldon Model',
    'a.yaml',
    'apiVersion: mlops.seldon.io/v1alpha1\nkind: Model\nspec: {storageUri: "gs://m", artifactVersion: 3}\n',
    ['spec.storageUri=gs://m', 'spec.artifactVersion=3'],
  ],
  [
    'VirtualService',
    'a.yaml',
    'apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec: {http: [{route: [{destination: {host: a, subset: v1}, weight: 90}]}]}\n',
    [
      'spec.http[0].route[0].destination.host=a',
      'spec.http[0].route[0].destination.subset=v1',
      'spec.http[0].route[0].weight=90',
    ],
  ],
  [
    'HTTPRoute',
    'a.yaml',
    'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nspec: {rules: [{backendRefs: [{name: a, weight: 1}]}]}\n',
    ['spec.rules[0].backendRefs[name=a].name=a', 'spec.rules[0].backendRefs[name=a].weight=1'],
  ],
  [
    'Flagger',
    'a.yaml',
    'apiVersion: flagger.app/v1beta1\nkind: Canary\nspec: {skipAnalysis: true, analysis: {stepWeight: 5}}\n',
    ['spec.skipAnalysis=true', 'spec.analysis.stepWeight=5'],
  ],
  [
    'kustomization',
    'x/kustomization.yaml',
    'images: [{name: app, newTag: 1.4.2, digest: "sha256:a"}]\nreplicas: [{name: a, count: 3}]\n',
    ['images[name=app].newTag=1.4.2', 'images[name=app].digest=sha256:a', 'replicas[name=a].count=3'],
  ],
  [
    'Helm values',
    'x/values-prod.yaml',
    'image: {repository: r, tag: v2}\nrec: {image: {tag: v3}, model: {version: 7}}\nport: 1\n',
    ['image.repository=r', 'image.tag=v2', 'rec.image.tag=v3', 'rec.model.version=7'],
  ],
  [
    'ConfigMap',
    'a.yaml',
    'apiVersion: v1\nkind: ConfigMap\ndata: {model-version: "3", "prompt.txt": hi, "rec.model": x, timeout: "1", stage: prod, image-tag: v1}\n',
    ['data.model-version=3', 'data["prompt.txt"]=hi', 'data["rec.model"]=x', 'data.image-tag=v1'],
  ],
  [
    'flagd, JSON',
    'flags/prod.flagd.json',
    '{"flags": {"x": {"state": "ENABLED", "defaultVariant": "on", "variants": {"on": true}}}}',
    ['flags.x.state=ENABLED', 'flags.x.defaultVariant=on'],
  ],
  [
    'FeatureFlag',
    'a.yaml',
    'apiVersion: core.openfeature.dev/v1beta1\nkind: FeatureFlag\nspec: {flagSpec: {flags: {x: {state: ENABLED, defaultVariant: on}}}}\n',
    ['spec.flagSpec.flags.x.state=ENABLED', 'spec.flagSpec.flags.x.defaultVariant=on'],
  ],
  [
    'Application',
    'a.yaml',
    'apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {targetRevision: v1, helm: {parameters: [{name: image.tag, value: v2}]}}}\n',
    ['spec.source.targetRevision=v1', 'spec.source.helm.parameters[name=image.tag].value=v2'],
  ],
  [
    'Application with several sources and a hydrator',
    'a.yaml',
    'apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {sources: [{chart: rec, targetRevision: 1.4.2, helm: {valuesObject: {image: {tag: v2}, canary: {weight: 5}}}}, {ref: values, kustomize: {images: ["a=b:1"]}}], sourceHydrator: {drySource: {targetRevision: main}}}\n',
    [
      'spec.sources[0].targetRevision=1.4.2',
      'spec.sources[0].helm.valuesObject.image.tag=v2',
      'spec.sources[0].helm.valuesObject.canary.weight=5',
      'spec.sources[1].kustomize.images[a]=a=b:1',
      'spec.sourceHydrator.drySource.targetRevision=main',
    ],
  ],
  [
    'ApplicationSet',
    'a.yaml',
    'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec: {generators: [{list: {elements: [{name: a, env: prod, imageTag: v2, values: {revision: r1}}]}}, {git: {repoURL: x, revision: main}}], template: {spec: {source: {targetRevision: HEAD}}}}\n',
    [
      'spec.generators[0].list.elements[name=a].imageTag=v2',
      'spec.generators[0].list.elements[name=a].values.revision=r1',
      'spec.generators[1].git.revision=main',
      'spec.template.spec.source.targetRevision=HEAD',
    ],
  ],
  [
    'StatefulSet',
    'a.yaml',
    `apiVersion: apps/v1\nkind: StatefulSet\nspec: {template: {${pod('db:1')}}}\n`,
    [
      'spec.template.spec.containers[name=app].image=db:1',
      'spec.template.spec.containers[name=app].args[--model]=--model=m2',
      'spec.template.spec.containers[name=app].env[name=PROMPT_VERSION].value=7',
    ],
  ],
  [
    'InferenceService under a framework, with its runtime and its transformer',
    'a.yaml',
    'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec: {predictor: {sklearn: {storageUri: "gs://m/1"}, model: {runtime: rt-2}}, transformer: {containers: [{name: t, image: "t:1"}]}}\n',
    [
      'spec.predictor.sklearn.storageUri=gs://m/1',
      'spec.predictor.model.runtime=rt-2',
      'spec.transformer.containers[name=t].image=t:1',
    ],
  ],
  [
    'Seldon Experiment',
    'a.yaml',
    'apiVersion: mlops.seldon.io/v1alpha1\nkind: Experiment\nspec: {default: a, candidates: [{name: a, weight: 9}, {name: b, weight: 1}]}\n',
    ['spec.default=a', 'spec.candidates[name=a].weight=9', 'spec.candidates[name=b].weight=1'],
  ],
  [
    'Flipt',
    'production/features.yml',
    'flags: [{key: r, enabled: true, variants: [{key: a, default: true}], rules: [{segment: s, distributions: [{variant: a, rollout: 10}]}]}, {key: b, enabled: false, rollouts: [{threshold: {percentage: 5, value: true}}]}]\n',
    [
      'flags[key=r].enabled=true',
      'flags[key=r].variants[key=a].default=true',
      'flags[key=r].rules[0].distributions[0].variant=a',
      'flags[key=r].rules[0].distributions[0].rollout=10',
      'flags[key=b].enabled=false',
      'flags[key=b].rollouts[0].threshold.percentage=5',
      'flags[key=b].rollouts[0].threshold.value=true',
    ],
  ],
  [
    'GO Feature Flag',
    'config.yaml',
    'my-flag: {variations: {a: 1, b: 2}, targeting: [{name: t, query: q, variation: b}], defaultRule: {percentage: {a: 90, b: 10}}, disable: false, version: "3"}\n',
    [
      'my-flag.targeting[name=t].variation=b',
      'my-flag.defaultRule.percentage.a=90',
      'my-flag.defaultRule.percentage.b=10',
      'my-flag.disable=false',
      'my-flag.version=3',
    ],
  ],
  [
    'Helm chart',
    'charts/rec/Chart.yaml',
    'name: rec\nversion: 1.2.3\nappVersion: v2\ndependencies: [{name: base, version: 4.5.6}]\n',
    ['version=1.2.3', 'appVersion=v2', 'dependencies[name=base].version=4.5.6'],
  ],
  ['Image Updater', 'x/.argocd-source-rec.yaml', 'kustomize: {images: ["a=b:1"]}\n', ['kustomize.images[a]=a=b:1']],
];
for (const [what, path, text, expected] of cases) {
  test(`finds the version of: ${what}`, () => assert.deepEqual(versions(text, path), expected));
}

test('documents are told apart, and unknown kinds say nothing', () => {
  const config = (name: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {model: ${name}}\n`;
  assert.deepEqual(versions(`${config('a')}---\n${config('b')}---\nkind: Other\nimage: x:1\n`), [
    '(ConfigMap/a).data.model=a',
    '(ConfigMap/b).data.model=b',
  ]);
});

test('what is no manifest has no versions', () => {
  assert.deepEqual(versions('a: {{ .x }}\n'), []);
  assert.deepEqual(versions('\u0000\u0001', 'x.png'), []);
});
