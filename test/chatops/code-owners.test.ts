import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOwners } from '../../src/chatops/code-owners.ts';

/** Lines, then paths with the owners that GitHub's documentation gives them. */
const table: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ['a star is everything', '* @a @org/b', { 'x.yml': '@a @org/b', 'deep/er/x': '@a @org/b', '.github/x': '@a @org/b' }],
  ['the last line that fits counts', '* @a\n*.js @b', { 'x.js': '@b', 'deep/x.js': '@b', 'x.ts': '@a' }],
  ['a folder at the root', '/build/logs/ @a', { 'build/logs/x': '@a', 'build/logs/y/x': '@a', 'a/build/logs/x': '' }],
  ['the files of a folder, none deeper', 'docs/* @a', { 'docs/x.md': '@a', 'docs/deep/x.md': '', 'a/docs/x.md': '' }],
  ['a folder anywhere', 'apps/ @a', { 'apps/x': '@a', 'deep/apps/x/y': '@a', apps: '', 'apps2/x': '' }],
  ['a name anywhere', '**/logs @a', { 'build/logs/x': '@a', 'scripts/logs/y/x': '@a', logs: '@a' }],
  ['a hole in it', '/apps/ @a\n/apps/github', { 'apps/x': '@a', 'apps/github/x': '', 'apps/github': '' }],
  [
    'two stars in the middle',
    '/apps/**/production @a',
    { 'apps/web/eu/production/x': '@a', 'apps/production/x': '@a' },
  ],
  ['a question mark is one character', '/app? @a', { 'apps/x': '@a', 'app/x': '', apps: '@a' }],
  [
    'comments, spaces and lines that are not read',
    '# x\n\n/a\\ b @a # why\n!/c @c\n/[d] @d',
    {
      'a b': '@a',
      c: '',
      d: '',
    },
  ],
  ['an address is an owner like any other', '/x ops@acme.io', { x: 'ops@acme.io' }],
  ['case counts', '/Apps @a', { 'Apps/x': '@a', 'apps/x': '' }],
];
for (const [name, text, paths] of table)
  test(`CODEOWNERS: ${name}`, () => {
    for (const [path, owners] of Object.entries(paths)) assert.equal(codeOwners(text)(path).join(' '), owners, path);
  });

test('a pattern of many stars is answered at once', () => {
  const owners = codeOwners(`/${'*a'.repeat(2_000)}b @a\n${'/**/a'.repeat(200)}/b @b`);
  assert.deepEqual(owners('a'.repeat(5_000)), []);
  assert.deepEqual(owners('a/'.repeat(2_000)), []);
});
