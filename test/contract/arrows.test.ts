import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { textOf } from './pages.ts';

const PURE = ['playbook', 'measure', 'judge', 'plan', 'manifests', 'chatops', 'report', 'ledger'];

function sourcesUnder(folder: string): readonly string[] {
  const files = readdirSync(new URL(`../../${folder}/`, import.meta.url), { recursive: true, encoding: 'utf8' });
  return files.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name}`);
}

function importsOf(path: string): readonly string[] {
  return [...textOf(path).matchAll(/^(?:import|export)[^;]*? from '([^']+)';/gms)].map(([, from = '']) => from);
}

/** What breaks a rule, as "file: import". */
function breaches(folders: readonly string[], allowed: (from: string) => boolean): readonly string[] {
  return folders
    .flatMap(sourcesUnder)
    .flatMap((path) => importsOf(path).flatMap((from) => (allowed(from) ? [] : [`${path}: ${from}`])));
}

test('folders of values import nothing but each other, yaml and zod', () => {
  const near = new RegExp(`^(\\./|(\\.\\./)+(${PURE.join('|')})/|(\\.\\./)+[a-z-]+\\.ts$|yaml$|zod$)`);
  assert.deepEqual(
    breaches(
      PURE.map((name) => `src/${name}`),
      (from) => near.test(from),
    ),
    [],
  );
});

test('folders of values have no clock, no chance and no environment', () => {
  const impure = PURE.flatMap((name) => sourcesUnder(`src/${name}`)).filter((path) =>
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\bfetch\(/.test(textOf(path)),
  );
  assert.deepEqual(impure, []);
});

test('the loop reaches the outside through its doors only', () => {
  const outside = /^(node:|@octokit\/|@actions\/|probot$)|(^|\/)(adapters|world)\//;
  assert.deepEqual(
    breaches(['src/control'], (from) => !outside.test(from)),
    [],
  );
});

test('the world is for the command line and the tests: neither the Action nor the bot can load it', () => {
  const folders = ['action', 'bot', 'src/adapters', 'src/control', ...PURE.map((name) => `src/${name}`)];
  assert.deepEqual(
    breaches(folders, (from) => !/(^|\/)(world|cli)\//.test(from)),
    [],
  );
});
