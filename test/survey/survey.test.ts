import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isProduction } from '../../src/survey/layout.ts';
import { surveyOf } from '../../src/survey/survey.ts';
import {
  BY_ENVIRONMENT,
  BY_SERVICE,
  CHARTS,
  LISTED,
  OVERLAYS,
  SET,
  VALUES,
  deployment,
  type Repository,
} from './repositories.ts';

const told = (files: Repository): readonly string[] =>
  surveyOf(files).found.map(
    ({ service, environment, paths, applications, sure, shared }) =>
      `${service} ${environment} [${paths.join(' ')}] by [${applications.join(' ')}] ${sure}${shared.length === 0 ? '' : `, shares ${shared.join(' ')}`}`,
  );

const layouts: readonly (readonly [string, Repository, readonly string[]])[] = [
  [
    'service, then environment, with Applications',
    BY_SERVICE,
    [
      'rec production [apps/rec/production] by [rec-production] told',
      'rec staging [apps/rec/staging] by [rec-staging] told',
      'search production [apps/search/production] by [search-production] told',
      'search staging [apps/search/staging] by [search-staging] told',
    ],
  ],
  [
    'environment, then service, without Argo CD',
    BY_ENVIRONMENT,
    [
      'chat dev [clusters/dev/chat] by [] likely',
      'chat prod-eu [clusters/prod-eu/chat] by [] likely',
      'live-search dev [clusters/dev/live-search] by [] likely',
      'live-search prod-eu [clusters/prod-eu/live-search] by [] likely',
    ],
  ],
  [
    'kustomize base and overlays: the base belongs to both',
    OVERLAYS,
    [
      'fraud production [apps/fraud/overlays/production] by [] likely, shares apps/fraud/base',
      'fraud staging [apps/fraud/overlays/staging] by [] likely, shares apps/fraud/base',
    ],
  ],
  [
    'one chart, values for each environment: the chart belongs to both',
    VALUES,
    [
      'rec prod [charts/rec/values-prod.yaml] by [rec-prod] told, shares charts/rec',
      'rec staging [charts/rec/values-staging.yaml] by [rec-staging] told, shares charts/rec',
    ],
  ],
  [
    'an ApplicationSet over folders, with one excluded',
    SET,
    [
      'svc-a prod [teams/a/svc-a/prod] by [svc-a-prod] told',
      'svc-a staging [teams/a/svc-a/staging] by [svc-a-staging] told',
      'svc-b prod [teams/b/svc-b/prod] by [svc-b-prod] told',
      'svc-b staging [teams/b/svc-b/staging] by [] likely',
    ],
  ],
  [
    'charts of another place, whose version stands in the Application itself',
    CHARTS,
    ['rec prod [argocd/prod/rec.yaml] by [rec] told'],
  ],
  [
    'an ApplicationSet over a list, of which one folder stands here',
    LISTED,
    ['rec production-eu [apps/rec/eu] by [rec-eu-production] told'],
  ],
];
for (const [what, files, expected] of layouts) {
  test(`finds services and environments of: ${what}`, () => assert.deepEqual(told(files), expected));
}

test('an ApplicationSet with a placeholder that nobody here can fill is left to the folder names', () => {
  const files = SET.map((one) => ({ ...one, text: one.text.replace('{{.path.basename}}', '{{.metadata.labels.x}}') }));
  assert.deepEqual(told(files)[0], 'svc-a prod [teams/a/svc-a/prod] by [] likely');
});

test('pre-production is not production', () => {
  assert.deepEqual(['prod', 'production-eu', 'eu-prod', 'live'].filter(isProduction).length, 4);
  assert.deepEqual(['preprod', 'pre-prod', 'staging', 'productive', 'product-search'].filter(isProduction), []);
});

test('an overlay that has its base for itself takes it along', () => {
  const alone = OVERLAYS.filter(({ path }) => !path.includes('staging'));
  assert.deepEqual(told(alone), ['fraud production [apps/fraud/overlays/production apps/fraud/base] by [] likely']);
});

test('a folder without an environment is a guess, and left to the environments that are known', () => {
  const files = [{ path: 'apps/web/deploy.yaml', text: deployment('web') }];
  assert.deepEqual(told(files), ['web production [apps/web] by [] guess']);
  const of = (environment: string) => ({ path: `apps/web/${environment}/deploy.yaml`, text: deployment('web') });
  assert.deepEqual(told([...files, of('prod'), of('dev')]), [
    'web dev [apps/web/dev] by [] likely, shares apps/web',
    'web prod [apps/web/prod] by [] likely, shares apps/web',
  ]);
  assert.deepEqual(told([...files, of('prod')]), ['web prod [apps/web] by [] likely']);
});

test('an application of another repository says nothing about this one', () => {
  const files = BY_SERVICE.filter(({ path }) => !path.startsWith('apps/search'));
  assert.deepEqual(
    surveyOf(files).found.map(({ service }) => service),
    ['rec', 'rec'],
  );
});

test('what is not understood is said: templates once, broken files each, and files without a service', () => {
  const notes = surveyOf([
    ...VALUES,
    { path: 'charts/rec/templates/b.yaml', text: 'a: {{ .x }}\n' },
    { path: 'apps/web/broken.yaml', text: 'a: [1\n' },
    { path: 'production/kustomization.yaml', text: 'images: []\n' },
  ]).notes;
  assert.deepEqual(
    notes.map((note) => note.replace(/: it is not valid.*/, '')),
    [
      'production/kustomization.yaml was left out: no folder of it is called like a service',
      '2 Helm templates are not read, such as charts/rec/templates/b.yaml',
      'apps/web/broken.yaml cannot be read',
    ].map((note) =>
      note.replace('such as charts/rec/templates/b.yaml', 'such as charts/rec/templates/deployment.yaml'),
    ),
  );
});

test('the repository also says where numbers come from, what is asked today, and who moves the weights', () => {
  assert.equal(surveyOf(BY_SERVICE).argocd?.value, 'https://argo.acme.example');
  const overlays = surveyOf(OVERLAYS);
  assert.equal(overlays.prometheus?.value, 'http://prom.mon:9090');
  assert.deepEqual(overlays.found[0]?.questions, ['AnalysisTemplate success: sum(rate(a[5m])) result[0] >= 0.95']);
  const chat = surveyOf(BY_ENVIRONMENT).found.find(({ environment }) => environment === 'prod-eu');
  assert.equal(chat?.preset?.value, 'vllm');
  assert.deepEqual(
    chat.carriers.map(({ name, owner }) => `${name} ${owner.kind}`),
    ['chat git'],
  );
});
