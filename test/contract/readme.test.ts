import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { INPUTS } from '../../action/inputs.ts';
import { COMMANDS } from '../../cli/commands.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { blocksOf, pagePaths, textOf } from './pages.ts';

const readme = textOf('README.md');
const [workflow = '', playbook = ''] = blocksOf(readme, 'yaml');

test('the README stays a front page of at most 150 lines', () => {
  assert.ok(readme.trimEnd().split('\n').length <= 150);
});

test('the playbook of the README has neither faults nor warnings, and uses both halves', () => {
  const parsed = parsePlaybook(playbook, 'README.md');
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.deepEqual(parsed.warnings, []);
  const rules = parsed.playbook.services['recommender']?.environments['production'];
  assert.equal(rules?.gate?.triggers.length, 2);
  assert.equal(rules.verify.criteria.length, 1);
});

test('the workflow of the README gives inputs that exist, for a service and paths of its playbook', () => {
  const yaml = parse(workflow) as {
    on: { push: { paths: string[] } };
    permissions: Record<string, string>;
    jobs: { gate: { steps: { uses: string; with: Record<string, string> }[] } };
  };
  const [step] = yaml.jobs.gate.steps;
  const inputs: readonly string[] = INPUTS.map(({ name }) => name);
  assert.deepEqual(
    Object.keys(step?.with ?? {}).filter((name) => !inputs.includes(name)),
    [],
  );
  assert.deepEqual(yaml.permissions, { contents: 'read', checks: 'write' });
  assert.match(step?.uses ?? '', /@FULL_COMMIT_SHA$/);
  const rules = (parse(playbook) as { services: Record<string, { environments: Record<string, { paths: string[] }> }> })
    .services[step?.with['service'] ?? '']?.environments[step?.with['environment'] ?? ''];
  assert.deepEqual(
    yaml.on.push.paths,
    rules?.paths.map((path) => `${path}/**`),
  );
});

test('trying and testing take one line each', () => {
  const [commands = ''] = blocksOf(readme, 'sh');
  assert.match(commands, /^npm ci && npm run demo\b/m);
  assert.match(commands, /^npm ci && npm test\b/m);
});

test('every script that a page names is in package.json', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  for (const path of pagePaths())
    for (const [, name = ''] of textOf(path).matchAll(/\bnpm run (?:-s )?([a-z][a-z:]*)/g))
      assert.ok(Object.hasOwn(scripts, name), `${path}: npm run ${name}`);
});

test('every command line that a page shows is one', () => {
  for (const path of pagePaths())
    for (const [, name = ''] of textOf(path).matchAll(/npm run -s lastgood -- ([a-z]+)/g))
      assert.ok(Object.hasOwn(COMMANDS, name), `${path}: lastgood ${name}`);
});

test('every link inside the repository leads to a file, and to a heading where it names one', () => {
  for (const path of pagePaths()) {
    for (const [, target = ''] of textOf(path).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [file = '', heading] = target.split('#');
      const to = file === '' ? path : posix.join(posix.dirname(path), file);
      assert.ok(existsSync(new URL(`../../${to}`, import.meta.url)), `${path}: ${target}`);
      if (heading !== undefined) assert.ok(anchorsOf(textOf(to)).includes(heading), `${path}: ${target}`);
    }
  }
});

/** The anchors of headings of plain words, as GitHub makes them. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
}
