/** A slow model: users go to the simpler one, and back once it is proven to serve well again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, verify } from '../../src/ledger/chain.ts';
import type { Ask } from '../../src/control/draft.ts';
import type { Loop } from '../../src/control/reconcile.ts';
import { parseBlock } from '../../src/report/memory.ts';
import { aCommandCause, aGateCause, playbookText } from './builders.ts';
import { anOutside, Killed, mortalDoors, sha256, type Outside } from './fakes.ts';
import { aLoop, KEY, steps, toTheEnd } from './world.ts';

const ROUTE = 'apps/web/route.yaml';
const MODEL = 'apps/web/model.yaml';
const PROBE = 'service="web-probe"';

const route = (simple: number): string =>
  `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: web
spec:
  rules:
    - backendRefs:
        - { name: web-complex, port: 80, weight: ${100 - simple} }
        - { name: web-simple, port: 80, weight: ${simple} } # always warm
`;
const model = (version: string): string =>
  `apiVersion: apps/v1
kind: Deployment
metadata: { name: web-complex }
spec: { template: { spec: { containers: [{ name: model, image: 'ghcr.io/acme/web:${version}' }] } } }
`;

const BACK = {
  'healthy-for': '2m',
  within: '10m',
  poll: '10s',
  arm: PROBE,
  source: 'prometheus',
  criteria: [{ name: 'probes', bad: 'failed_total', total: 'requests_total', if: 'rate > 2%' }],
};

interface Slow extends Outside {
  readonly released: string;
}

/** The complex model ran well for two days; now its probes fail. */
function aSlowModel(parts: { approval?: 'human' | 'auto'; back?: boolean; more?: object } = {}): Slow {
  const fallback = { carrier: 'web', to: 'web-simple', ...(parts.back === false ? {} : { back: BACK }) };
  const rollback = { approval: parts.approval ?? 'auto', fallback, ...parts.more };
  const playbook = playbookText({ rollback, verify: { 'healthy-for': '5s', poll: '10s' } });
  const outside = anOutside({ playbook, remembers: true });
  outside.source.rates.set(PROBE, 0.3);
  const released = outside.repository.release('Serve model 7', { [ROUTE]: route(0), [MODEL]: model('7') });
  outside.repository.release('Words', { 'README.md': 'x' });
  outside.clock.turn(48 * 3_600_000);
  return { ...outside, released };
}

function asked(world: Outside, more: Partial<Ask> = {}): Ask {
  const cause = {
    kind: 'alert',
    source: 'Alertmanager',
    alert: 'SlowModel',
    fingerprint: 'f',
    then: 'fallback',
  } as const;
  return { cause, at: new Date(world.clock.now()).toISOString(), bad: null, to: null, ...more };
}

async function looksFor(world: Outside, loop: Loop, ms: number, first: Ask | null = null): Promise<string[]> {
  const words: string[] = [];
  const end = world.clock.now() + ms;
  for (let ask = first; world.clock.now() < end; ask = null) {
    const look = await loop.reconcile(KEY, ask);
    words.push(...steps([look]));
    await loop.flush();
    world.clock.turn(look.again ?? 30_000);
  }
  return words;
}

const heal = (world: Outside): void => {
  world.source.count();
  world.source.rates.set(PROBE, 0.001);
};
const kinds = (world: Outside) => parse(world.repository.ledgerText).map(({ kind }) => kind);
const WHOLE = ['requested', 'opened', 'merged', 'applied', 'relieved', 'opened', 'merged', 'applied', 'recovered'];

test('users go to the simpler model, and back once the probes of the complex one are proven well', async () => {
  const world = aSlowModel();
  const loop = aLoop(world);
  const words = await looksFor(world, loop, 30 * 60_000, asked(world));
  assert.equal(words.at(-1), 'wait primary', 'half an hour of failing probes brings nobody back');
  assert.equal(world.repository.file(ROUTE), route(100));
  assert.equal(world.repository.pulls.length, 1);
  heal(world);
  assert.equal(steps(await toTheEnd(world, loop, null)).at(-1), 'finish recovered');
  assert.equal(world.repository.file(ROUTE), route(0));
  assert.equal(world.repository.file(MODEL), model('7'), 'no version moved');
  const [first, second, ...others] = world.repository.pulls;
  assert.deepEqual(others, []);
  const branch = `rollback/production/web/${world.released.slice(0, 7)}-fallback`;
  assert.deepEqual([first?.branch, second?.branch], [branch, `${branch}-back`]);
  assert.deepEqual([first?.labels, second?.labels], [['lastgood: relieved'], ['lastgood: recovered']]);
  assert.deepEqual(kinds(world), WHOLE);
  assert.equal(parse(world.repository.ledgerText)[0]?.revision, null, 'no release is accused');
  const [there, back] = world.repository.commits.slice(-2).map(({ message }) => message);
  assert.doesNotMatch(there ?? '', /Reverts/);
  assert.match(
    back ?? '',
    new RegExp(`^Reverts #${first?.number ?? 0}$`, 'm'),
    'so that an alert after it starts no second one',
  );
  assert.doesNotMatch(second?.body ?? '', /Serve model 7/);
});

test('the way back takes the whole stable time of probes, counted anew in each round', async () => {
  const world = aSlowModel();
  const loop = aLoop(world);
  await looksFor(world, loop, 5 * 60_000, asked(world));
  heal(world);
  await looksFor(world, loop, 60_000);
  assert.equal(world.repository.pulls.length, 1, 'a minute is not two');
  await looksFor(world, loop, 120_000);
  assert.equal(world.repository.pulls.length, 2, 'and the five bad minutes before it are not counted');
});

test('what was released while the fallback served stays when the route comes back', async () => {
  const world = aSlowModel();
  const loop = aLoop(world);
  await looksFor(world, loop, 2 * 60_000, asked(world));
  world.repository.release('Serve model 8', { [MODEL]: model('8') });
  heal(world);
  await toTheEnd(world, loop, null);
  assert.deepEqual([world.repository.file(ROUTE), world.repository.file(MODEL)], [route(0), model('8')]);
});

test('approval human: a person merges the switch, and is asked again for the way back', async () => {
  const world = aSlowModel({ approval: 'human' });
  const loop = aLoop(world);
  assert.deepEqual(await looksFor(world, loop, 1, asked(world)), ['wait approval']);
  world.repository.mergeByHand(world.repository.pulls[0]?.number ?? 0, 'ada');
  heal(world);
  const words = await looksFor(world, loop, 15 * 60_000);
  assert.equal(words.at(-1), 'wait approval');
  assert.equal(parseBlock(world.repository.pulls[1]?.body)?.mode, 'human');
  assert.equal(world.repository.file(ROUTE), route(100));
});

test("a person's own words for the fallback merge the switch, but not the way back where approval is human", async () => {
  const world = aSlowModel({ approval: 'human' });
  const loop = aLoop(world);
  heal(world);
  const words = await looksFor(world, loop, 15 * 60_000, asked(world, { cause: aCommandCause(), to: 'fallback' }));
  assert.equal(world.repository.pulls[0]?.state, 'merged');
  assert.equal(words.at(-1), 'wait approval');
});

test('without back: the incident ends on the fallback, and says how the route comes back', async () => {
  const world = aSlowModel({ back: false });
  const looks = await toTheEnd(world, aLoop(world), asked(world));
  const last = looks.at(-1);
  assert.equal(steps(looks).at(-1), 'finish recovered');
  assert.match(
    last?.kind === 'looked' ? last.step.because : '',
    /served by web-simple since .*: \/rollback web production/,
  );
  assert.equal(world.repository.file(ROUTE), route(100));
});

test('a fallback that does not help calls a person', async () => {
  const world = aSlowModel();
  world.source.rate = 0.3;
  assert.equal(steps(await toTheEnd(world, aLoop(world), asked(world))).at(-1), 'escalate not-recovered');
  assert.equal(world.repository.file(ROUTE), route(100));
});

test('the same alert again, or another one of the service, finds the fallback and starts nothing', async () => {
  const world = aSlowModel();
  const loop = aLoop(world);
  await looksFor(world, loop, 3 * 60_000, asked(world));
  const other = { kind: 'alert', source: 'Alertmanager', alert: 'Errors', fingerprint: 'g' } as const;
  for (const again of [asked(world), asked(world, { cause: other })]) await loop.reconcile(KEY, again);
  assert.equal(world.repository.pulls.length, 1);
});

test('a gate asks for it with then: fallback', async () => {
  const world = aSlowModel();
  await aLoop(world).reconcile(KEY, asked(world, { cause: aGateCause({ then: 'fallback' }) }));
  assert.equal(world.repository.file(ROUTE), route(100));
});

test('flapping ends at max-per-day: then a person is called', async () => {
  const world = aSlowModel({ more: { 'max-per-day': 2 } });
  const loop = aLoop(world);
  const ends: (string | undefined)[] = [];
  for (let i = 0; i < 3; i += 1) {
    world.source.count();
    world.source.rates.set(PROBE, 0.3);
    await looksFor(world, loop, 3 * 60_000, asked(world));
    heal(world);
    ends.push((await looksFor(world, loop, 15 * 60_000)).at(-1));
  }
  assert.equal(world.repository.pulls.length, 4, 'two switches, two ways back');
  assert.deepEqual(ends, ['idle', 'idle', 'idle']);
  const call = parse(world.repository.ledgerText).findLast(({ kind }) => kind === 'escalated');
  assert.equal(call?.details['trouble'], 'daily-cap');
});

test('a playbook without such a route is told what to write, and nothing is opened', async () => {
  const world = aSlowModel();
  world.repository.release('Another name', { [ROUTE]: route(0).replace('name: web\n', 'name: shop\n') });
  const look = await aLoop(world).reconcile(KEY, asked(world));
  assert.deepEqual(steps([look]), ['escalate unfit-target']);
  assert.match(look.kind === 'looked' ? look.step.because : '', /no route, Service or flag 'web' stands in the paths/);
});

test('a process that dies between the ledger and the pull request does not leave users on the fallback for ever', async () => {
  const world = aSlowModel();
  world.repository.failOn('rewriteBody', new Killed('this process is dead'));
  await looksFor(world, aLoop(world), 2 * 60_000, asked(world)).catch(() => undefined);
  assert.equal(kinds(world).at(-1), 'relieved');
  assert.equal(parseBlock(world.repository.pulls[0]?.body)?.half?.kind, 'traffic');
  world.repository.heal();
  world.source.count();
  world.source.rate = 0.5;
  world.clock.turn(3_600_000);
  assert.deepEqual(steps([await aLoop(world).reconcile(KEY, null)]), ['wait primary']);
  const half = parseBlock(world.repository.pulls[0]?.body)?.half;
  const relieved = parse(world.repository.ledgerText).find(({ kind }) => kind === 'relieved');
  assert.equal(half?.kind === 'traffic' && half.relievedAt, relieved?.at);
});

test('a process that dies at any of its calls loses neither the switch nor the way back', async () => {
  const counting = aSlowModel();
  heal(counting);
  const doors = mortalDoors(counting, Infinity, 'after');
  await toTheEnd(counting, aLoop(counting, doors), asked(counting));
  for (let n = 1; n <= doors.calls(); n += 3) {
    const world = aSlowModel();
    heal(world);
    const ask = asked(world);
    await toTheEnd(world, aLoop(world, mortalDoors(world, n, 'after')), ask).catch(() => undefined);
    if (world.repository.pulls.length === 0) await toTheEnd(world, aLoop(world), ask);
    while ((await world.repository.unfinishedRollbacks()).length > 0) await toTheEnd(world, aLoop(world), null);
    const note = `killed at call ${n}`;
    assert.deepEqual(
      world.repository.pulls.map(({ labels }) => labels),
      [['lastgood: relieved'], ['lastgood: recovered']],
      note,
    );
    assert.equal(world.repository.file(ROUTE), route(0), note);
    assert.deepEqual(kinds(world).toSorted(), WHOLE.toSorted(), note);
    assert.equal(verify(world.repository.ledgerText, sha256).ok, true, note);
  }
});

test('a fallback takes over no rollback: the version that went back is still to be proven, and a person is called for it', async () => {
  const world = aSlowModel({ back: false });
  const loop = aLoop(world);
  const bad = world.repository.release('Serve model 8', { [MODEL]: model('8') });
  world.source.rate = 0.3;
  await loop.reconcile(KEY, { cause: aGateCause(), at: new Date(world.clock.now()).toISOString(), bad, to: null });
  assert.equal(world.repository.file(MODEL), model('7'));
  world.clock.turn(60_000);
  await loop.reconcile(KEY, asked(world, { cause: aCommandCause(), to: 'fallback' }));
  world.source.count();
  world.source.rate = 0.001;
  assert.equal(steps(await toTheEnd(world, loop, null)).at(-1), 'finish recovered');
  assert.equal(world.repository.file(ROUTE), route(100));
  world.source.count();
  world.source.rate = 0.3;
  world.clock.turn(3_600_000);
  assert.deepEqual(steps(await toTheEnd(world, loop, null)), ['escalate not-recovered']);
});
