import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { ManifestFile } from '../../src/manifests/traffic.ts';
import type { RollbackPlan } from '../../src/plan/plan.ts';
import { POSTGRESQL } from '../../src/migrations/database.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { choose, inHalves, trafficOnly, type WholeSight } from '../../src/plan/two-halves.ts';
import { STRATEGIES } from '../../src/plan/strategies/table.ts';
import { aGood, anIncident, BASE, rulesFor } from '../control/builders.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

type Files = Readonly<Record<string, string>>;

/** What a strategy sees when `bad` was released on top of `good`, and nothing came later. */
function sightOf(good: Files, bad: Files, rollback: Readonly<Record<string, unknown>> = {}, undoes = 1): WholeSight {
  const at = (text: string | undefined) =>
    text === undefined ? null : { blob: sha256(text).slice(0, 40), mode: '100644', text };
  const planned = makePlan(
    {
      incident: anIncident(),
      base: BASE,
      baseBranch: 'main',
      good: aGood(),
      database: POSTGRESQL,
      undoes: Array.from({ length: undoes }, (_, i) => ({ sha: `${i}`.repeat(40), title: 'Release', author: 'ada' })),
      files: Object.keys({ ...good, ...bad }).map((path) => ({
        path,
        good: at(good[path]),
        bad: at(bad[path]),
        now: at(bad[path]),
      })),
    },
    sha256,
  );
  assert.equal(planned.kind, 'planned', JSON.stringify(planned));
  const list = (files: Files): ManifestFile[] => Object.entries(files).map(([path, text]) => ({ path, text }));
  return { now: list(bad), good: list(good), restore: planned.plan, policy: rulesFor({ rollback }).rollback };
}

function planOf(sight: WholeSight): RollbackPlan {
  const files = new Map(sight.now.map(({ path }) => [path, { mode: '100644' }]));
  const plan = inHalves(sight, files, sha256);
  assert.deepEqual(plan, inHalves(sight, files, sha256), 'the same sight gives the same plan');
  const own = new Set([...sight.now, ...sight.good].map(({ path }) => path));
  assert.ok(plan.edits.every(({ path }) => own.has(path)));
  return plan;
}

/** The keys that go first, as `key: from -> to`; the whole way back is `null`. */
function moved(plan: RollbackPlan): readonly string[] | null {
  if (plan.phase?.kind !== 'traffic') return null;
  return plan.changes.map(({ key, from, to }) => `${key}: ${from ?? 'absent'} -> ${to ?? 'absent'}`);
}

const deployment = (name: string, labels: string, image: string): string =>
  `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  template:
    metadata: { labels: { ${labels} } }
    spec:
      containers: [{ name: app, image: 'ghcr.io/acme/rec:${image}' }]
`;
const service = (name: string, selector: string): string =>
  `apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { ${selector} } }
`;
const route = (weights: Readonly<Record<string, number>>): string =>
  `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: rec }
spec:
  rules:
    - backendRefs:
${Object.entries(weights)
  .map(([name, weight]) => `        - { name: ${name}, port: 80, weight: ${weight} }\n`)
  .join('')}`;

const arms = (stable: string, canary: string) => ({
  'stable.yaml': deployment('rec-stable', 'app: rec, track: stable', stable),
  'canary.yaml': deployment('rec-canary', 'app: rec, track: canary', canary),
});
const split = (canary: number) => ({ 'route.yaml': route({ 'rec-stable': 100 - canary, 'rec-canary': canary }) });

test('canary: the weight of the bad arm goes first, and the image follows', () => {
  const plan = planOf(sightOf({ ...arms('1', '1'), ...split(0) }, { ...arms('1', '2'), ...split(20) }));
  assert.equal(plan.strategy, 'canary');
  assert.deepEqual(moved(plan), [
    'spec.rules[0].backendRefs[name=rec-stable].weight: 80 -> 100',
    'spec.rules[0].backendRefs[name=rec-canary].weight: 20 -> 0',
  ]);
  assert.deepEqual(
    plan.edits.map(({ path }) => path),
    ['route.yaml'],
  );
  assert.equal(plan.phase?.kind === 'traffic' && plan.phase.then?.edits.length, 2);
});

test('canary: the pods behind a Service are found by its selector', () => {
  const services = {
    'services.yaml': `${service('rec-a', 'app: rec, track: stable')}---\n${service('rec-b', 'app: rec, track: canary')}`,
  };
  const weights = (b: number) => ({ 'route.yaml': route({ 'rec-a': 100 - b, 'rec-b': b }) });
  const plan = planOf(
    sightOf({ ...arms('1', '1'), ...services, ...weights(0) }, { ...arms('1', '2'), ...services, ...weights(50) }),
  );
  assert.deepEqual(moved(plan)?.at(-1), 'spec.rules[0].backendRefs[name=rec-b].weight: 50 -> 0');
});

test('canary: subsets of a DestinationRule are found by their labels', () => {
  const mesh = (canary: number) => ({
    'rule.yaml': `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: rec }
spec:
  host: rec
  subsets:
    - { name: old, labels: { track: stable } }
    - { name: new, labels: { track: canary } }
`,
    'vs.yaml': `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: rec }
spec:
  http:
    - route:
        - { destination: { host: rec, subset: old }, weight: ${100 - canary} }
        - { destination: { host: rec, subset: new }, weight: ${canary} }
`,
  });
  const plan = planOf(sightOf({ ...arms('1', '1'), ...mesh(0) }, { ...arms('1', '2'), ...mesh(30) }));
  assert.equal(plan.strategy, 'canary');
  assert.equal(moved(plan)?.length, 2);
});

test('canary: nobody is sent to a stable arm that the release changed, whatever the playbook says', () => {
  for (const strategy of ['auto', 'canary']) {
    const plan = planOf(sightOf({ ...arms('1', '1'), ...split(0) }, { ...arms('2', '2'), ...split(20) }, { strategy }));
    assert.equal(moved(plan), null, strategy);
  }
});

test('canary: what may serve both arms keeps everything in one pull request, unless the strategy is named', () => {
  const config = (level: string) => ({
    'config.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: rec }\ndata: { LEVEL: ${level} }\n`,
  });
  const good = { ...arms('1', '1'), ...split(0), ...config('low') };
  const bad = { ...arms('1', '2'), ...split(20), ...config('high') };
  assert.equal(moved(planOf(sightOf(good, bad))), null);
  assert.notEqual(moved(planOf(sightOf(good, bad, { strategy: 'canary' }))), null);
});

test('canary: a route between others than those the release changed is left alone', () => {
  const other = { 'other.yaml': route({ 'shop-stable': 50, 'shop-canary': 50 }).replace('name: rec ', 'name: shop ') };
  const good = { ...other, ...arms('1', '1') };
  assert.equal(moved(planOf(sightOf(good, { ...other, ...arms('1', '2') }))), null);
});

test('canary: weights that a Rollout moves are not ours, so everything goes back in one pull request', () => {
  const rollout = (image: string) => ({
    'rollout.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: rec }
spec:
  strategy:
    canary:
      stableService: rec-stable
      canaryService: rec-canary
      trafficRouting: { plugins: { argoproj-labs/gatewayAPI: { httpRoute: rec } } }
  template:
    spec: { containers: [{ name: app, image: 'ghcr.io/acme/rec:${image}' }] }
`,
  });
  const plan = planOf(sightOf({ ...rollout('1'), ...split(0) }, { ...rollout('2'), ...split(20) }));
  assert.deepEqual([plan.strategy, moved(plan)], ['restore', null]);
});

test('canary: everything on stable already, and everything in one pull request', () => {
  const plan = planOf(sightOf({ ...arms('1', '1'), ...split(0) }, { ...arms('1', '2'), ...split(0) }));
  assert.equal(moved(plan), null);
});

const model = (uri: string, percent: number | null): Files => ({
  'model.yaml': `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: rec
  annotations: { serving.kserve.io/deploymentMode: Serverless }
spec:
  predictor:${percent === null ? '' : `\n    canaryTrafficPercent: ${percent}`}
    model:
      storageUri: s3://models/rec/${uri} # from training
`,
});

test('canary: a serverless InferenceService turns to its previous revision before the model loads again', () => {
  const plan = planOf(sightOf(model('1', null), model('2', 20)));
  assert.deepEqual(moved(plan), ['spec.predictor.canaryTrafficPercent: 20 -> 0']);
  const all = planOf(sightOf(model('1', null), model('2', null)));
  assert.deepEqual(moved(all), ['spec.predictor.canaryTrafficPercent: absent -> 0']);
});

test('canary: a serverless InferenceService keeps one revision, so a target further back is restored', () => {
  const plan = planOf(sightOf(model('1', null), model('3', 20), {}, 2));
  assert.equal(moved(plan), null);
});

const colours = (colour: string, green: string): Files => ({
  'blue.yaml': deployment('rec-blue', 'app: rec, color: blue', '1'),
  'green.yaml': deployment('rec-green', 'app: rec, color: green', green),
  'service.yaml': service('rec', `app: rec, color: ${colour}`),
});

test('blue-green: the selector goes back to the colour of the target first', () => {
  const plan = planOf(sightOf(colours('blue', '0'), colours('green', '2')));
  assert.equal(plan.strategy, 'blue-green');
  assert.deepEqual(moved(plan), ['spec.selector.color: green -> blue']);
});

test('blue-green: a release that only turned the selector is one scalar, and one pull request', () => {
  for (const strategy of ['auto', 'blue-green']) {
    const plan = planOf(sightOf(colours('blue', '2'), colours('green', '2'), { strategy }));
    assert.equal(moved(plan), null);
    assert.deepEqual(
      plan.edits.map(({ path }) => path),
      ['service.yaml'],
    );
  }
});

const flags = (variant: string, image: string): Files => ({
  'flags.json': `{
  "flags": {
    "ranker": {
      "state": "ENABLED",
      "variants": { "new": true, "old": false },
      "defaultVariant": "${variant}"
    }
  }
}
`,
  'app.yaml': deployment('rec', 'app: rec', image),
});

test('flag: the variant of the target is served first, and the image follows', () => {
  const plan = planOf(sightOf(flags('old', '1'), flags('new', '2')));
  assert.equal(plan.strategy, 'flag');
  assert.deepEqual(moved(plan), ['flags.ranker.defaultVariant: new -> old']);
});

test('flag: a flag that the release left alone is left alone, unless the playbook names it', () => {
  const [good, bad] = [flags('new', '1'), flags('new', '2')];
  assert.equal(moved(planOf(sightOf(good, bad))), null);
  const named = planOf(sightOf(good, bad, { strategy: 'flag', carrier: 'ranker', stable: 'old' }));
  assert.deepEqual(moved(named), ['flags.ranker.defaultVariant: new -> old']);
});

test('flag: only the flag was switched, so its revert is everything', () => {
  assert.equal(moved(planOf(sightOf(flags('old', '1'), flags('new', '1')))), null);
});

test('fallback: users go to the simpler model that the playbook names, and the version follows', () => {
  const good = { ...arms('1', '1'), 'route.yaml': route({ 'rec-stable': 100, 'rec-simple': 0 }) };
  const bad = { ...arms('2', '1'), 'route.yaml': route({ 'rec-stable': 100, 'rec-simple': 0 }) };
  const rollback = { strategy: 'fallback', fallback: { carrier: 'rec', to: 'rec-simple' } };
  const plan = planOf(sightOf(good, bad, rollback));
  assert.equal(plan.strategy, 'fallback');
  assert.deepEqual(moved(plan)?.at(-1), 'spec.rules[0].backendRefs[name=rec-simple].weight: 0 -> 100');
});

test('a strategy that does not fit is said, and everything goes back in one pull request', () => {
  const plan = planOf(sightOf(arms('1', '1'), arms('1', '2'), { strategy: 'blue-green' }));
  assert.deepEqual([plan.strategy, moved(plan)], ['restore', null]);
  assert.deepEqual(plan.notes, ['blue-green does not fit: no Service stands in the paths']);
});

test('restore and pin: the playbook or the named target keep everything in one pull request', () => {
  const sight = sightOf({ ...arms('1', '1'), ...split(0) }, { ...arms('1', '2'), ...split(20) });
  assert.equal(choose({ ...sight, policy: { ...sight.policy, strategy: 'restore' } }).strategy, 'restore');
  const named = { ...sight.restore, good: aGood({ reason: { kind: 'named', by: 'ada' } }) };
  assert.equal(choose({ ...sight, restore: named }).strategy, 'pin');
  for (const name of ['restore', 'pin'] as const) assert.equal(STRATEGIES[name].shift(sight).kind, 'none');
});

const CONFLICT = { kind: 'conflict', good: aGood(), because: 'changed again' } as const;
const onlyTraffic = (sight: WholeSight, path: string) =>
  trafficOnly(
    sight,
    sight.restore,
    { ...CONFLICT, conflicts: [{ path, key: null, bad: null, good: null, now: null }] },
    { files: new Map(), sha256 },
  );

test('only the traffic: weights are taken back whoever raised them last, and what the version is stuck on is said', () => {
  const sight = sightOf({ ...arms('1', '1'), ...split(0) }, { ...arms('1', '2'), ...split(50) });
  const plan = onlyTraffic(sight, 'route.yaml');
  assert.ok(plan);
  assert.deepEqual(moved(plan)?.at(-1), 'spec.rules[0].backendRefs[name=rec-canary].weight: 50 -> 0');
  assert.deepEqual(plan.phase, { kind: 'traffic', then: null, stuck: { because: 'changed again', author: 'ada' } });
  assert.deepEqual(plan.undoes, []);
  assert.equal(onlyTraffic({ ...sight, policy: { ...sight.policy, strategy: 'restore' } }, 'x.yaml'), null);
});

test('only the traffic: a colour that somebody set again since is theirs, and is not turned back', () => {
  const colours = (version: string) => ({
    'blue.yaml': deployment('rec-blue', 'app: rec, colour: blue', '1'),
    'green.yaml': deployment('rec-green', 'app: rec, colour: green', version),
  });
  const good = { ...colours('1'), 'service.yaml': service('rec', 'app: rec, colour: blue') };
  const sight = sightOf(good, { ...colours('2'), 'service.yaml': service('rec', 'app: rec, colour: green') });
  assert.equal(onlyTraffic(sight, 'green.yaml')?.strategy, 'blue-green');
  assert.equal(onlyTraffic(sight, 'service.yaml'), null);
});

test('the hash of a plan covers both of its halves', () => {
  const good = { ...arms('1', '1'), ...split(0) };
  const one = planOf(sightOf(good, { ...arms('1', '2'), ...split(20) }));
  const other = planOf(
    sightOf(
      { ...good, 'x.yaml': 'a: 1\n' },
      { ...arms('1', '2'), ...split(20), 'x.yaml': 'a: 2\n' },
      { strategy: 'canary' },
    ),
  );
  assert.deepEqual(one.edits, other.edits);
  assert.notEqual(one.hash, other.hash);
});

test('a declared key of a values file goes first, with the value that the playbook names', () => {
  const values = (tag: string): Files => ({ 'rec/values.yaml': `image: { tag: ${tag} }\nnewShare: 20 # percent\n` });
  const rollback = { strategy: 'canary', carrier: 'newShare', stable: '0' };
  assert.deepEqual(moved(planOf(sightOf(values('v1'), values('v2'), rollback))), ['newShare: 20 -> 0']);
  assert.equal(moved(planOf(sightOf(values('v1'), values('v2'), { ...rollback, carrier: 'nothing' }))), null);
  assert.equal(moved(planOf(sightOf(values('v1'), values('v2')))), null);
});
