import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RollbackError } from '../../src/errors.ts';
import { targetOf, targetsTouching } from '../../src/playbook/target.ts';
import { aPlaybook, errors, playbookOf } from './a-playbook.ts';

const rules = (path: string): string =>
  `{ paths: [${path}], applications: [a], verify: { healthy-for: 1s, within: 9s, source: prom, arm: a="b", criteria: [{ ${errors}, if: rate > 2% }] } }`;
const playbook = playbookOf(
  aPlaybook({
    paths: '[apps/rec/prod/, shared/rec.yml]',
    services: `      staging: ${rules('apps/rec/staging')}
  search:
    owners: [alice]
    environments: { dev: ${rules('apps/search')} }
  billing:
    environments: { eu: ${rules('apps/billing/eu')}, us: ${rules('apps/billing/us')} }`,
  }),
);

function codeOf(work: () => unknown): readonly [string, string] {
  try {
    work();
  } catch (error) {
    if (error instanceof RollbackError) return [error.code, error.message];
  }
  assert.fail('nothing was thrown');
}

test('a target has the rules of its environment and the owners of its service', () => {
  const target = targetOf(playbook, { service: 'search', environment: 'dev' });
  assert.deepEqual(target.owners, ['alice']);
  assert.deepEqual(target.rules.paths, ['apps/search']);
  assert.equal(target.argocd?.token, 'ARGOCD_TOKEN');
  assert.equal(target.sources['prom']?.kind, 'prometheus');
});

test('the environment may be left out where one can be meant', () => {
  assert.equal(targetOf(playbook, { service: 'search' }).environment, 'dev');
  assert.equal(targetOf(playbook, { service: 'rec' }).environment, 'production');
  const [code, message] = codeOf(() => targetOf(playbook, { service: 'billing' }));
  assert.equal(code, 'unknown-environment');
  assert.match(message, /name one of eu, us/);
});

test('an unknown name is answered with the nearest or with the list', () => {
  assert.match(codeOf(() => targetOf(playbook, { service: 'serch' })).join(), /unknown-service.*did you mean 'search'/);
  assert.match(codeOf(() => targetOf(playbook, { service: 'zzz' })).join(), /use one of rec, search, billing/);
  assert.match(
    codeOf(() => targetOf(playbook, { service: 'rec', environment: 'prodution' })).join(),
    /unknown-environment.*did you mean 'production'/,
  );
});

test('what every object has is no service and no environment', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    assert.equal(codeOf(() => targetOf(playbook, { service: name }))[0], 'unknown-service');
    assert.equal(codeOf(() => targetOf(playbook, { service: 'rec', environment: name }))[0], 'unknown-environment');
  }
});

test('a changed file touches the target whose path it is or lies in, and no neighbour', () => {
  const touching = (...paths: string[]) =>
    targetsTouching(playbook, paths).map(({ service, environment }) => `${service} ${environment}`);
  assert.deepEqual(touching('apps/rec/prod/values.yml'), ['rec production']);
  assert.deepEqual(touching('shared/rec.yml', 'apps/search'), ['rec production', 'search dev']);
  assert.deepEqual(touching('apps/rec/production/values.yml', 'apps/searching', 'shared', 'README.md'), []);
});
