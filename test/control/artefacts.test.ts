import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Doors } from '../../src/control/doors.ts';
import { draft } from '../../src/control/draft.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { targetOf } from '../../src/playbook/target.ts';
import type { Look } from '../../src/registries/look.ts';
import { playbookText } from './builders.ts';
import { doorsOf } from './fakes.ts';
import { aRelease, anAsk, KEY } from './world.ts';

const THERE: Look = { state: 'there', says: 'there, as sha256:aa', madeAt: null };

/** The playbook of the builders with a registry of images, and a flag that the service always needs. */
function withRegistries(): string {
  const playbook = JSON.parse(playbookText()) as { services: { web: { environments: { production: object } } } };
  const { web } = playbook.services;
  return JSON.stringify({
    ...playbook,
    registries: {
      // The name of the container stands for an image that the release does not change.
      images: { kind: 'oci', url: 'https://ghcr.io', keys: { name: 'acme/{{value}}-assets:1' } },
      flags: { kind: 'growthbook', environment: 'production' },
    },
    services: {
      web: {
        ...web,
        environments: { production: { ...web.environments.production, artefacts: { flags: ['ranker'] } } },
      },
    },
  });
}

async function drafted(lookAt: (label: string) => Look | Promise<Look>) {
  const world = aRelease();
  const parsed = parsePlaybook(withRegistries(), 'lastgood.yml');
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const asked: string[] = [];
  const doors: Doors = {
    ...doorsOf(world),
    artefacts: () => ({
      look: ({ label }) => {
        asked.push(label);
        return Promise.resolve(lookAt(label));
      },
    }),
  };
  const overview = await world.repository.overview();
  const found = await draft(doors, targetOf(parsed.playbook, { service: 'web' }), KEY, overview, anAsk(world));
  assert.ok(found);
  return { ...found, asked, world };
}

test('what comes back is looked for and nothing else, and what was found stands in the plan', async () => {
  const { planned, asked } = await drafted(() => THERE);
  assert.deepEqual(asked, ['flag ranker', 'image ghcr.io/acme/web:1.4.1']);
  assert.ok(planned.kind === 'planned');
  assert.deepEqual(planned.plan.verified, [
    'image ghcr.io/acme/web:1.4.1: there, as sha256:aa',
    'flag ranker: there, as sha256:aa',
  ]);
});

test('a target whose image is gone is unfit, and no file is touched', async () => {
  const { planned } = await drafted((label) =>
    label.startsWith('image') ? { state: 'gone', says: 'ghcr.io has no tag 1.4.1', madeAt: null } : THERE,
  );
  assert.ok(planned.kind === 'unfit');
  assert.equal(planned.because, 'image ghcr.io/acme/web:1.4.1 is gone (ghcr.io has no tag 1.4.1)');
});

test('an archived flag that the service needs anyway is told, and so is what nobody could say; both leave the plan', async () => {
  const { planned } = await drafted((label) =>
    label.startsWith('flag')
      ? { state: 'gone', says: 'archived', madeAt: null }
      : { state: 'unknown', says: 'no answer within 2 s', madeAt: null },
  );
  assert.ok(planned.kind === 'planned');
  assert.deepEqual(planned.plan.verified, []);
  assert.deepEqual(planned.plan.notes?.slice(-2), [
    'flag ranker is gone (archived); another target would not change that',
    'nobody could say whether image ghcr.io/acme/web:1.4.1 still exists: no answer within 2 s',
  ]);
});

test('the hash that a person confirms does not hang on what the registries say', async () => {
  const [one, other] = [
    await drafted(() => THERE),
    await drafted(() => ({ state: 'unknown', says: 'HTTP 500', madeAt: null })),
  ];
  assert.ok(one.planned.kind === 'planned' && other.planned.kind === 'planned');
  assert.equal(one.planned.plan.hash, other.planned.plan.hash);
});
