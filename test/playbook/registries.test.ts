import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { aPlaybook, briefly, playbookOf } from './a-playbook.ts';

const withRegistries = (registries: string, artefacts = '{}'): string =>
  aPlaybook({ top: `registries: ${registries}`, rest: `applications: [rec]\n        artefacts: ${artefacts}` });

test('the example of the guide has no faults', () => {
  const guide = readFileSync(new URL('../../docs/registries.md', import.meta.url), 'utf8');
  const example = /```yaml\n(registries:\n[\s\S]*?)\nservices:/.exec(guide)?.[1];
  assert.ok(example !== undefined);
  const { registries } = playbookOf(aPlaybook({ top: example }));
  assert.deepEqual(
    Object.values(registries).map(({ kind }) => kind),
    ['oci', 'mlflow', 'dvc', 'launchdarkly'],
  );
  const models = registries['models'];
  assert.ok(models?.kind === 'mlflow');
  assert.equal(models.retention, 90 * 86_400_000);
  assert.equal(models['warn-before'], 14 * 86_400_000);
});

test('no secret may stand in the file, and a template must name an artefact of its kind', () => {
  for (const [registries, expected] of [
    ['{ a: { kind: oci, url: "https://bot:pw@ghcr.io" } }', /^url holds a user or password/],
    [
      '{ a: { kind: oci, url: "https://ghcr.io", auth: { headers: { X-Api-Key: abc } } } }',
      /looks like a secret in the file/,
    ],
    ['{ a: { kind: oci, url: "https://ghcr.io", auth: { bearer: A, basic: B } } }', /has both 'bearer' and 'basic'/],
    ['{ a: { kind: langfuse, public-key: pk-lf-123 } }', /NAME of an environment variable/],
    [
      '{ a: { kind: mlflow, url: "http://m", keys: { V: "fraud:{{value}}" } } }',
      /names nothing that mlflow has -> write fraud\/7/,
    ],
    [
      '{ a: { kind: mlflow, url: "http://m", keys: { V: "fraud/7" } } }',
      /with \{\{value\}\} where the value of the key belongs/,
    ],
    ['{ a: { kind: dvc, url: "s3://b", retention: 90 } }', /retention/],
    ['{ a: { kind: dvc, url: "models/dvc" } }', /an absolute folder, or an http, https or s3 URL/],
    ['{ a: { kind: unleash, url: "https://u" } }', /environment/],
  ] as const)
    assert.match(briefly(withRegistries(registries)).join('\n'), expected, registries);
});

test('what an environment lists must be of a registry that the playbook has, in its words', () => {
  const flags = '{ flags: { kind: growthbook, environment: production } }';
  assert.deepEqual(briefly(withRegistries(flags, '{ flags: [new-ranker] }')), []);
  assert.match(
    briefly(withRegistries(flags, '{ flag: [new-ranker] }')).join(),
    /is not one of the registries -> did you mean 'flags'\?/,
  );
  assert.match(
    briefly(withRegistries(flags, '{ flags: ["a flag"] }')).join(),
    /names nothing that growthbook has -> write the id of a feature/,
  );
});

test('observe names a secret or an interval, and only kinds that have pointers know it', () => {
  const observe = (config: string) => briefly(withRegistries(`{ a: { ${config} } }`)).join();
  assert.equal(observe('kind: mlflow, url: "http://m", observe: { webhook: MLFLOW_HOOK }'), '');
  assert.equal(observe('kind: langsmith, observe: { poll: 5m }'), '');
  assert.match(observe('kind: mlflow, url: "http://m", observe: {}'), /has neither webhook nor poll/);
  assert.match(observe('kind: langsmith, observe: { poll: 5s }'), /poll/);
  assert.match(observe('kind: langsmith, observe: { webhook: s3cret }'), /NAME of an environment variable/);
  assert.match(observe('kind: oci, url: "https://ghcr.io", observe: { poll: 5m }'), /observe/);
});

test('repoint lists pointers of the registries of the playbook, and nothing that Git or nobody can move', () => {
  const registries =
    '{ models: { kind: mlflow, url: "http://m" }, images: { kind: oci, url: "https://ghcr.io" }, prompts: { kind: langfuse }, mx: { kind: maxim } }';
  const repoint = (entry: string) =>
    briefly(
      aPlaybook({
        top: `registries: ${registries}`,
        rest: `applications: [rec]\n        rollback: { repoint: [{ ${entry} }] }`,
      }),
    ).join();
  assert.equal(repoint('registry: models, pointer: fraud@champion, apply: true'), '');
  assert.equal(repoint('registry: models, pointer: "models:/fraud@champion"'), '');
  assert.match(repoint('registry: model, pointer: fraud@champion'), /is not one of the registries -> did you mean/);
  assert.match(repoint('registry: models, pointer: fraud/7'), /is no pointer of mlflow -> write fraud@champion/);
  assert.match(repoint('registry: prompts, pointer: summarise@7'), /is no pointer of langfuse/);
  assert.match(repoint('registry: prompts, pointer: summarise@latest'), /is no pointer of langfuse/);
  assert.match(repoint('registry: images, pointer: "acme/app:1"'), /is of kind oci, which has no pointers/);
  assert.match(repoint('registry: mx, pointer: "clx1@Environment=prod", apply: true'), /needs the workspace/);
});

test('a pointer that nobody observes is warned of: nobody will know where it led', () => {
  const warned = (observe: string): readonly string[] => {
    const top = `registries: { models: { kind: mlflow, url: "http://m"${observe} } }`;
    const rest = 'applications: [rec]\n        rollback: { repoint: [{ registry: models, pointer: fraud@champion }] }';
    const parsed = parsePlaybook(aPlaybook({ top, rest }), 'lastgood.yml');
    assert.ok(parsed.ok);
    return parsed.warnings.map(({ message }) => message);
  };
  assert.deepEqual(warned(''), ['is of a registry that nobody observes, so nobody will know where fraud@champion led']);
  assert.deepEqual(warned(', observe: { poll: 5m }'), []);
});
