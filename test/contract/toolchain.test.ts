import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { textOf } from './pages.ts';

const manifest = JSON.parse(textOf('package.json')) as {
  license: string;
  engines: { node: string };
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
};
const installed = JSON.parse(textOf('node_modules/node/package.json')) as { version: string };

test('the tests run on the Node that package.json brings along, whatever the machine has', () => {
  assert.match(process.version, /^v24\./);
  assert.equal(process.version, `v${installed.version}`);
  assert.match(manifest.devDependencies['node'] ?? '', /^\^24\./);
  // Without its install script the package has no binary, and the Node of the machine would run silently.
  assert.equal(manifest.allowScripts['node'], true);
});

test('the Action and the tests run on the same major version', () => {
  const action = parse(textOf('action.yml')) as { runs: { using: string } };
  assert.equal(action.runs.using, `node${process.versions.node.split('.')[0] ?? ''}`);
});

test('a clone needs no Node but its own: every script begins with a program that npm ci installs', () => {
  for (const [name, script] of Object.entries(manifest.scripts))
    for (const part of script.split('&&')) {
      const program = part.trim().split(' ')[0] ?? '';
      assert.ok(existsSync(new URL(`../../node_modules/.bin/${program}`, import.meta.url)), `${name}: ${program}`);
    }
});

test('engines says what the published package needs: no dependency asks for more, and the pages say the same', () => {
  const least = (range: string): number => {
    const [major = '0', minor = '0'] = /^>= ?(\d+)(?:\.(\d+))?/.exec(range)?.slice(1) ?? [];
    return Number(major) * 1000 + Number(minor);
  };
  const ours = least(manifest.engines.node);
  assert.ok(ours > 0, manifest.engines.node);
  for (const name of Object.keys(manifest.dependencies)) {
    const { engines } = JSON.parse(textOf(`node_modules/${name}/package.json`)) as { engines?: { node?: string } };
    assert.ok(least(engines?.node ?? '') <= ours, `${name} needs ${engines?.node ?? ''}`);
  }
  assert.ok(textOf('docs/operate.md').includes(`Node ${manifest.engines.node.replace('>=', '')} or newer`));
});

test('the licence is there, for us and for everything inside the bundle', () => {
  assert.equal(manifest.license, 'Apache-2.0');
  assert.match(textOf('LICENSE'), /Apache License\s+Version 2\.0/);
  for (const name of ['@actions/core', '@actions/github', 'yaml', 'zod'])
    assert.match(textOf('action/dist/licenses.txt'), new RegExp(`^${name} \\d+\\.`, 'm'), name);
});

test('no lock entry comes from anywhere but the registry', () => {
  const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
  for (const [name, { resolved }] of Object.entries(packages))
    if (resolved !== undefined) assert.match(resolved, /^https:\/\/registry\.npmjs\.org\//, name);
});

test('every folder of tests is run by npm test, or by the suite for real servers', () => {
  const folders = readdirSync(new URL('..', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'fixtures')
    .map((entry) => entry.name);
  const run = `${manifest.scripts['test'] ?? ''} ${manifest.scripts['test:real'] ?? ''}`;
  assert.deepEqual(
    folders.filter((name) => !new RegExp(`[{,/]${name}[},/]`).test(run)),
    [],
  );
});
