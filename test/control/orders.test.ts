import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hear, type Spoken } from '../../src/control/command.ts';
import type { Loop } from '../../src/control/reconcile.ts';
import { checkGroup, readRules, setOnHead } from '../../src/control/release-check.ts';
import { playbookOf } from '../../src/control/reconcile.ts';
import { RollbackError } from '../../src/errors.ts';
import { parse as parseLedger } from '../../src/ledger/chain.ts';
import type { OpenPull } from '../../src/ports.ts';
import { doorsOf } from './fakes.ts';
import { aLoop, aRelease, FILE, keepsOf, KEY, manifest, type Released, toTheEnd } from './world.ts';

const ISSUE = 500;

async function say(world: Released, body: string, author = 'ada', loop: Loop = aLoop(world)): Promise<string> {
  const comment = world.repository.say(ISSUE, author, body);
  const spoken: Spoken = { ...comment, commentId: comment.id, isBot: false };
  world.clock.turn(1000);
  await hear(doorsOf(world), loop, spoken);
  await loop.flush();
  return world.repository.said.filter((each) => each.author === 'lastgood[bot]').at(-1)?.body ?? '';
}
const ledger = async (world: Released) => parseLedger(await world.repository.ledger());
const kinds = async (world: Released) => (await ledger(world)).map(({ kind }) => kind);

/** Somebody's pull request whose trial merge is this tree. */
function proposal(world: Released, files: Record<string, string>, more: Partial<OpenPull> = {}): OpenPull {
  const before = world.repository.commits.length;
  const merged = world.repository.release('trial', files);
  // The trial merge is no commit of the default branch.
  const [trial] = world.repository.commits.splice(before, 1);
  assert.ok(trial);
  world.repository.trials.push(trial);
  return {
    number: 700,
    head: 'f'.repeat(40),
    branch: 'release/next',
    author: 'bob',
    fork: false,
    merged,
    paths: Object.keys(files),
    allPaths: true,
    ...more,
  };
}

async function check(world: Released, pull: OpenPull) {
  world.repository.others = [pull];
  await keepsOf(world);
  const said = world.repository.published.at(-1);
  assert.ok(said);
  return said;
}

async function rolledBack(): Promise<Released> {
  const world = aRelease({});
  const loop = aLoop(world);
  await say(world, '/rollback web production checkout is broken', 'ada', loop);
  await toTheEnd(world, loop, null);
  return world;
}

test('a hold stands in the ledger before it is confirmed, and /resume lifts it', async () => {
  const world = aRelease({});
  assert.match(
    await say(world, '/hold web production load test'),
    /Automatic rollbacks are stopped for web in production/,
  );
  const [line] = await ledger(world);
  assert.deepEqual([line?.kind, line?.actor, line?.because], ['held', 'ada', 'load test']);
  assert.match(await say(world, '/rollback status'), /Automatic rollbacks stopped for web in production by ada/);
  assert.match(await say(world, '/resume web production'), /allowed again/);
  assert.doesNotMatch(await say(world, '/rollback status'), /stopped/);
  assert.equal(world.repository.pulls.length, 0, 'an order rolls nothing back');
});

test('what cannot be lifted is refused with the words that lift it', async () => {
  const world = aRelease({});
  assert.match(await say(world, '/resume'), /Not done.*no hold stands/);
  await say(world, '/hold');
  assert.match(await say(world, '/resume web production'), /Not done[\s\S]*\/resume/);
  assert.deepEqual(await kinds(world), ['held']);
});

test('who owns one service may stop that one, and nobody without write access may stop all of them', async () => {
  const world = aRelease({ owners: ['carl'] });
  assert.match(await say(world, '/freeze web production', 'carl'), /Changes are stopped/);
  assert.match(await say(world, '/freeze', 'carl'), /Not done/);
  assert.match(await say(world, '/hold production', 'carl'), /Not done/);
  assert.match(await say(world, '/freeze', 'eve'), /Not done/);
  assert.deepEqual(await kinds(world), ['frozen', 'refused', 'refused', 'refused']);
});

test('a change inside a freeze fails its check until it is lifted; a change outside passes; a rollback passes', async () => {
  const world = aRelease({});
  await say(world, '/freeze web production until 2h sale');
  const pull = proposal(world, { [FILE]: manifest('1.4.3') });
  const frozen = await check(world, pull);
  assert.deepEqual([frozen.name, frozen.conclusion, frozen.sha], ['lastgood/release', 'failure', pull.head]);
  assert.match(frozen.summary, /stopped for web in production by ada since .* until .*\(sale\)[\s\S]*\/unfreeze/);
  assert.equal((await check(world, proposal(world, { 'README.md': 'y' }))).conclusion, 'success');
  assert.equal((await check(world, { ...pull, paths: ['README.md'], allPaths: false })).conclusion, 'failure');
  const ours = { ...pull, author: 'lastgood[bot]', branch: 'rollback/production/web/bad0000' };
  assert.equal((await check(world, ours)).conclusion, 'success');
  const others = [{ author: 'bob' }, { author: 'lastgood' }, { fork: true }];
  for (const more of others)
    assert.equal(
      (await check(world, { ...ours, ...more })).conclusion,
      'failure',
      `a name of a branch is no permission: ${JSON.stringify(more)}`,
    );
  world.clock.turn(2 * 3_600_000);
  assert.equal((await check(world, pull)).conclusion, 'success');
});

test('a pull request that sets a version again that was rolled back fails, with its story; another version passes', async () => {
  const world = await rolledBack();
  const again = await check(world, proposal(world, { [FILE]: manifest('1.4.2') }));
  assert.equal(again.conclusion, 'failure');
  assert.match(again.title, /web in production may not set ghcr.io\/acme\/web:1.4.2 again/);
  assert.match(
    again.summary,
    /checkout is broken[\s\S]*replaced by `ghcr.io\/acme\/web:1\.4\.1`[\s\S]*\/release web production/,
  );
  assert.equal((await check(world, proposal(world, { [FILE]: manifest('1.4.3') }))).conclusion, 'success');
  const { merged, ...late } = proposal(world, { [FILE]: manifest('1.4.2') });
  assert.equal(
    (await check(world, { ...late, head: merged ?? '', merged: null })).conclusion,
    'failure',
    'no trial merge',
  );
});

test('/release allows it again, once, and says what', async () => {
  const world = await rolledBack();
  const pull = proposal(world, { [FILE]: manifest('1.4.2') });
  assert.match(await say(world, '/release web production fixed upstream'), /Allowed again[\s\S]*web:1\.4\.2/);
  assert.equal((await check(world, pull)).conclusion, 'success');
  assert.match(await say(world, '/release web production'), /Not done.*nothing of web in production is quarantined/);
  assert.equal((await kinds(world)).filter((kind) => kind === 'released').length, 1);
});

test('the gate of the revert lifts nothing; that of a newer version does', async () => {
  const world = await rolledBack();
  const pull = proposal(world, { [FILE]: manifest('1.4.2') });
  world.clock.turn(60_000);
  await gatePassed(world, world.repository.head());
  assert.equal((await check(world, pull)).conclusion, 'failure');
  world.clock.turn(60_000);
  await gatePassed(world, world.repository.release('Release web 1.4.3', { [FILE]: manifest('1.4.3') }));
  assert.equal((await check(world, pull)).conclusion, 'success');
  assert.match(await say(world, '/release web production'), /Not done.*nothing of web in production is quarantined/);
});

async function gatePassed(world: Released, revision: string): Promise<void> {
  const { recorder } = aLoop(world);
  const at = new Date(world.clock.now()).toISOString();
  const { service, environment } = KEY;
  recorder.add([
    {
      ...{ at, kind: 'gate-passed', id: `gate/${revision}`, service, environment, revision, incident: null },
      ...{ actor: 'gate', because: 'harm excluded', details: {} },
    },
  ]);
  await recorder.flush();
}

test('a quarantine that cannot be read forbids instead of allowing', async () => {
  const world = await rolledBack();
  const path = '.lastgood/quarantine/production/web.yml';
  world.repository.release('Break it', { [path]: 'quarantined: 7' });
  const said = await check(world, proposal(world, { [FILE]: manifest('1.4.3') }));
  assert.equal(said.conclusion, 'failure');
  assert.match(said.summary, /\.lastgood\/quarantine\/production\/web\.yml/);
});

test('the head of a merge group is judged as a whole, and a direct push that sets it again is found on the head', async () => {
  const world = await rolledBack();
  const group = proposal(world, { [FILE]: manifest('1.4.2') }).merged ?? '';
  const overview = await world.repository.overview();
  await checkGroup(doorsOf(world), overview, playbookOf(overview), group);
  assert.deepEqual(
    world.repository.published.map(({ sha, conclusion }) => [sha, conclusion]),
    [[group, 'failure']],
  );
  const rulesNow = async () => {
    const { head, ...now } = await world.repository.overview();
    return readRules(doorsOf(world), playbookOf({ head, ...now }), head);
  };
  assert.deepEqual(await setOnHead(doorsOf(world), await rulesNow()), []);
  world.repository.release('Again', { [FILE]: manifest('1.4.2') });
  const [found] = await setOnHead(doorsOf(world), await rulesNow());
  assert.deepEqual(
    found?.found.map(({ value }) => value),
    ['ghcr.io/acme/web:1.4.2'],
  );
});

test('/false-alarm records the incident and labels its pull request', async () => {
  const world = await rolledBack();
  assert.match(await say(world, '/false-alarm web production it was the database'), /Recorded as a false alarm/);
  assert.ok(world.repository.pulls[0]?.labels.includes('lastgood-false-alarm'));
  const line = (await ledger(world)).at(-1);
  assert.deepEqual([line?.kind, line?.because], ['false-alarm', 'it was the database']);
  assert.notEqual(line?.incident, null);
  assert.match(await say(aRelease({}), '/false-alarm web production'), /Not done.*no rollback/);
});

test('/whatran names the commit, its versions with their file and key, and what the ledger knows', async () => {
  const world = await rolledBack();
  const before = new Date(world.clock.now() - 86_400_000).toISOString();
  assert.match(
    await say(world, `/whatran web production ${world.bad.slice(0, 8)}`),
    /ghcr.io\/acme\/web:1\.4\.2.*apps\/web\/deployment\.yaml .*containers[\s\S]*`requested`/,
  );
  assert.match(await say(world, `/whatran web production ${new Date(world.clock.now()).toISOString()}`), /web:1\.4\.1/);
  assert.match(await say(world, `/whatran web production ${before}`), /Not done/);
  assert.match(await say(world, '/whatran web production yesterday'), /Not done[\s\S]*\/whatran web production 2026/);
});

test('/rollback cancel closes what is not merged, and refuses what is', async () => {
  const world = aRelease({});
  world.repository.mergeState = 'blocked';
  world.repository.rules = ['required_status_checks'];
  const loop = aLoop(world);
  await say(world, '/rollback web production', 'ada', loop);
  assert.equal(world.repository.pulls[0]?.state, 'open');
  await say(world, '/rollback cancel web production', 'ada', loop);
  assert.equal(world.repository.pulls[0].state, 'closed');
  assert.match(await say(world, '/rollback cancel web production', 'ada', loop), /Not done.*no rollback/);
});

test('an order is confirmed only once the ledger has it', async () => {
  const world = aRelease({});
  const loop = aLoop(world);
  world.repository.failOn('writeLedger', new Error('GitHub is away'));
  await assert.rejects(say(world, '/hold', 'ada', loop));
  assert.deepEqual(await kinds(world), []);
  assert.equal(
    world.repository.said.some(({ author }) => author === 'lastgood[bot]'),
    false,
  );
});

test('a rollback that is merged is not cancelled', async () => {
  const world = aRelease({});
  const loop = aLoop(world);
  await say(world, '/rollback web production', 'ada', loop);
  assert.equal(world.repository.pulls[0]?.state, 'merged');
  assert.match(
    await say(world, '/rollback cancel web production', 'ada', loop),
    /Not done.*is merged already.*forward/,
  );
});

test('an order whose answer was lost after it stood in the ledger is answered as what it did, and stands there once', async () => {
  const world = await rolledBack();
  await say(world, '/freeze web production');
  for (const [order, answer] of [
    ['/unfreeze web production', /^\*\*Changes are let through again/],
    ['/release web production', /^\*\*Allowed again\*\*/],
  ] as const) {
    const comment = world.repository.say(ISSUE, 'ada', order);
    const spoken: Spoken = { ...comment, commentId: comment.id, isBot: false };
    world.repository.failOn('comment', new RollbackError('github-unavailable', 'GitHub answered 502'), 1);
    await assert.rejects(hear(doorsOf(world), aLoop(world), spoken));
    await hear(doorsOf(world), aLoop(world), spoken);
    assert.match(world.repository.said.at(-1)?.body ?? '', answer);
    assert.equal((await ledger(world)).filter(({ id }) => id.startsWith(`comment/${comment.id}/`)).length, 1);
  }
});
