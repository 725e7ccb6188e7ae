import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startDatabase } from '../../../src/world/services/database.ts';
import { folder } from './manifests.ts';

const V1 = 'CREATE TABLE items (id INTEGER, rank INTEGER); INSERT INTO items VALUES (1, 9);';
const V2 = 'ALTER TABLE items DROP COLUMN rank;';
const V3 = 'ALTER TABLE items ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;';
const RANK = 'SELECT rank FROM items WHERE rank > 0';

it('a schema goes forward only: a migration that left the folder stays done, and its rows are gone', async () => {
  const database = await startDatabase();
  database.migrate(folder({ 'db/V1__items.sql': V1, 'deployment.yaml': 'kind: Deployment' }));
  assert.deepEqual([database.schema(), database.answers(RANK)], [1, true]);
  database.migrate(folder({ 'db/V10__no.sql': V3, 'db/V2__drop.sql': V2 }));
  assert.deepEqual([database.schema(), database.answers(RANK)], [10, true], 'in the order of the numbers');
  database.close();

  const other = await startDatabase();
  other.migrate(folder({ 'V1__items.sql': V1, 'V2__drop.sql': V2 }));
  other.migrate(folder({ 'V1__items.sql': V1 }));
  assert.deepEqual([other.schema(), other.answers(RANK)], [2, false]);
  assert.throws(() => other.migrate(folder({ 'V3__x.sql': 'ALTER TABLE absent ADD COLUMN a;' })), /no such table/);
  assert.equal(other.schema(), 2);
  other.close();
});
