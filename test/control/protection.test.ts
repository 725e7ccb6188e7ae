import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerProtection, runOfCallback, targetsOfEnvironment } from '../../src/control/protection.ts';
import { createGuard } from '../../bot/guard.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { playbookText } from './builders.ts';
import { doorsOf } from './fakes.ts';
import { aLoop, aRelease, type Released } from './world.ts';

const API = 'https://api.github.com';
const path = '/repos/acme/deploy/actions/runs/42/deployment_protection_rule';

test('only the address of this repository at our own API is answered', () => {
  assert.equal(runOfCallback(`${API}${path}`, API, 'acme/deploy'), 42);
  assert.equal(runOfCallback(`https://ghe.acme.io/api/v3${path}`, 'https://ghe.acme.io/api/v3', 'Acme/deploy'), 42);
  const foreign = [
    `https://evil.example${path}`,
    `http://api.github.com${path}`,
    `https://api.github.com:8443${path}`,
    `https://api.github.com@evil.example${path}`,
    `https://user:token@api.github.com${path}`,
    `${API}/repos/acme/other/actions/runs/42/deployment_protection_rule`,
    `${API}/repos/acme/deploy/actions/runs/42/../../../../../user`,
    `${API}/repos/acme/deploy/actions/runs/0/deployment_protection_rule`,
    'not an address',
  ];
  for (const url of foreign) assert.equal(runOfCallback(url, API, 'acme/deploy'), null, url);
});

test("an environment of GitHub's is the one of that name, or the one that names it", () => {
  const text = playbookText();
  const { services, ...rest } = JSON.parse(text) as { services: { web: { environments: Record<string, object> } } };
  const gate = {
    ...{ source: 'prometheus', arms: { canary: 'a="1"', baseline: 'a="2"' } },
    triggers: [{ name: 'errors', bad: 'f', total: 't', if: 'rate > baseline + 1pp', then: 'rollback' }],
  };
  const read = (more: object) => {
    const production = { ...services.web.environments['production'], gate, ...more };
    const parsed = parsePlaybook(
      JSON.stringify({ ...rest, services: { web: { ...services.web, environments: { production } } } }),
      'lastgood.yml',
    );
    assert.ok(parsed.ok, parsed.ok ? '' : JSON.stringify(parsed.faults));
    return (name: string) => targetsOfEnvironment(parsed.playbook, name).length;
  };
  assert.equal(read({})('Production'), 1);
  assert.equal(read({})('staging'), 0);
  assert.equal(read({ 'github-environment': 'web prod' })('web prod'), 1);
  assert.equal(read({ 'github-environment': 'web prod' })('production'), 0);
});

test('an environment without a gate is rejected, with the cure', async () => {
  const world = aRelease({});
  const asked = { runId: 42, environment: 'production', sha: world.bad };
  assert.equal(await answerProtection(doorsOf(world), aLoop(world).recorder, asked, async () => new Map()), 'rejected');
  const [said] = world.repository.protections;
  assert.equal(said?.state, 'rejected');
  assert.match(said.comment, /no gate for the environment 'production'/);
});

test('long work is started once, looked at, and started again after a failure', async () => {
  const guard = createGuard(() => undefined);
  let started = 0;
  const gates: { open: () => void; fail: (error: Error) => void }[] = [];
  const work = (): Promise<void> => {
    started += 1;
    return new Promise((open, fail) => gates.push({ open, fail }));
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  assert.equal(await guard.look('a', work), 5_000);
  assert.equal(await guard.look('a', work), 5_000);
  assert.equal(started, 1);
  gates[0]?.fail(new Error('the source is gone'));
  await settle();
  await assert.rejects(() => guard.look('a', work), /the source is gone/);
  assert.equal(await guard.look('a', work), 5_000);
  gates[1]?.open();
  await settle();
  assert.equal(await guard.look('a', work), null);
  assert.equal(started, 2);
});

function aGated(whenUndecided: 'reject' | 'hold'): Released {
  const world = aRelease({});
  const playbook = JSON.parse(world.repository.playbook ?? '') as {
    services: { web: { environments: { production: object } } };
  };
  Object.assign(playbook.services.web.environments.production, {
    'when-undecided': whenUndecided,
    gate: {
      ...{ source: 'prometheus', arms: { canary: 'a="1"' }, poll: '10s', soak: '1m', deadline: '10m' },
      triggers: [{ name: 'errors', bad: 'f', total: 't', if: 'rate > 1%', then: 'rollback' }],
    },
  });
  world.repository.playbook = JSON.stringify(playbook);
  return world;
}

test('a gate that proves harm is rejected, whatever is said about those that cannot tell', async () => {
  const world = aGated('hold');
  world.source.rate = 0.2;
  const asked = { runId: 42, environment: 'production', sha: world.bad };
  assert.equal(await answerProtection(doorsOf(world), aLoop(world).recorder, asked, async () => new Map()), 'rejected');
  assert.equal(world.repository.protections.at(-1)?.state, 'rejected');
});

for (const [whenUndecided, answered, last] of [
  ['reject', 'rejected', 'rejected'],
  ['hold', 'held', null],
] as const)
  test(`a gate that cannot tell reports how far it is and is ${answered} with when-undecided: ${whenUndecided}`, async () => {
    const world = aGated(whenUndecided);
    world.source.silent = true;
    const asked = { runId: 42, environment: 'production', sha: world.bad };
    const { recorder } = aLoop(world);
    assert.equal(await answerProtection(doorsOf(world), recorder, asked, async () => new Map()), answered);
    const said = world.repository.protections;
    assert.equal(said.at(-1)?.state, last);
    assert.match(said.at(-1)?.comment ?? '', /^web in production: no data: 10 min are over/);
    const reports = said.slice(0, -1);
    assert.ok(reports.length >= 5 && reports.length <= 9, `${reports.length} reports`);
    assert.ok(reports.every(({ state, comment }) => state === null && comment.startsWith('web in production: ')));
    await recorder.flush();
    assert.match(world.repository.ledgerText, /gate-undecided/);
  });
