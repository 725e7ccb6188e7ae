import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
