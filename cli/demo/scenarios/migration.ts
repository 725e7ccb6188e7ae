import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../../../src/world/deployment.ts';
import { ERRORS } from '../../../src/world/playbook.ts';
import { HEALTHY, withFaults } from '../../../src/world/services/faults.ts';
import { FAILED, type Scenario } from '../scenario.ts';
import { commentOf, listUnder } from '../watch.ts';
import { served } from '../versions.ts';
import { deployment } from './manifests.ts';

const ITEMS = `CREATE TABLE items (id INTEGER PRIMARY KEY, title TEXT NOT NULL, editors_rank INTEGER NOT NULL);
INSERT INTO items VALUES (1, 'Tea', 3), (2, 'Coffee', 1), (3, 'Cocoa', 2);
`;
const DROP = 'ALTER TABLE items DROP COLUMN editors_rank;\n';
/** What a person can do: the column comes back, the ranks in it do not. */
const COLUMN_BACK = 'ALTER TABLE items ADD COLUMN editors_rank INTEGER NOT NULL DEFAULT 0;\n';

const PATIENCE_S = 60;

export const migration: Scenario = {
  name: 'migration',
  story:
    '2.0.0 drops a column that 1.0.0 reads; the gate fails, and the revert is opened but left to a person, who brings the column back first',
  world: {
    behaviours: { '1.0.0': HEALTHY, '2.0.0': withFaults({ errorRate: 0.2 }) },
    queries: {
      '1.0.0': 'SELECT title FROM items ORDER BY editors_rank LIMIT 1',
      '2.0.0': 'SELECT title FROM items ORDER BY title LIMIT 1',
    },
    deployed: {
      files: { 'deployment.yaml': deployment({ tag: '1.0.0' }), 'db/V6__items.sql': ITEMS },
      gate: {
        canary: 'all',
        baseline: null,
        triggers: [{ name: 'error rate', ...ERRORS, if: 'rate > 5%', then: 'rollback' }],
      },
      criteria: [],
    },
  },
  release: (town) =>
    town.merge('Release recommender 2.0.0 without the ranks of the editors', {
      'deployment.yaml': deployment({ tag: '2.0.0' }),
      'db/V7__drop_editors_rank.sql': DROP,
    }),
  harm: FAILED,
  noticedBy: 'gate',
  ends: 'recovered',
  versions: [served('image'), { of: 'schema', read: (town) => String(town.database?.schema() ?? 0) }],
  async refused({ town, say, since }, pull) {
    // The bot has said in its comment what it waits for: it has looked at the open pull request, and left it.
    while (!commentOf(town).includes('Waiting:') && since() < PATIENCE_S) await sleep(100);
    const notes = listUnder('Know before you merge', town.github.repository(REPOSITORY).issues.get(pull)?.body ?? '');
    const because = notes.find((note) => note.includes('database change')) ?? '';
    const steps = notes.filter((note) => note.startsWith('Step '));
    for (const line of [`not merged by itself: ${because}`, ...steps]) say(since(), line);
    await town.merge('Bring the column back, without its values', { 'db/V8__editors_rank_back.sql': COLUMN_BACK });
    await town.argoCd.settle();
    say(
      since(),
      `mona takes step 1: the column is back with a new migration, schema ${town.database?.schema() ?? 0}; its values are lost`,
    );
    await town.github.merge(REPOSITORY, pull, { by: 'mona', method: 'squash' });
    say(since(), `mona takes step 2: she merges #${pull} by hand`);
    return { because, steps, mergedBy: 'mona' };
  },
};
