import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, verify } from '../../src/ledger/chain.ts';
import { RollbackError } from '../../src/errors.ts';
import { parseBlock } from '../../src/report/memory.ts';
import { parseTimeline } from '../../src/report/timeline.ts';
import { aCommandCause } from './builders.ts';
import { doorsOf, mortalDoors, type Outside, sha256 } from './fakes.ts';
import { aLoop, anAsk, aRelease, FILE, KEY, manifest, steps, toTheEnd } from './world.ts';

const kinds = (world: Outside) => parse(world.repository.ledgerText).map(({ kind }) => kind);
const timelines = (world: Outside) => world.repository.said.filter(({ body }) => parseTimeline(body) !== null);
const unavailable = () => new RollbackError('github-unavailable', 'GitHub answered 502');

test('a failed gate is rolled back, merged, applied, proven and recorded, with one comment', async () => {
  const world = aRelease();
  const looks = await toTheEnd(world, aLoop(world), anAsk(world));
  assert.deepEqual(steps(looks), ['wait health', 'finish recovered']);
  const [pull, ...others] = world.repository.pulls;
  assert.ok(pull);
  assert.deepEqual(others, []);
  assert.equal(pull.branch, `rollback/production/web/${world.bad.slice(0, 7)}`);
  assert.deepEqual([pull.state, pull.labels], ['merged', ['lastgood: recovered']]);
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  assert.deepEqual(kinds(world), ['requested', 'opened', 'merged', 'applied', 'recovered']);
  assert.deepEqual(verify(world.repository.ledgerText, sha256).ok, true);
  const [comment, ...more] = timelines(world);
  assert.deepEqual(more, []);
  assert.equal(comment?.issue, pull.number);
  assert.match(comment.body, /^\*\*Recovered\*\*/);
});

test('the pull request remembers the incident, so that a loop without any memory goes on', async () => {
  const world = aRelease();
  await aLoop(world).reconcile(KEY, anAsk(world));
  const looks = await toTheEnd(world, aLoop(world), null);
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.equal(parseBlock(world.repository.pulls[0]?.body)?.incident.bad, world.bad);
});

test('the comment is edited when something changes, not at every look', async () => {
  const world = aRelease({ rollback: { approval: 'auto' }, verify: { 'healthy-for': '5m', within: '20m' } });
  const looks = await toTheEnd(world, aLoop(world), anAsk(world));
  assert.ok(looks.length > 50);
  assert.ok(world.repository.edits.length <= 8, `${world.repository.edits.length} edits for ${looks.length} looks`);
});

const QUICK = { rollback: { approval: 'auto' }, verify: { 'healthy-for': '5s', poll: '10s' } };

/** The release adds a column that must go again before the older version runs. */
function withMigration(rollback: Record<string, unknown>) {
  const world = aRelease({ rollback: { approval: 'auto', ...rollback } });
  const bad = world.repository.release('Release web 1.4.3', {
    [FILE]: manifest('1.4.3'),
    'apps/web/db/V7__code.sql': 'ALTER TABLE orders ADD COLUMN code text NOT NULL;',
    'apps/web/db/U7__code.sql': 'ALTER TABLE orders DROP COLUMN code;',
  });
  return { ...world, bad };
}

test("the merge waits for the word of the team's job on the database, however often it is looked at", async () => {
  const world = withMigration({ migrations: 'job', 'migration-job': { kind: 'github-workflow', name: 'down.yml' } });
  const loop = aLoop(world);
  for (const ask of [anAsk(world), null]) {
    const settled = await loop.reconcile(KEY, ask);
    assert.ok(settled.kind === 'looked' && settled.step.kind === 'wait');
    assert.equal(settled.step.for, 'migration');
  }
  const [pull] = world.repository.pulls;
  assert.equal(pull?.state, 'open');
  world.repository.jobVerdicts.set(`${pull.head} lastgood/migration`, { state: 'success', says: 'schema 6' });
  assert.equal(steps(await toTheEnd(world, loop, null)).at(-1), 'finish recovered');
  assert.equal(world.repository.pulls[0]?.state, 'merged');
});

test('a revert that the database leaves to a person says so in its comment, with the reason', async () => {
  const world = withMigration({});
  const settled = await aLoop(world).reconcile(KEY, anAsk(world));
  assert.ok(settled.kind === 'looked' && settled.step.kind === 'wait');
  assert.equal(settled.step.for, 'approval');
  assert.match(
    settled.step.because,
    /is left to a person: the release brought a database change .*V7__code\.sql: column orders\.code is NOT NULL/,
  );
  assert.match(timelines(world)[0]?.body ?? '', /Waiting: .*database change/);
});

for (const when of ['before', 'after'] as const) {
  test(`killed ${when} any of its calls, the next process ends with one pull request, one comment and a whole ledger`, async () => {
    const counting = aRelease(QUICK, { remembers: true });
    const doors = mortalDoors(counting, Infinity, when);
    await toTheEnd(counting, aLoop(counting, doors), anAsk(counting));
    const total = doors.calls();
    assert.ok(total > 30);
    for (let n = 1; n <= total; n += 1) {
      const world = aRelease(QUICK, { remembers: true });
      const ask = anAsk(world);
      const first = aLoop(world, mortalDoors(world, n, when));
      await toTheEnd(world, first, ask).catch(() => undefined);
      // The gate is still there for the sweep to find, so the same ask comes again.
      const looks = await toTheEnd(world, aLoop(world), ask);
      const pull = world.repository.pulls[0];
      const note = `killed ${when} call ${n}: ${steps(looks).join(', ')}`;
      assert.equal(world.repository.pulls.length, 1, note);
      assert.deepEqual(pull?.labels, ['lastgood: recovered'], note);
      assert.deepEqual(kinds(world), ['requested', 'opened', 'merged', 'applied', 'recovered'], note);
      assert.equal(verify(world.repository.ledgerText, sha256).ok, true, note);
      assert.equal(timelines(world).length, 1, note);
      assert.match(timelines(world)[0]?.body ?? '', /^\*\*Recovered\*\*/, note);
      assert.deepEqual(world.repository.issues, [], note);
    }
  });
}

test('a gate that is found again after the recovery changes nothing', async () => {
  const world = aRelease();
  const ask = anAsk(world);
  await toTheEnd(world, aLoop(world), ask);
  const facts = ({ repository: { pulls, ledgerText, said } }: Outside) => structuredClone({ pulls, ledgerText, said });
  const before = facts(world);
  world.clock.turn(3_600_000);
  const [look] = await toTheEnd(world, aLoop(world), ask);
  assert.equal(look?.kind, 'idle');
  assert.match(look.because, /recovered/);
  assert.deepEqual(facts(world), before);
});

test('a rollback that a person closed stays closed when the gate is found again', async () => {
  const world = aRelease({});
  const ask = anAsk(world);
  const loop = aLoop(world);
  await loop.reconcile(KEY, ask);
  world.repository.change(world.repository.pulls[0]?.number ?? 0, { state: 'closed' });
  assert.deepEqual(steps(await toTheEnd(world, loop, null)), ['finish cancelled']);
  const said = structuredClone(world.repository.said);
  const [look] = await toTheEnd(world, aLoop(world), ask);
  assert.equal(look?.kind, 'idle');
  assert.deepEqual(world.repository.said, said);
  assert.equal(world.repository.pulls.length, 1);
});

test('a foreign commit calls a person once; when they merge it, the recovery is still proven', async () => {
  const world = aRelease({ mention: ['@acme/oncall'], rollback: { approval: 'auto' } });
  world.repository.mergeState = 'dirty';
  const loop = aLoop(world);
  const first = await loop.reconcile(KEY, anAsk(world));
  assert.deepEqual(steps([first]), ['escalate merge-conflict']);
  world.clock.turn(60_000);
  const second = await loop.reconcile(KEY, null);
  assert.deepEqual(steps([second]), ['wait person']);
  await loop.flush();
  assert.match(
    timelines(world)[0]?.body ?? '',
    /^\*\*Needs you\*\*[\s\S]*acme\/oncall[\s\S]*by hand/,
    'the call still stands',
  );
  const number = world.repository.pulls[0]?.number ?? 0;
  world.repository.change(number, { ours: false, mergeState: 'clean' });
  world.repository.mergeByHand(number, 'ada');
  const looks = await toTheEnd(world, aLoop(world), null);
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.match(timelines(world)[0]?.body ?? '', /^\*\*Recovered\*\*/);
});

test('what GitHub was told to merge by itself is taken back before a person is called for a foreign commit', async () => {
  const world = aRelease({ rollback: { approval: 'auto' } });
  const { repository } = world;
  repository.rules = ['required_status_checks'];
  repository.mergeState = 'blocked';
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  const { number } = repository.pulls[0] ?? { number: 0 };
  assert.equal(repository.pulls[0]?.autoMerge, 'ours');
  repository.change(number, { ours: false });
  assert.deepEqual(steps([await loop.reconcile(KEY, null)]), ['escalate foreign-commit']);
  assert.equal(repository.pulls[0].autoMerge, 'off');
  repository.change(number, { autoMerge: 'theirs' });
  world.clock.turn(60_000);
  assert.deepEqual(steps([await loop.reconcile(KEY, null)]), ['wait person']);
  assert.equal(repository.pulls[0].autoMerge, 'theirs', 'whoever has read it may let GitHub merge it');
});

test('a bypass stands in the pull request before it is used, and is not used where it cannot be said', async () => {
  const world = aRelease({ rollback: { approval: 'auto', bypass: true, 'merge-within': '1m' } });
  const { repository } = world;
  repository.rules = ['pull_request'];
  repository.mergeState = 'blocked';
  repository.holding = { blockers: [], bypass: ["ruleset 'main'"] };
  const said: string[] = [];
  const doors = doorsOf(world, (_, method) => {
    if (method === 'mergePinned') said.push(repository.pulls[0]?.body ?? '');
  });
  const loop = aLoop(world, doors);
  await loop.reconcile(KEY, anAsk(world));
  world.clock.turn(120_000);
  repository.failOn('rewriteBody', unavailable(), 1);
  await assert.rejects(loop.reconcile(KEY, null));
  assert.deepEqual(said, []);
  await loop.reconcile(KEY, null);
  assert.match(said.join('|'), /^> \*\*Merged under bypass\*\* of ruleset 'main'/);
});

test('a pull request that could not be labelled is labelled at a later look, and nobody is called twice', async () => {
  const world = aRelease();
  world.repository.mergeState = 'dirty';
  world.repository.failOn('relabel', unavailable(), 1);
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  world.clock.turn(60_000);
  await loop.reconcile(KEY, null);
  await loop.flush();
  assert.equal(kinds(world).filter((kind) => kind === 'escalated').length, 1);
  assert.equal(timelines(world).length, 1);
  assert.notDeepEqual(world.repository.pulls[0]?.labels, []);
});

test('a slow or broken ledger, comment or label never stops the rollback', async () => {
  const world = aRelease();
  for (const method of ['writeLedger', 'comment', 'editComment', 'relabel'] as const)
    world.repository.failOn(method, unavailable());
  const looks = await toTheEnd(world, aLoop(world), anAsk(world));
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  assert.ok(world.log.some(({ level, message }) => level === 'warn' && /ledger/.test(message)));
});

test('a recovery is labelled only once its comment says so: after the label nobody would say it', async () => {
  const world = aRelease();
  const { repository } = world;
  const loop = aLoop(world);
  let settled = await loop.reconcile(KEY, anAsk(world));
  await loop.flush();
  for (let i = 0; i < 50 && !(settled.kind === 'looked' && settled.step.kind === 'finish'); i += 1) {
    world.clock.turn(settled.again ?? 0);
    repository.failOn('editComment', unavailable(), 1);
    settled = await loop.reconcile(KEY, null);
    await loop.flush();
  }
  assert.ok(settled.again !== null && !repository.pulls[0]?.labels.includes('lastgood: recovered'));
  world.clock.turn(settled.again);
  settled = await loop.reconcile(KEY, null);
  assert.equal(settled.again, null);
  assert.ok(repository.pulls[0]?.labels.includes('lastgood: recovered') === true);
  assert.match(timelines(world)[0]?.body ?? '', /Recovered/);
});

// Where many have something to say, each of them is told to wait a moment, again and again.
for (const waitMs of [57_000, 1_200])
  test(`the end keeps for as long as GitHub wants to hear no words, ${waitMs} ms at a time, and is not decided a second time`, async () => {
    const world = aRelease({ rollback: { approval: 'auto' }, verify: { within: '5m' } });
    const { repository, clock } = world;
    const loop = aLoop(world);
    let settled = await loop.reconcile(KEY, anAsk(world));
    const isOver = (): boolean => settled.kind === 'looked' && settled.step.kind === 'finish';
    const later = new RollbackError('github-unavailable', 'Not sent: 50 writes in 1 min', { retryAfterMs: waitMs });
    for (let i = 0; i < 50 && !isOver(); i += 1) {
      clock.turn(settled.again ?? 0);
      repository.failOn('editComment', later, 20);
      settled = await loop.reconcile(KEY, null);
    }
    // Past every deadline, and with errors of another cause: what was proven stays proven.
    world.source.rate = 0.2;
    for (let i = 0; i < 8; i += 1) {
      assert.deepEqual([isOver(), settled.again], [true, waitMs]);
      clock.turn(waitMs);
      settled = await loop.reconcile(KEY, null);
    }
    const labels = () => repository.pulls.flatMap((pull) => pull.labels);
    assert.deepEqual(labels(), ['lastgood: active'], 'nobody looks at a labelled rollback again');
    repository.heal();
    clock.turn(waitMs);
    assert.equal((await loop.reconcile(KEY, null)).again, null);
    assert.deepEqual(labels(), ['lastgood: recovered']);
    assert.match(timelines(world)[0]?.body ?? '', /^\*\*Recovered\*\*/);
    assert.equal(kinds(world).filter((kind) => kind === 'recovered').length, 1);
  });

test('a pull request that a person reopens while its end is still owed goes on', async () => {
  const world = aRelease({ rollback: { approval: 'human' } });
  const { repository } = world;
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  const number = repository.pulls[0]?.number ?? 0;
  repository.failOn('editComment', unavailable(), 1);
  repository.change(number, { state: 'closed' });
  assert.deepEqual(steps([await loop.reconcile(KEY, null)]), ['finish cancelled']);
  repository.change(number, { state: 'open' });
  assert.notDeepEqual(steps([await loop.reconcile(KEY, null)]), ['finish cancelled']);
});

/** Pushed, and too old for a machine: a person is called on an issue of its own. */
async function calledOnAnIssue() {
  const world = aRelease({ rollback: { approval: 'auto', 'max-age': '1h' } });
  const bad = world.repository.release('Release web 1.4.3', { [FILE]: manifest('1.4.3') }, 'pushed');
  world.clock.turn(7_200_000);
  const ask = anAsk(world, { bad });
  assert.deepEqual(steps(await toTheEnd(world, aLoop(world), ask)), ['escalate too-old']);
  const [called] = world.repository.issues;
  assert.ok(called);
  return { world, called, byHand: anAsk(world, { bad, cause: aCommandCause({ issue: 0 }) }) };
}

test('whoever was called on an issue reads on there, whichever process goes on, and it is closed at the end', async () => {
  const { world, called, byHand } = await calledOnAnIssue();
  const { repository } = world;
  const [one, other] = [aLoop(world), aLoop(world)];
  await one.reconcile(KEY, byHand);
  await one.flush();
  repository.failOn('closeIssue', unavailable(), 1);
  assert.equal(steps(await toTheEnd(world, other, null)).at(-1), 'finish recovered');
  assert.deepEqual(
    timelines(world).map(({ page }) => page),
    [{ kind: 'issue', number: called.number }],
  );
  assert.match(timelines(world)[0]?.body ?? '', /^\*\*Recovered\*\*/);
  assert.deepEqual(repository.issues, []);
});

test('another page of ours on which somebody asked stays open: others still read there', async () => {
  const world = aRelease();
  const { repository } = world;
  repository.release('Release web 1.4.3', { [FILE]: manifest('1.4.3') });
  const issue = await repository.openIssue('Rollback of api in production needs you', 'Something else');
  const ask = anAsk(world, { cause: aCommandCause({ issue }) });
  const [called] = await toTheEnd(world, aLoop(world), ask);
  assert.ok(called?.kind === 'looked' && called.seen.stage.kind === 'planning');
  const { planned } = called.seen.stage;
  assert.ok(planned.kind === 'conflict' && planned.instead);
  const looks = await toTheEnd(world, aLoop(world), { ...ask, accept: planned.instead.hash });
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.deepEqual(
    repository.issues.map(({ number }) => number),
    [issue],
  );
});

test('where no issue can be opened, the call stands in the ledger, from which everybody else is told', async () => {
  const world = aRelease({ rollback: { approval: 'auto', 'max-age': '1h' } });
  const bad = world.repository.release('Release web 1.4.3', { [FILE]: manifest('1.4.3') }, 'pushed');
  world.clock.turn(7_200_000);
  world.repository.failOn('openIssue', new RollbackError('github-forbidden', 'Issues are disabled for this repo'));
  assert.deepEqual(steps(await toTheEnd(world, aLoop(world), anAsk(world, { bad }))), ['escalate too-old']);
  assert.deepEqual(kinds(world), ['escalated']);
});

test('an issue that cannot be closed keeps no rollback open', async () => {
  const { world, byHand } = await calledOnAnIssue();
  world.repository.failOn('closeIssue', new RollbackError('github-forbidden', 'GitHub answered 403'));
  const looks = await toTheEnd(world, aLoop(world), byHand);
  assert.deepEqual(
    looks.map((look) => steps([look])[0]).filter((word) => word?.startsWith('finish')),
    ['finish recovered'],
  );
  assert.deepEqual(world.repository.pulls[0]?.labels, ['lastgood: recovered']);
});

test('who asks is asked to come back until a person was really called', async () => {
  const world = aRelease({ rollback: { approval: 'auto', 'max-age': '1h' } });
  const { repository, clock } = world;
  clock.turn(7_200_000);
  const later = new RollbackError('github-unavailable', 'Not sent: 50 writes in 1 min', { retryAfterMs: 57_000 });
  repository.failOn('comment', later, 1);
  const loop = aLoop(world);
  const ask = anAsk(world);
  await assert.rejects(loop.reconcile(KEY, ask), { code: 'github-unavailable', retryAfterMs: 57_000 });
  assert.deepEqual(steps([await loop.reconcile(KEY, ask)]), ['escalate too-old']);
  assert.match(timelines(world)[0]?.body ?? '', /^\*\*Needs you\*\*/);
});

test('a recovery is labelled only once it stands in the ledger: a labelled rollback is not looked at again', async () => {
  const world = aRelease();
  const { repository } = world;
  const loop = aLoop(world);
  // Nothing can be written down for a while; whoever is killed then must leave a rollback that the sweep still finds.
  repository.failOn('writeLedger', unavailable());
  let settled = await loop.reconcile(KEY, anAsk(world));
  for (let i = 0; i < 50 && !(settled.kind === 'looked' && settled.step.kind === 'finish'); i += 1) {
    world.clock.turn(settled.again ?? 0);
    settled = await loop.reconcile(KEY, null);
  }
  assert.ok(settled.again !== null);
  assert.ok(!repository.pulls[0]?.labels.includes('lastgood: recovered'));
});

test('errors that persist after the merge are escalated at the deadline, never green', async () => {
  const world = aRelease({ rollback: { approval: 'auto' }, verify: { within: '5m' }, mention: ['@acme/oncall'] });
  world.source.rate = 0.2;
  const looks = await toTheEnd(world, aLoop(world), anAsk(world));
  assert.equal(steps(looks).at(-1), 'escalate not-recovered');
  assert.deepEqual(world.repository.pulls[0]?.labels, ['lastgood: escalated']);
  assert.deepEqual(kinds(world).at(-1), 'escalated');
  assert.match(timelines(world)[0]?.body ?? '', /^\*\*Needs you\*\*/);
});

for (const remembers of [false, true]) {
  test(`errors that end some time after the merge are still proven gone (a source that ${remembers ? 'remembers' : 'forgets'})`, async () => {
    const world = aRelease({ rollback: { approval: 'auto' }, verify: { within: '15m' } }, { remembers });
    world.source.rate = 0.2;
    const loop = aLoop(world);
    let look = await loop.reconcile(KEY, anAsk(world));
    const began = world.clock.now();
    while (look.again !== null) {
      world.clock.turn(look.again);
      if (world.clock.now() - began > 90_000 && world.source.rate > 0.1) {
        world.source.count();
        world.source.rate = 0.001;
      }
      look = await loop.reconcile(KEY, null);
    }
    assert.deepEqual(steps([look]), ['finish recovered']);
    assert.ok(world.clock.now() - began < 600_000, `took ${(world.clock.now() - began) / 1000} s`);
  });
}

test('a service without metrics is never recovered', async () => {
  const world = aRelease({ rollback: { approval: 'auto' }, verify: { within: '3m' } });
  world.source.silent = true;
  const looks = await toTheEnd(world, aLoop(world), anAsk(world));
  assert.equal(steps(looks).at(-1), 'escalate not-recovered');
});

test('a pushed release without a last good opens one issue, however often it is found again', async () => {
  const world = aRelease();
  const { repository } = world;
  repository.commits.length = 0;
  const bad = repository.release('First release', { [FILE]: manifest('1.0.0') }, 'pushed');
  const loop = aLoop(world);
  const ask = anAsk(world, { bad });
  assert.deepEqual(steps(await toTheEnd(world, loop, ask)), ['escalate no-last-good']);
  await toTheEnd(world, loop, ask);
  await toTheEnd(world, aLoop(world), ask);
  assert.equal(repository.issues.length, 1);
  assert.deepEqual(kinds(world), ['escalated']);
});

test('a ledger that cannot be written does not open an issue at every look', async () => {
  const world = aRelease();
  const { repository } = world;
  repository.commits.length = 0;
  const bad = repository.release('First release', { [FILE]: manifest('1.0.0') }, 'pushed');
  repository.failOn('writeLedger', unavailable());
  const loop = aLoop(world);
  for (let i = 0; i < 5; i += 1) await toTheEnd(world, loop, anAsk(world, { bad }));
  assert.equal(repository.issues.length, 1);
});

test('a person who could not be called is called again, although the ledger was quicker', async () => {
  const world = aRelease();
  const { repository } = world;
  repository.commits.length = 0;
  const bad = repository.release('First release', { [FILE]: manifest('1.0.0') }, 'pushed');
  repository.failOn('openIssue', unavailable(), 1);
  const loop = aLoop(world);
  await assert.rejects(loop.reconcile(KEY, anAsk(world, { bad })), { code: 'github-unavailable' });
  await loop.flush();
  await toTheEnd(world, loop, anAsk(world, { bad }));
  assert.equal(repository.issues.length, 1);
});

test('two processes that hear the same alert open one pull request and keep one comment', async () => {
  const world = aRelease();
  const [one, two] = [aLoop(world), aLoop(world)];
  await Promise.all([one.reconcile(KEY, anAsk(world)), two.reconcile(KEY, anAsk(world))]);
  await Promise.all([one.flush(), two.flush()]);
  const looks = await toTheEnd(world, one, null);
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.equal(world.repository.pulls.length, 1);
  assert.equal(timelines(world).length, 1);
});

test('GitHub that refuses to merge is asked again at the next look, and its words are followed', async () => {
  const world = aRelease();
  const { repository } = world;
  repository.autoMergeAllowed = false;
  repository.refusal = { kind: 'refused', reason: 'blocked', message: 'Required status check "ci" is expected.' };
  const loop = aLoop(world);
  assert.deepEqual(steps([await loop.reconcile(KEY, anAsk(world))]), ['wait checks']);
  repository.refusal = null;
  assert.equal(steps(await toTheEnd(world, loop, null)).at(-1), 'finish recovered');
});

test('auto-merge that is refused because nothing is left to wait for becomes a direct merge', async () => {
  const world = aRelease();
  const { repository } = world;
  repository.rules = ['required_status_checks'];
  repository.mergeState = 'blocked';
  repository.refusal = { kind: 'refused', reason: 'clean', message: 'Pull request is in clean status' };
  const doors = doorsOf(world, (_, method) => {
    if (method === 'mergePinned') repository.refusal = null;
  });
  assert.deepEqual(steps([await aLoop(world, doors).reconcile(KEY, anAsk(world))]), ['wait health']);
  assert.equal(repository.pulls[0]?.state, 'merged');
});

test('auto-merge that the repository does not allow is not asked for again in the same look', async () => {
  const world = aRelease();
  world.repository.rules = ['required_status_checks'];
  world.repository.mergeState = 'blocked';
  world.repository.refusal = {
    kind: 'refused',
    reason: 'not-allowed',
    message: 'Auto merge is not allowed for this repository',
  };
  let armed = 0;
  const doors = doorsOf(world, (_, method) => {
    if (method === 'armAutoMerge') armed += 1;
  });
  assert.deepEqual(steps([await aLoop(world, doors).reconcile(KEY, anAsk(world))]), ['wait checks']);
  assert.equal(armed, 1);
});

test('a revert that another replica merges while this one calls it empty is followed to its proof', async () => {
  const world = aRelease();
  const { repository } = world;
  repository.rules = ['required_status_checks'];
  repository.mergeState = 'blocked';
  const doors = doorsOf(world, (_, method) => {
    const pull = repository.pulls[0];
    if (method === 'closePull' && pull) repository.mergeByHand(pull.number, 'lastgood[bot]');
  });
  const loop = aLoop(world, doors);
  assert.deepEqual(steps([await loop.reconcile(KEY, anAsk(world))]), ['wait checks']);
  repository.change(repository.pulls[0]?.number ?? 0, { empty: true });
  assert.equal(steps(await toTheEnd(world, loop, null)).at(-1), 'finish recovered');
  assert.ok(!kinds(world).includes('cancelled'), kinds(world).join(', '));
});

test('a step that never changes anything is given up with a reason, not repeated for ever', async () => {
  const world = aRelease();
  world.repository.refusal = { kind: 'refused', reason: 'moved', message: 'Base branch was modified' };
  await assert.rejects(aLoop(world).reconcile(KEY, anAsk(world)), { code: 'github-conflict', message: /12 steps/ });
});

test('a branch that is behind is brought up to date and merged', async () => {
  const world = aRelease();
  world.repository.mergeState = 'behind';
  const looks = await toTheEnd(world, aLoop(world), anAsk(world));
  assert.equal(steps(looks).at(-1), 'finish recovered');
});

test('a hung operation of the bad commit is ended where the playbook allows it, and only that one', async () => {
  const world = aRelease({ rollback: { approval: 'auto', 'terminate-stale': true } });
  const loop = aLoop(world);
  const hung = (revision: string, retryCount: number) => {
    world.argoCd.override = (honest) => ({
      ...honest,
      operation: { phase: 'Running', revisions: [revision], message: 'x', startedAt: '', finishedAt: null, retryCount },
    });
  };
  hung(world.bad, 1);
  await assert.rejects(loop.reconcile(KEY, anAsk(world)), /12 steps/);
  assert.deepEqual([...new Set(world.argoCd.terminated)], [`web-production ${world.bad}`]);
  world.argoCd.terminated.length = 0;
  hung(world.repository.head(), 4);
  assert.deepEqual(steps([await loop.reconcile(KEY, null)]), ['wait sync']);
  assert.deepEqual(world.argoCd.terminated, []);
});

test('an accused release that has been replaced since is left alone', async () => {
  const world = aRelease();
  world.repository.release('Release web 1.4.3', { [FILE]: manifest('1.4.3') });
  world.repository.commits.splice(1, 1);
  const settled = await aLoop(world).reconcile(KEY, anAsk(world));
  assert.equal(settled.kind, 'idle');
});

test('nothing is under way and nobody asks: nothing happens', async () => {
  const world = aRelease();
  const settled = await aLoop(world).reconcile(KEY, null);
  assert.deepEqual([settled.kind, settled.again], ['idle', null]);
  assert.equal(world.repository.pulls.length, 0);
});

test('a missing or broken playbook is an error that names the file, and nothing is opened', async () => {
  const world = aRelease();
  world.repository.playbook = null;
  await assert.rejects(aLoop(world).reconcile(KEY, anAsk(world)), { code: 'playbook-missing' });
  world.repository.playbook = 'version: 2';
  await assert.rejects(aLoop(world).reconcile(KEY, anAsk(world)), {
    code: 'playbook-invalid',
    message: /lastgood\.yml/,
  });
  assert.equal(world.repository.pulls.length, 0);
});

test("a person's command is told where they asked, and its sha names the target", async () => {
  const world = aRelease({});
  const cause = aCommandCause({ issue: 2 });
  const looks = await toTheEnd(world, aLoop(world), anAsk(world, { cause, bad: null, to: world.good.slice(0, 8) }));
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.equal(timelines(world)[0]?.issue, 2);
  assert.equal(parseBlock(world.repository.pulls[0]?.body)?.good.sha, world.good);
});

test('another bad release, named while the last rollback is being proven, gets a rollback of its own', async () => {
  const world = aRelease(QUICK);
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  assert.deepEqual(
    world.repository.pulls.map((pull) => pull.state),
    ['merged'],
  );
  const worse = world.repository.release('Release web 1.6.0', { [FILE]: manifest('1.6.0') });
  await loop.reconcile(KEY, { ...anAsk(world), bad: worse });
  assert.deepEqual(
    world.repository.pulls.map((pull) => pull.branch.slice(-7)),
    [world.bad.slice(0, 7), worse.slice(0, 7)],
  );
});

test('asked again without a name while the revert is being proven, the same rollback goes on', async () => {
  const world = aRelease(QUICK);
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  const again = await loop.reconcile(KEY, { ...anAsk(world), bad: null });
  assert.equal(world.repository.pulls.length, 1);
  assert.equal(again.kind === 'looked' && again.pull?.number, world.repository.pulls[0]?.number);
  assert.deepEqual(world.repository.issues, []);
});

test('a plan that is not the confirmed one is not run in its place', async () => {
  const world = aRelease();
  const ask = anAsk(world, { cause: aCommandCause(), accept: '0123456789ab' });
  const settled = await aLoop(world).reconcile(KEY, ask);
  assert.equal(settled.kind, 'idle');
  assert.match(settled.because, /plan 0123456789ab is no longer what would happen/);
  assert.deepEqual(world.repository.pulls, []);
});

test('a pull request that a person reopens is under way again, and says so: the sweep finds it however many came later', async () => {
  const world = aRelease({});
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  const number = world.repository.pulls[0]?.number ?? 0;
  world.repository.change(number, { state: 'closed' });
  assert.deepEqual(steps([await loop.reconcile(KEY, null)]), ['finish cancelled']);
  assert.deepEqual(world.repository.pulls[0]?.labels, ['lastgood: cancelled']);
  world.repository.change(number, { state: 'open' });
  assert.deepEqual(steps([await loop.reconcile(KEY, null)]), ['wait approval']);
  await loop.flush();
  assert.deepEqual(world.repository.pulls[0].labels, ['lastgood: active']);
});

test('an alert that names the beginning of a release accuses that one, and one that names what nothing is accuses none', async () => {
  const world = aRelease();
  const newer = world.repository.release('Release web 1.4.3', { [FILE]: manifest('1.4.3') });
  const looks = await toTheEnd(world, aLoop(world), anAsk(world, { bad: newer.slice(0, 7) }));
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.equal(parseBlock(world.repository.pulls[0]?.body)?.incident.bad, newer);
  assert.deepEqual(steps(await toTheEnd(world, aLoop(world), anAsk(world, { bad: newer }))), ['idle'], 'one incident');
  assert.deepEqual(steps(await toTheEnd(world, aLoop(world), anAsk(world, { bad: 'abcdef1' }))), ['idle']);
  assert.equal(world.repository.pulls.length, 1);
});
