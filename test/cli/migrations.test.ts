import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { migrations } from '../../cli/commands/migrations.ts';
import { RollbackError } from '../../src/errors.ts';

test('what PostgreSQL does is no proof for another database, so it is not tried', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lastgood-migrations-'));
  const path = join(folder, 'V2__x.sql');
  writeFileSync(path, 'ALTER TABLE users ADD COLUMN note text;\n');
  const run = migrations.run({
    words: [path],
    options: { prove: true, database: 'mysql' },
    env: {},
    print: () => undefined,
    progress: () => undefined,
    json: false,
  });
  try {
    await assert.rejects(run, (error: unknown) => {
      assert.ok(error instanceof RollbackError);
      assert.equal(error.code, 'input-invalid');
      assert.match(error.message, /these migrations are written for mysql/);
      return true;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a migration of a tool that is not known is named in a range of commits too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lastgood-migrations-'));
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { encoding: 'utf8' });
  const here = process.cwd();
  const said: string[] = [];
  try {
    git('init', '-q');
    git('commit', '-q', '--allow-empty', '-m', 'base');
    mkdirSync(join(folder, 'db', 'migrate'), { recursive: true });
    writeFileSync(join(folder, 'db', 'migrate', '20260101_x.rb'), 'class X < ActiveRecord::Migration[8.0]\nend\n');
    git('add', '-A');
    git('commit', '-q', '-m', 'release');
    process.chdir(folder);
    const code = await migrations.run({
      words: [],
      options: { base: 'HEAD~1', head: 'HEAD' },
      env: {},
      print: (text) => said.push(text),
      progress: () => undefined,
      json: false,
    });
    assert.equal(code, 1);
    assert.match(said.join('\n'), /db\/migrate\/20260101_x\.rb/);
  } finally {
    process.chdir(here);
    rmSync(folder, { recursive: true });
  }
});
