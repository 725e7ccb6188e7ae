import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTeller, viewOf } from '../../src/control/tell.ts';
import type { Step } from '../../src/control/step.ts';
import { RollbackError } from '../../src/errors.ts';
import { parseTimeline, timelineComment, type Moments } from '../../src/report/timeline.ts';
import { anIncident, anObserved, at, opened } from './builders.ts';
import { anOutside, doorsOf } from './fakes.ts';

const NONE: Moments = { opened: at(0), merged: null, applied: null, healthy: null, recovered: null };

function aView(because: string, more: { id?: string; moments?: Partial<Moments>; step?: Step } = {}) {
  const seen = anObserved({ stage: opened(), incident: anIncident({ id: more.id ?? 'a1b2c3d4e5f6' }) });
  const step: Step = more.step ?? {
    kind: 'wait',
    for: 'health',
    until: at(600),
    lookAgainMs: 5000,
    because,
    commands: [],
  };
  return viewOf(seen, step, { ...NONE, ...more.moments });
}

function aTeller() {
  const world = anOutside();
  const teller = () => createTeller(doorsOf(world));
  const sticky = () => world.repository.said.filter(({ body }) => parseTimeline(body) !== null);
  return { ...world, teller, sticky };
}

test('one comment is posted and then edited', async () => {
  const { teller, sticky } = aTeller();
  const one = teller();
  one.tell(7, aView('healthy for a while'));
  one.tell(7, aView('the success criteria'));
  await one.flush();
  assert.equal(one.owes('a1b2c3d4e5f6'), null);
  one.tell(7, aView('something else'));
  await one.flush();
  assert.equal(sticky().length, 1);
  assert.match(sticky()[0]?.body ?? '', /something else/);
});

test('the second half of a fallback brings back the route, that of a release the version', () => {
  const step = { kind: 'second', because: 'users are well' } as const;
  const nextOf = (way: 'fallback' | null) => {
    const incident = anIncident(way === null ? {} : { way });
    const { status } = viewOf(anObserved({ stage: opened(), incident }), step, NONE);
    return status.kind === 'acting' ? status.next : status.kind;
  };
  assert.equal(nextOf('fallback'), 'a second pull request that brings the route back');
  assert.equal(nextOf(null), 'a second pull request that brings the version back');
});

test('numbers that move while it waits are not worth an edit; other words, moments and ends are', async () => {
  const { teller, repository, clock } = aTeller();
  const one = teller();
  const edited = async (view: ReturnType<typeof aView>): Promise<boolean> => {
    const before = repository.edits.length;
    clock.turn(5000);
    one.tell(7, view);
    await one.flush();
    return repository.edits.length > before;
  };
  await edited(aView('healthy for 5 s < 30 s'));
  assert.equal(await edited(aView('healthy for 10 s < 30 s')), false);
  assert.equal(await edited(aView('errors: 0.0312 > 0.02')), true);
  assert.equal(await edited(aView('errors: 0.0298 > 0.02')), false);
  assert.equal(await edited(aView('errors: 0.0298 > 0.02', { moments: { merged: at(10) } })), true);
  const step = { kind: 'finish', outcome: 'recovered', because: 'errors: 0.0010 < 0.02' } as const;
  assert.equal(await edited(aView('', { step })), true);
});

test('another process finds the comment and goes on with it', async () => {
  const { teller, sticky } = aTeller();
  const first = teller();
  first.tell(7, aView('first'));
  await first.flush();
  const second = teller();
  second.tell(7, aView('second'));
  await second.flush();
  assert.equal(sticky().length, 1);
  assert.match(sticky()[0]?.body ?? '', /second/);
});

test('two replicas that post at the same moment keep one comment', async () => {
  const { teller, sticky, repository } = aTeller();
  const [one, two] = [teller(), teller()];
  one.tell(7, aView('from one'));
  two.tell(7, aView('from two'));
  await Promise.all([one.flush(), two.flush()]);
  assert.equal(sticky().length, 1);
  one.tell(7, aView('later from one'));
  two.tell(7, aView('later from two'));
  await Promise.all([one.flush(), two.flush()]);
  assert.deepEqual(
    [one, two].map((teller) => teller.owes('a1b2c3d4e5f6')),
    [null, null],
  );
  assert.equal(repository.said.length, 1);
});

test('a second comment that a killed process left is gone when the story ends', async () => {
  const { teller, sticky, repository } = aTeller();
  const one = teller();
  one.tell(7, aView('under way'));
  await one.flush();
  const left = repository.say(7, 'lastgood[bot]', sticky()[0]?.body ?? '');
  one.tell(7, aView('', { step: { kind: 'finish', outcome: 'recovered', because: 'proven' } }));
  await one.flush();
  assert.equal(sticky().length, 1);
  assert.notEqual(sticky()[0]?.id, left.id);
  assert.match(sticky()[0]?.body ?? '', /proven/);
});

test('a comment that GitHub dates before the incident is found again', async () => {
  const { teller, sticky, repository } = aTeller();
  const one = teller();
  one.tell(7, aView('under way'));
  await one.flush();
  const [first] = repository.said;
  assert.ok(first);
  repository.said[0] = { ...first, createdAt: at(-1) };
  one.tell(7, aView('', { step: { kind: 'finish', outcome: 'recovered', because: 'proven' } }));
  await one.flush();
  assert.equal(sticky().length, 1);
  assert.match(sticky()[0]?.body ?? '', /proven/);
});

test('each incident has its own comment, and the comment of somebody else is left alone', async () => {
  const { teller, sticky, repository } = aTeller();
  const one = teller();
  one.tell(7, aView('mine'));
  await one.flush();
  const copied = sticky()[0]?.body ?? '';
  repository.said.length = 0;
  repository.say(7, 'eve', copied);
  const two = teller();
  two.tell(7, aView('mine again'));
  two.tell(7, aView('of another incident', { id: '00000000000b' }));
  await two.flush();
  assert.equal(repository.said[0]?.body, copied);
  assert.equal(sticky().length, 3);
});

test('a comment that could not be written is reported and written at the next occasion', async () => {
  const { teller, sticky, repository, log } = aTeller();
  const one = teller();
  repository.failOn('comment', new RollbackError('github-unavailable', 'GitHub answered 502'), 1);
  one.tell(7, aView('healthy for 5 s'));
  await one.flush();
  assert.equal(one.owes('a1b2c3d4e5f6'), 2000);
  assert.equal(log.length, 1);
  one.tell(7, aView('healthy for 5 s'));
  await one.flush();
  assert.equal(one.owes('a1b2c3d4e5f6'), null);
  assert.equal(sticky().length, 1);
});

test('an escalation names the people, what to do and the commands', async () => {
  const { teller, sticky } = aTeller();
  const one = teller();
  one.tell(
    7,
    aView('', {
      step: {
        kind: 'escalate',
        trouble: 'not-recovered',
        because: 'not proven',
        todo: ['Look at the cluster.'],
        commands: ['argocd app get web-production'],
        final: true,
      },
    }),
  );
  await one.flush();
  assert.match(sticky()[0]?.body ?? '', /Needs you[\s\S]*not proven[\s\S]*Look at the cluster[\s\S]*argocd app get/);
});

test('posting is one write: what was just said is not said again', async () => {
  const { teller, repository } = aTeller();
  repository.failOn('editComment', new RollbackError('github-unavailable', 'GitHub answered 502'));
  const one = teller();
  one.tell(7, aView('healthy for 5 s'));
  await one.flush();
  assert.equal(one.owes('a1b2c3d4e5f6'), null);
});

test('it owes its words for as long as GitHub asked it to wait, and for ever never', async () => {
  const { teller, repository } = aTeller();
  const one = teller();
  const owesAfter = async (error: RollbackError): Promise<number | null> => {
    repository.failOn('comment', error, 1);
    one.tell(7, aView('healthy for 5 s'));
    await one.flush();
    return one.owes('a1b2c3d4e5f6');
  };
  const later = new RollbackError('github-unavailable', 'Not sent: 50 writes in 1 min', { retryAfterMs: 57_000 });
  assert.equal(await owesAfter(later), 57_000);
  assert.equal(await owesAfter(new RollbackError('github-forbidden', 'the conversation is locked')), null);
});

test('a comment that somebody deleted is written anew', async () => {
  const { teller, sticky, repository } = aTeller();
  const one = teller();
  one.tell(7, aView('under way'));
  await one.flush();
  repository.said.length = 0;
  repository.failOn('editComment', new RollbackError('github-forbidden', 'GitHub answered 404'), 1);
  one.tell(7, aView('not there any more'));
  await one.flush();
  one.tell(7, aView('there again'));
  await one.flush();
  assert.match(sticky()[0]?.body ?? '', /there again/);
});

test('on another page it looks for its comment there', async () => {
  const { teller, repository } = aTeller();
  const one = teller();
  for (const page of [7, 8]) {
    one.tell(page, aView('under way'));
    await one.flush();
  }
  assert.deepEqual(
    repository.said.map(({ page }) => page),
    [7, 8].map((number) => ({ kind: 'issue', number })),
  );
});

test('what it does at once is written into the comment that it knows', async () => {
  const { teller, sticky, repository } = aTeller();
  const one = teller();
  one.tell(7, aView('under way'));
  await one.flush();
  repository.failOn('comments', new RollbackError('github-unavailable', 'GitHub answered 502'));
  one.tell(7, aView('', { step: { kind: 'second', because: 'users are well' } }));
  await one.flush();
  assert.match(sticky()[0]?.body ?? '', /users are well/);
});

for (const lost of ['comment', 'comments', 'deleteComment'] as const) {
  test(`a second comment is gone although the answer to ${lost} was lost, and nobody looks again`, async () => {
    const world = anOutside();
    const { repository } = world;
    const sticky = () => repository.said.filter(({ body }) => parseTimeline(body) !== null);
    // Another replica was faster by a moment, and is done with it.
    let asked = 0;
    const doors = doorsOf(world, (_, method) => {
      if (method === 'comment') {
        repository.say(7, 'lastgood[bot]', timelineComment(aView('from the other one')));
        if (lost === 'comment') {
          repository.say(7, 'lastgood[bot]', timelineComment(aView('from this one')));
          throw new RollbackError('github-unavailable', 'the connection was cut');
        }
      }
      if (method === 'comments') asked += 1;
      const again = lost === 'comments' ? method === 'comments' && asked === 2 : method === lost;
      if (again && asked < 3) throw new RollbackError('github-unavailable', 'GitHub answered 502');
    });
    const one = createTeller(doors);
    one.tell(7, aView('from this one'));
    await one.flush();
    assert.equal(sticky().length, 1);
  });
}
