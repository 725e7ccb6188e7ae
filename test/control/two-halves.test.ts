/** A canary behind a route whose weights stand in Git: the traffic goes first, the version follows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hear } from '../../src/control/command.ts';
import { parse, verify } from '../../src/ledger/chain.ts';
import { parseBlock } from '../../src/report/memory.ts';
import { parseTimeline } from '../../src/report/timeline.ts';
import { aCommandCause, playbookText, type PlaybookParts } from './builders.ts';
import { anOutside, doorsOf, Killed, mortalDoors, sha256, type Outside } from './fakes.ts';
import { aLoop, anAsk, keepsOf, KEY, steps, toTheEnd, type Released } from './world.ts';

const ROUTE = 'apps/web/route.yaml';
const STABLE = 'apps/web/stable.yaml';
const CANARY = 'apps/web/canary.yaml';
const QUARANTINE = '.lastgood/quarantine/production/web.yml';

const workload = (track: string, version: string): string =>
  `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-${track}
spec:
  template:
    metadata:
      labels: { app: web, track: ${track} }
    spec:
      containers:
        - name: web
          image: ghcr.io/acme/web:${version}
`;
const route = (canary: number): string =>
  `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: web
spec:
  rules:
    - backendRefs:
        - { name: web-stable, port: 80, weight: ${100 - canary} }
        - { name: web-canary, port: 80, weight: ${canary} } # raised by hand
`;

const QUICK: PlaybookParts = { rollback: { approval: 'auto' }, verify: { 'healthy-for': '5s', poll: '10s' } };

/** 1.4.1 runs on both arms; the bad release puts 1.4.2 on the canary and gives it half of the users. */
function aCanary(parts: PlaybookParts = QUICK, options: { remembers?: boolean } = { remembers: true }): Released {
  const outside = anOutside({ playbook: playbookText(parts), ...options });
  const good = outside.repository.release('Release web 1.4.1', {
    [STABLE]: workload('stable', '1.4.1'),
    [CANARY]: workload('canary', '1.4.1'),
    [ROUTE]: route(0),
  });
  outside.clock.turn(3_600_000);
  const bad = outside.repository.release('Canary web 1.4.2', {
    [CANARY]: workload('canary', '1.4.2'),
    [ROUTE]: route(50),
  });
  outside.clock.turn(60_000);
  return { ...outside, good, bad };
}

const kinds = (world: Outside) => parse(world.repository.ledgerText).map(({ kind }) => kind);
const timelines = (world: Outside) => world.repository.said.filter(({ body }) => parseTimeline(body) !== null);
const WHOLE = ['requested', 'opened', 'merged', 'applied', 'relieved', 'opened', 'merged', 'applied', 'recovered'];

test('the traffic goes first, and the version follows in a second pull request of the same incident', async () => {
  const world = aCanary();
  const loop = aLoop(world);
  const opened = await loop.reconcile(KEY, anAsk(world));
  assert.deepEqual(steps([opened]), ['wait proof']);
  assert.equal(world.repository.file(ROUTE), route(0), 'the traffic is away');
  assert.match(world.repository.file(CANARY) ?? '', /1\.4\.2/, 'and the version still stands');
  assert.match(world.repository.file(QUARANTINE) ?? '', /web:1\.4\.2/, 'but it cannot come again');
  await toTheEnd(world, loop, null);
  const [first, second, ...others] = world.repository.pulls;
  assert.deepEqual(others, []);
  assert.deepEqual(
    [first?.branch, second?.branch],
    [`rollback/production/web/${world.bad.slice(0, 7)}`, `rollback/production/web/${world.bad.slice(0, 7)}-version`],
  );
  assert.deepEqual([first?.labels, second?.labels], [['lastgood: relieved'], ['lastgood: recovered']]);
  assert.equal(parseBlock(first?.body)?.author, 'ada', 'whose word does not count as an approval');
  assert.equal(parseBlock(first?.body)?.incident.id, parseBlock(second?.body)?.incident.id);
  assert.equal(world.repository.file(CANARY), workload('canary', '1.4.1'));
  assert.equal(world.repository.file(ROUTE), route(0));
  assert.deepEqual(kinds(world), WHOLE);
  assert.equal(timelines(world).length, 1);
  const story = timelines(world)[0];
  assert.ok(story);
  assert.equal(story.issue, first?.number, 'one comment tells both halves');
  assert.match(story.body, /^\*\*Recovered\*\*/);
  assert.match(story.body, /\| Traffic away, users well \| 2026-/);
  assert.match(first?.body ?? '', /### What follows[\s\S]*web:1\.4\.2[\s\S]*### Users are well when/);
  assert.match(second?.body ?? '', new RegExp(`#${first?.number ?? 0} moved the traffic away first`));
});

for (const when of ['before', 'after'] as const) {
  test(`killed ${when} any of its calls, also between the halves, the next process ends with both, once`, async () => {
    const counting = aCanary();
    const doors = mortalDoors(counting, Infinity, when);
    await toTheEnd(counting, aLoop(counting, doors), anAsk(counting));
    const total = doors.calls();
    assert.ok(total > 50);
    for (let n = 1; n <= total; n += 1) {
      const world = aCanary();
      const ask = anAsk(world);
      await toTheEnd(world, aLoop(world, mortalDoors(world, n, when)), ask).catch(() => undefined);
      const looks = await toTheEnd(world, aLoop(world), ask);
      // What the sweep would still find.
      if ((await world.repository.unfinishedRollbacks()).length > 0) await toTheEnd(world, aLoop(world), null);
      const note = `killed ${when} call ${n}: ${steps(looks).join(', ')}`;
      const { pulls, ledgerText, issues } = world.repository;
      assert.deepEqual(
        pulls.map(({ labels }) => labels),
        [['lastgood: relieved'], ['lastgood: recovered']],
        note,
      );
      assert.equal(world.repository.file(CANARY), workload('canary', '1.4.1'), note);
      assert.deepEqual(kinds(world).toSorted(), WHOLE.toSorted(), note);
      assert.equal(verify(ledgerText, sha256).ok, true, note);
      assert.equal(timelines(world).length, 1, note);
      assert.deepEqual(issues, [], note);
    }
  });
}

test('users are well while the canary still crashes: the traffic needs no healthy application, the version does', async () => {
  const world = aCanary();
  world.argoCd.override = (honest) => ({
    ...honest,
    health:
      world.repository.file(CANARY) === workload('canary', '1.4.2')
        ? { status: 'Degraded', since: new Date(world.clock.now()).toISOString() }
        : honest.health,
  });
  const looks = await toTheEnd(world, aLoop(world), anAsk(world));
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.deepEqual(kinds(world), WHOLE);
});

test('when moving the traffic proves nothing in time, the version goes back all the same', async () => {
  const world = aCanary({ rollback: { approval: 'auto' }, verify: { 'healthy-for': '5s', within: '2m', poll: '10s' } });
  world.source.rate = 0.2;
  const loop = aLoop(world);
  let looks = 0;
  for (let ask: ReturnType<typeof anAsk> | null = anAsk(world); world.repository.pulls.length < 2; ask = null) {
    const { again } = await loop.reconcile(KEY, ask);
    world.clock.turn(again ?? 0);
    assert.ok((looks += 1) < 100);
  }
  world.source.count();
  world.source.rate = 0.001;
  assert.equal(steps(await toTheEnd(world, loop, null)).at(-1), 'finish recovered');
  assert.deepEqual(
    kinds(world),
    WHOLE.filter((kind) => kind !== 'relieved'),
  );
});

test('users that were proven well in time stay so in the words of whoever goes on an hour later', async () => {
  const world = aCanary();
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  world.repository.failOn('open', new Killed('this process is dead'));
  await toTheEnd(world, loop, null).catch(() => undefined);
  await loop.flush();
  const relieved = parse(world.repository.ledgerText).find(({ kind }) => kind === 'relieved');
  assert.ok(relieved);
  world.repository.heal();
  world.clock.turn(3_600_000);
  await aLoop(world).reconcile(KEY, null);
  const second = parseBlock(world.repository.pulls[1]?.body);
  assert.equal(second?.half?.kind === 'version' && second.half.first.relievedAt, relieved.at);
  assert.doesNotMatch(world.repository.pulls[1]?.body ?? '', /did not prove/);
});

for (const half of ['first', 'second'] as const) {
  test(`a foreign commit on the ${half} pull request calls a person, who merges it; the way back then goes on to its end`, async () => {
    const world = aCanary();
    const { repository } = world;
    repository.rules = ['required_status_checks'];
    repository.mergeState = 'blocked';
    const loop = aLoop(world);
    await loop.reconcile(KEY, anAsk(world));
    if (half === 'second') {
      repository.mergeByHand(repository.pulls[0]?.number ?? 0, 'lastgood');
      for (let i = 0; repository.pulls.length < 2 && i < 20; i += 1) {
        world.clock.turn(10_000);
        await loop.reconcile(KEY, null);
      }
    }
    const number = repository.pulls.at(-1)?.number ?? 0;
    assert.equal(parseBlock(repository.pulls.at(-1)?.body)?.half?.kind, half === 'first' ? 'traffic' : 'version');
    repository.change(number, { ours: false, mergeState: 'clean' });
    const called = await loop.reconcile(KEY, null);
    assert.deepEqual(steps([called]), ['escalate foreign-commit']);
    assert.equal(repository.pulls.at(-1)?.state, 'open', 'nobody but a person merges what somebody else wrote');
    assert.deepEqual(steps([await loop.reconcile(KEY, null)]), ['wait person']);
    repository.rules = [];
    repository.mergeState = 'clean';
    repository.mergeByHand(number, 'ada');
    assert.equal(steps(await toTheEnd(world, loop, null)).at(-1), 'finish recovered');
    assert.deepEqual(
      repository.pulls.map(({ labels }) => labels),
      [['lastgood: relieved'], ['lastgood: recovered']],
    );
    assert.equal(repository.file(CANARY), workload('canary', '1.4.1'));
    assert.equal(parse(repository.ledgerText).filter(({ kind }) => kind === 'escalated').length, 1);
  });
}

test('a person who closes the second pull request keeps the traffic away and the version as it is', async () => {
  const world = aCanary({ verify: { 'healthy-for': '5s', poll: '10s' } });
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  world.repository.mergeByHand(world.repository.pulls[0]?.number ?? 0, 'ada');
  for (let i = 0; i < 20; i += 1) {
    world.clock.turn(10_000);
    await loop.reconcile(KEY, null);
  }
  const second = world.repository.pulls[1];
  assert.equal(second?.state, 'open', 'approval is human, so it waits like the first');
  world.repository.change(second.number, { state: 'closed' });
  assert.deepEqual(steps(await toTheEnd(world, loop, null)), ['finish cancelled']);
  assert.equal(world.repository.file(ROUTE), route(0));
  const [look] = await toTheEnd(world, aLoop(world), anAsk(world));
  assert.equal(look?.kind, 'idle', 'and the same gate found again changes nothing');
  assert.equal(world.repository.pulls.length, 2);
});

test('a later release of the same version between the halves calls a person, and the traffic stays away', async () => {
  const world = aCanary();
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  world.repository.release('Canary web 1.4.3', { [CANARY]: workload('canary', '1.4.3') });
  const looks = await toTheEnd(world, loop, null);
  assert.equal(steps(looks).at(-1), 'escalate conflict');
  assert.deepEqual(world.repository.pulls[0]?.labels, ['lastgood: escalated']);
  assert.equal(world.repository.file(ROUTE), route(0));
  assert.ok(kinds(world).includes('relieved'));
});

test('a version that cannot go back by itself keeps nobody on it: the traffic goes first, and then a person is called', async () => {
  const world = aCanary();
  world.repository.release('Canary web 1.4.3', { [CANARY]: workload('canary', '1.4.3') });
  const looks = await toTheEnd(world, aLoop(world), anAsk(world));
  assert.deepEqual(steps(looks), ['wait proof', 'escalate conflict']);
  assert.equal(world.repository.file(ROUTE), route(0), 'users are away from it');
  assert.equal(
    world.repository.file(CANARY),
    workload('canary', '1.4.3'),
    'the later version is for a person to judge',
  );
  assert.equal(world.repository.file(QUARANTINE), null);
  const [first, ...others] = world.repository.pulls;
  assert.deepEqual([others, first?.labels], [[], ['lastgood: escalated']]);
  assert.match(first?.body ?? '', /The version cannot follow by itself.*changed again.*a person is called for it/);
  assert.equal(parseBlock(first?.body)?.author, 'ada', 'whose word does not count alone');
  assert.deepEqual(kinds(world), ['requested', 'opened', 'merged', 'applied', 'relieved', 'escalated']);
  assert.match(timelines(world)[0]?.body ?? '', /^\*\*Needs you\*\*[\s\S]*users are well[\s\S]*the version stays/);
});

test('so it is when the target is a tag that moves: it still serves behind the other arm', async () => {
  const world = aCanary();
  const { repository } = world;
  repository.release('Latest on the canary', { [CANARY]: workload('canary', 'latest'), [ROUTE]: route(0) });
  const bad = repository.release('Canary web 1.4.4', { [CANARY]: workload('canary', '1.4.4'), [ROUTE]: route(30) });
  const looks = await toTheEnd(world, aLoop(world), anAsk(world, { bad }));
  assert.deepEqual(steps(looks), ['wait proof', 'escalate unfit-target']);
  assert.equal(repository.file(ROUTE), route(0));
});

for (const [why, rollback, before, expected] of [
  ['a person merges there', { approval: 'human' }, null, 'wait approval'],
  ['two people must agree', { approval: 'auto', approvals: { needed: 2 } }, null, 'wait approval'],
  ['a person stopped automatic rollbacks', { approval: 'auto' }, '/hold web production', 'escalate held'],
  ['the release is old', { approval: 'auto', 'max-age': '30s' }, null, 'escalate too-old'],
] as const) {
  test(`where ${why}, no machine moves the traffic of a version that cannot go back by itself either`, async () => {
    const world = aCanary({ ...QUICK, rollback, owners: ['carl', 'dora'] });
    const { repository } = world;
    const loop = aLoop(world);
    if (before !== null) {
      const comment = repository.say({ kind: 'commit', sha: world.good }, 'ada', before);
      await hear(doorsOf(world), loop, { ...comment, commentId: comment.id, isBot: false });
    }
    await loop.flush();
    repository.release('Canary web 1.4.3', { [CANARY]: workload('canary', '1.4.3') });
    assert.deepEqual(steps([await loop.reconcile(KEY, anAsk(world))]), [expected]);
    assert.equal(repository.file(ROUTE), route(50));
    assert.equal(repository.pulls.length, expected.startsWith('wait') ? 1 : 0);
  });
}

test('whoever asks in person is asked what they mean, and nothing is moved before that', async () => {
  const world = aCanary();
  world.repository.release('Canary web 1.4.3', { [CANARY]: workload('canary', '1.4.3') });
  const look = await aLoop(world).reconcile(KEY, anAsk(world, { cause: aCommandCause() }));
  assert.deepEqual(steps([look]), ['escalate conflict']);
  assert.deepEqual(world.repository.pulls, []);
});

test('whoever confirms that only the colliding keys are set gets exactly that plan, in one pull request', async () => {
  const world = aCanary();
  world.repository.release('Canary web 1.4.3', { [CANARY]: workload('canary', '1.4.3') });
  const loop = aLoop(world);
  const say = async (body: string): Promise<string> => {
    const comment = world.repository.say({ kind: 'commit', sha: world.bad }, 'ada', body);
    world.clock.turn(1000);
    await hear(doorsOf(world), loop, { ...comment, commentId: comment.id, isBot: false });
    await loop.flush();
    return world.repository.said.filter(({ author }) => author === 'lastgood[bot]').at(-1)?.body ?? '';
  };
  const offered = await say('/rollback plan web production');
  assert.match(offered, /Or set only these keys/);
  const hash = /\/rollback confirm ([0-9a-f]{12})/.exec(offered)?.[1] ?? '';
  await say(`/rollback confirm ${hash}`);
  assert.deepEqual(
    world.repository.pulls.map(({ body }) => parseBlock(body)?.planHash),
    [hash],
  );
  assert.equal(parseBlock(world.repository.pulls[0]?.body)?.half, undefined);
});

test('a later release of the stable arm, too, leaves nowhere to send users: a person is called at once', async () => {
  const world = aCanary();
  world.repository.release('Web 1.4.3 everywhere', {
    [CANARY]: workload('canary', '1.4.3'),
    [STABLE]: workload('stable', '1.4.3'),
  });
  assert.deepEqual(steps([await aLoop(world).reconcile(KEY, anAsk(world))]), ['escalate conflict']);
  assert.deepEqual(world.repository.pulls, []);
});

test('a person who restores the version between the halves ends the incident', async () => {
  const world = aCanary();
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  world.repository.release('Back by hand', { [CANARY]: workload('canary', '1.4.1') });
  assert.equal(steps(await toTheEnd(world, loop, null)).at(-1), 'finish recovered');
  assert.equal(world.repository.pulls.length, 1);
  assert.deepEqual(world.repository.pulls[0]?.labels, ['lastgood: recovered']);
});

test('weights that were split at the target come back with the version, not before', async () => {
  const outside = anOutside({ playbook: playbookText(QUICK), remembers: true });
  const files = { [STABLE]: workload('stable', '1.4.1'), [CANARY]: workload('canary', '1.4.1'), [ROUTE]: route(20) };
  const good = outside.repository.release('Release web 1.4.1', files);
  outside.clock.turn(3_600_000);
  const bad = outside.repository.release('Canary web 1.4.2', { [CANARY]: workload('canary', '1.4.2') });
  const world = { ...outside, good, bad };
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world));
  assert.equal(world.repository.file(ROUTE), route(0));
  await toTheEnd(world, loop, null);
  assert.equal(world.repository.file(ROUTE), route(20));
  assert.equal(world.repository.file(CANARY), workload('canary', '1.4.1'));
});

test('a database change holds only the second pull request', async () => {
  const world = aCanary();
  world.repository.release('Migrate', { 'apps/web/migrations/V7__x.sql': 'drop table carts;' });
  const bad = world.repository.release('Canary web 1.4.4', {
    [CANARY]: workload('canary', '1.4.4'),
    'apps/web/migrations/V8__x.sql': 'drop table orders;',
  });
  const loop = aLoop(world);
  await loop.reconcile(KEY, anAsk(world, { bad }));
  assert.equal(world.repository.pulls[0]?.state, 'merged');
  for (let i = 0; i < 20; i += 1) {
    world.clock.turn(10_000);
    await loop.reconcile(KEY, null);
  }
  const second = world.repository.pulls[1];
  assert.deepEqual([second?.state, parseBlock(second?.body)?.mode], ['open', 'human']);
});

test('the second pull request is no second rollback of the day', async () => {
  const world = aCanary({
    rollback: { approval: 'auto', 'max-per-day': 2 },
    verify: { 'healthy-for': '5s', poll: '10s' },
  });
  await toTheEnd(world, aLoop(world), anAsk(world));
  assert.equal(await world.repository.openedSince('rollback/production/web/', new Date(0).toISOString()), 1);
});

for (const [why, rollback] of [
  ['the playbook says restore', { strategy: 'restore' }],
  ['the playbook names a flag, and there is none', { strategy: 'flag' }],
] as const) {
  test(`one pull request brings everything back where ${why}`, async () => {
    const world = aCanary({
      rollback: { approval: 'auto', ...rollback },
      verify: { 'healthy-for': '5s', poll: '10s' },
    });
    await toTheEnd(world, aLoop(world), anAsk(world));
    assert.deepEqual(
      world.repository.pulls.map(({ labels }) => labels),
      [['lastgood: recovered']],
    );
    assert.equal(world.repository.file(CANARY), workload('canary', '1.4.1'));
  });
}

test('a named target is pinned in one pull request', async () => {
  const world = aCanary();
  await toTheEnd(world, aLoop(world), anAsk(world, { cause: aCommandCause(), to: world.good }));
  assert.equal(world.repository.pulls.length, 1);
});

test('a rollback writes nothing outside the paths of the service and its quarantine, whichever half', async () => {
  const world = aCanary();
  world.repository.release('Other', { 'apps/other/route.yaml': route(50) });
  await toTheEnd(world, aLoop(world), anAsk(world));
  assert.equal(world.repository.pulls.length, 2);
  const own = world.repository.commits.slice(-2).flatMap(({ touched }) => touched);
  assert.deepEqual([...new Set(own)].toSorted(), [QUARANTINE, CANARY, ROUTE]);
});

test('the quarantine leaves the bad version alone while its second half is on the way', async () => {
  const world = aCanary();
  await aLoop(world).reconcile(KEY, anAsk(world));
  assert.deepEqual(await keepsOf(world), []);
  world.repository.release('Tune the probes', { 'apps/web/probes.yaml': 'seconds: 5\n' });
  assert.deepEqual(await keepsOf(world), [], 'nor is whoever changed something else accused');
});
