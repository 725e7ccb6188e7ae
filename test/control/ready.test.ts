import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerMergeGroup } from '../../src/control/merge-group.ts';
import { checkReady } from '../../src/control/ready-check.ts';
import { append } from '../../src/ledger/chain.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import type { OpenPull } from '../../src/ports.ts';
import type { ArtefactState } from '../../src/registries/look.ts';
import { RollbackError } from '../../src/errors.ts';
import { at, type PlaybookParts } from './builders.ts';
import { doorsOf, sha256 } from './fakes.ts';
import { aRelease, FILE, KEY, manifest, type Released } from './world.ts';

const CALLED = { rollback: { ready: 'report' }, mention: ['acme/sre'] };

function aWorld(parts: PlaybookParts = CALLED): Released {
  return aRelease(parts);
}

/** Somebody's pull request whose trial merge is this tree. */
function propose(world: Released, files: Record<string, string | null>, more: Partial<OpenPull> = {}): OpenPull {
  const { repository } = world;
  const merged = repository.release('trial', files);
  const trial = repository.commits.pop();
  assert.ok(trial);
  repository.trials.push(trial);
  const pull = { number: 700, head: 'f'.repeat(40), branch: 'next', author: 'bob', fork: false, merged };
  repository.others = [{ ...pull, paths: Object.keys(files), allPaths: true, ...more }];
  return repository.others[0] ?? assert.fail();
}

async function check(
  world: Released,
  which: Parameters<typeof checkReady>[1] = { number: 700 },
  doors = doorsOf(world),
) {
  await checkReady(doors, which);
  return world.repository.published.at(-1) ?? assert.fail('nothing was published');
}

/** Rollbacks of the past, each 40 s from the opened revert to the merge and 55 s to the proof. */
function remember(
  world: Released,
  kinds: readonly (readonly [Entry['kind'], number])[],
  incident: string | null = 'abc',
): void {
  const entries = kinds.map(([kind, seconds]): Entry => ({
    ...{
      at: at(seconds),
      kind,
      id: `${incident ?? 'gate'}/${kind}`,
      service: KEY.service,
      environment: KEY.environment,
    },
    ...{ revision: null, incident, actor: 'lastgood', because: 'p99 was not measured', details: {} },
  }));
  world.repository.ledgerText = append(world.repository.ledgerText, entries, sha256).text;
}

test('a release that can be taken back passes, and says in about how long from the history of this repository', async () => {
  const world = aWorld();
  remember(world, [
    ['opened', 0],
    ['merged', 40],
    ['recovered', 95],
  ]);
  const pull = propose(world, { [FILE]: manifest('1.4.3') });
  const said = await check(world);
  assert.deepEqual([said.name, said.sha, said.conclusion], ['lastgood/ready', pull.head, 'success']);
  assert.equal(said.title, 'This release can be rolled back in about 1 min 35 s');
  assert.match(said.summary, /nothing older is verified or passed a gate, so/);
  assert.match(said.summary, /1 file goes back to [0-9a-f]{7}/);
  assert.match(said.summary, /image: ghcr\.io\/acme\/web:1\.4\.3 back to ghcr\.io\/acme\/web:1\.4\.2/);
  assert.match(said.summary, /errors is proven not to be rate &gt; 2%/);
});

test('without a history the time is not guessed', async () => {
  const world = aWorld();
  propose(world, { [FILE]: manifest('1.4.3') });
  assert.match((await check(world)).title, /how long it takes is not known/);
});

test('an image that is latest is named with its cure: neutral where it is only reported, failed where it is required', async () => {
  for (const [ready, conclusion] of [
    ['report', 'neutral'],
    ['require', 'failure'],
  ] as const) {
    const world = aWorld({ ...CALLED, rollback: { ready } });
    propose(world, { [FILE]: manifest('latest') });
    const said = await check(world);
    assert.equal(said.conclusion, conclusion);
    assert.match(
      said.title,
      /^Not ready to be rolled back: .*image is ghcr\.io\/acme\/web:latest: the tag latest moves/,
    );
    assert.match(said.summary, /\*\*Cure:\*\* Release it by digest/);
  }
});

test('an alias of a model registry is a fault too, in any key of a manifest', async () => {
  const world = aWorld();
  propose(world, { [FILE]: manifest('1.4.3'), 'apps/web/model.yaml': 'uri: models:/fraud@champion\n' });
  const said = await check(world);
  assert.equal(said.conclusion, 'neutral');
  assert.match(said.summary, /an alias is moved without a commit[\s\S]*models:\/fraud\/7/);
});

test('the first release of a service has nothing to go back to', async () => {
  const world = aRelease({ ...CALLED, others: { api: {} } });
  propose(world, { 'apps/api/deployment.yaml': manifest('1.0.0') });
  const said = await check(world);
  assert.match(said.title, /^Not ready to be rolled back: .*no file of this service|no state before/);
});

test('nobody to call, and an application that does not sync, are faults', async () => {
  const world = aWorld({ rollback: { ready: 'require' } });
  world.argoCd.override = (honest) => ({ ...honest, autoSync: false });
  propose(world, { [FILE]: manifest('1.4.3') });
  const said = await check(world);
  assert.equal(said.conclusion, 'failure');
  assert.match(said.title, /web-production does not sync by itself.*and 1 more/);
  assert.match(said.summary, /nobody is called.*approval: human.*notify\.mention/);
});

test('not knowing is neither a pass nor a fault, and what is away is named', async () => {
  const world = aWorld({ ...CALLED, rollback: { ready: 'require' } });
  propose(world, { [FILE]: manifest('1.4.3') });
  world.argoCd.override = () => {
    throw new RollbackError('argocd-unavailable', 'Argo CD at argocd.example.com answered 503');
  };
  const said = await check(world);
  assert.equal(said.conclusion, 'neutral');
  assert.match(said.title, /can be rolled back.*Not known: Argo CD at argocd\.example\.com answered 503/);
  world.argoCd.override = () => {
    throw new RollbackError('argocd-unknown-application', 'Argo CD knows no web-production');
  };
  assert.equal((await check(world)).conclusion, 'failure');
});

test('a criterion without a number is a fault', async () => {
  const world = aWorld();
  world.source.silent = true;
  propose(world, { [FILE]: manifest('1.4.3') });
  const said = await check(world);
  assert.equal(said.conclusion, 'neutral');
  assert.match(said.title, /Not ready.*errors \(source prometheus\): no-series/);
});

test('the artefacts of what becomes last good are asked for, and one that is gone is told before the night', async () => {
  const registries = { images: { kind: 'oci', url: 'https://ghcr.io' } };
  for (const [state, conclusion, words] of [
    ['there', 'success', /all 1 are there/],
    ['gone', 'neutral', /1 of 1 cannot be used: image ghcr\.io\/acme\/web:1\.4\.2/],
    ['unknown', 'neutral', /1 of 1 could not be asked/],
  ] as const) {
    const world = aWorld();
    world.repository.playbook = JSON.stringify({ ...JSON.parse(world.repository.playbook ?? ''), registries });
    propose(world, { [FILE]: manifest('1.4.3') });
    const asked: string[] = [];
    const artefacts = () => ({
      look: async ({ label }: { readonly label: string }) => {
        asked.push(label);
        return { state: state satisfies ArtefactState, says: state, madeAt: null };
      },
    });
    const said = await check(world, { number: 700 }, { ...doorsOf(world), artefacts });
    assert.equal(said.conclusion, conclusion);
    assert.match(said.summary, words);
    assert.deepEqual(asked, ['image ghcr.io/acme/web:1.4.2']);
  }
});

test('for a fork nobody outside GitHub is asked', async () => {
  const world = aWorld();
  propose(world, { [FILE]: manifest('1.4.3') }, { fork: true });
  const asked: string[] = [];
  const said = await check(
    world,
    { number: 700 },
    doorsOf(world, (door, method) => void asked.push(`${door} ${method}`)),
  );
  assert.equal(said.conclusion, 'neutral');
  assert.deepEqual(
    asked.filter((call) => !call.startsWith('repository ')),
    [],
  );
  assert.match(said.summary, /not asked for a pull request from a fork/);
});

test('a rollback of ours passes, a branch that only looks like one is examined, and what touches no service passes', async () => {
  const world = aWorld();
  const ours = { author: 'lastgood[bot]', branch: 'rollback/production/web/bad0000' };
  propose(world, { [FILE]: manifest('latest') }, ours);
  assert.equal((await check(world)).conclusion, 'success');
  for (const more of [{ author: 'bob' }, { author: 'lastgood' }, { fork: true }]) {
    propose(world, { [FILE]: manifest('latest') }, { ...ours, ...more });
    assert.equal((await check(world)).conclusion, 'neutral', JSON.stringify(more));
  }
  propose(world, { 'README.md': 'y' });
  assert.equal((await check(world)).title, 'No service of the playbook is touched');
});

test('a trial merge that is still being made is worth another look; one that cannot be made is not', async () => {
  const world = aWorld();
  const look = () => checkReady(doorsOf(world), { number: 700 });
  propose(world, { [FILE]: manifest('1.4.3') });
  assert.equal(await look(), true);
  propose(world, { [FILE]: manifest('1.4.3') }, { merged: null });
  assert.equal(await look(), false);
  assert.match(world.repository.published.at(-1)?.summary ?? '', /no trial merge/);
  propose(world, { [FILE]: manifest('1.4.3') }, { merged: null, conflicting: true });
  assert.equal(await look(), true);
});

const UP = 'ALTER TABLE users RENAME COLUMN mail TO email;\n';
const DOWN = 'ALTER TABLE users RENAME COLUMN email TO mail;\n';
const PAIR = {
  'apps/web/migrations/0002_mail.up.sql': UP,
  'apps/web/migrations/0002_mail.down.sql': DOWN,
};

test('a migration that breaks the older version is a fault until its way down was run, which a job says on the head', async () => {
  const world = aWorld();
  const pull = propose(world, { [FILE]: manifest('1.4.3'), ...PAIR });
  const before = await check(world);
  assert.equal(before.conclusion, 'neutral');
  assert.match(before.title, /needs its way down first, which nobody has tried/);
  assert.match(before.summary, /lastgood migrations --prove/);
  const says = (state: 'success' | 'failure' | 'pending') =>
    world.repository.jobVerdicts.set(`${pull.head} lastgood/migrations-proof`, { state, says: 'down 3 ms' });
  says('success');
  const proven = await check(world, { head: pull.head });
  assert.equal(proven.conclusion, 'success');
  assert.match(proven.summary, /two steps, the database first.*up and down were run: down 3 ms/);
  says('pending');
  assert.match((await check(world)).title, /Not known.*still running/);
  says('failure');
  assert.match((await check(world)).title, /Not ready.*says no: down 3 ms/);
});

test('a migration is judged by what the database of the playbook does with DDL', async () => {
  const more = 'ALTER TABLE users ADD COLUMN age int NOT NULL;\n';
  const two = {
    'apps/web/migrations/0002_mail.up.sql': UP + more,
    'apps/web/migrations/0002_mail.down.sql': `ALTER TABLE users DROP COLUMN age;\n${DOWN}`,
  };
  const on = async (database: string) => {
    const world = aWorld({ ...CALLED, rollback: { database } });
    propose(world, { [FILE]: manifest('1.4.3'), ...two });
    return check(world);
  };
  const [postgresql, mysql] = [await on('postgresql@15'), await on('mysql')];
  assert.match(postgresql.title, /needs its way down first/);
  assert.match(postgresql.summary, /Run lastgood migrations --prove/);
  assert.match(mysql.title, /nobody can say/);
  assert.match(mysql.summary, /Run up, down and up again on a scratch mysql/);
  assert.doesNotMatch(mysql.summary, /--prove/, 'PostgreSQL proves nothing about it');
});

test('data that a migration throws away is named, and no proof brings it back', async () => {
  const world = aWorld();
  const drop = { 'apps/web/migrations/0002_drop.up.sql': 'DROP TABLE users;\n' };
  const pull = propose(world, { [FILE]: manifest('1.4.3'), ...drop });
  world.repository.jobVerdicts.set(`${pull.head} lastgood/migrations-proof`, { state: 'success', says: '' });
  const said = await check(world);
  assert.match(said.title, /Not ready.*it cannot be undone/);
  assert.match(said.summary, /0002\\_drop\.up\.sql:1 up loses-data/);
});

test('a migration beside the services is judged too; a pure addition and a playbook that allows it pass', async () => {
  const beside = aWorld();
  propose(beside, { [FILE]: manifest('1.4.3'), 'db/migrations/0002_drop.up.sql': 'DROP TABLE users;\n' });
  assert.match((await check(beside)).title, /Not ready.*cannot be undone/);
  const adds = aWorld();
  propose(adds, { [FILE]: manifest('1.4.3'), 'db/migrations/V2__add.sql': 'CREATE TABLE notes (id int);\n' });
  assert.match((await check(adds)).summary, /older version runs on the newer schema/);
  const allowed = aWorld({ ...CALLED, rollback: { migrations: 'allow' } });
  propose(allowed, { [FILE]: manifest('1.4.3'), ...PAIR });
  assert.equal((await check(allowed)).conclusion, 'success');
});

test('the canary of a gate may be asleep between two releases when the newest gate measured it, and not when that could not tell', async () => {
  const gate = {
    source: 'prometheus',
    arms: { canary: 'track="canary"', baseline: 'track="stable"' },
    triggers: [
      { name: 'failures', bad: 'failed_total', total: 'requests_total', if: 'rate > baseline + 1pp', then: 'rollback' },
    ],
  };
  const look = async (kind: Entry['kind'] | null) => {
    const world = aWorld();
    const playbook = world.repository.playbook ?? '';
    world.repository.playbook = playbook.replace('"verify":', `"gate":${JSON.stringify(gate)},"verify":`);
    if (kind !== null) remember(world, [[kind, 0]], null);
    propose(world, { [FILE]: manifest('1.4.3') });
    const doors = doorsOf(world);
    const asleep = (at: number) => ({
      at,
      canary: { kind: 'missing', reason: 'no-series', detail: 'no series' } as const,
      baseline: { kind: 'gauge', value: 1, at } as const,
    });
    const source: typeof doors.source = (config) => ({
      remembers: false,
      look: async (queries, when) =>
        queries.some(({ arms }) => arms.baseline !== null)
          ? new Map(queries.map(({ trigger }) => [trigger.name, asleep(0)]))
          : doors.source(config).look(queries, when),
    });
    return check(world, { number: 700 }, { ...doors, source });
  };
  assert.match((await look('gate-passed')).summary, /no canary serves now, and the gate at .* measured it/);
  assert.match((await look(null)).title, /Not known: failures.*no gate of this service has measured one yet/);
  assert.match((await look('gate-undecided')).title, /Not ready.*failures.*could not tell: p99 was not measured/);
});

test('a merge queue that requires the check gets an answer', async () => {
  const world = aWorld();
  world.repository.required = ['lastgood/ready', 'lastgood/gate/web/production', 'build'];
  await answerMergeGroup(doorsOf(world), { head: 'e'.repeat(40), base: 'main' });
  assert.deepEqual(
    world.repository.answered.map(({ name, conclusion }) => [name, conclusion]),
    [
      ['lastgood/ready', 'neutral'],
      ['lastgood/gate/web/production', 'neutral'],
    ],
  );
});
