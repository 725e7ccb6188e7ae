import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notifier, Told } from '../../src/control/doors.ts';
import { RollbackError } from '../../src/errors.ts';
import { append, parse } from '../../src/ledger/chain.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import type { Notice } from '../../src/report/notify/notice.ts';
import { destinationName } from '../../src/report/notify/destination.ts';
import { at, BAD } from './builders.ts';
import { doorsOf, sha256, type Outside } from './fakes.ts';
import { aLoop, anAsk, aRelease, KEY, steps, toTheEnd, type Released } from './world.ts';

const SLACK = { kind: 'slack', url: 'SLACK_URL' };
const PAGER = { kind: 'pagerduty', key: 'PAGER_KEY' };

/** Remembers what it was asked to send; `answer` says what became of it. */
function aNotifier(answer: (name: string) => Promise<Told> = async () => ({ kind: 'delivered' })) {
  const sent: { to: string; notice: Notice }[] = [];
  const notifier: Notifier = {
    repositoryUrl: 'https://github.com/acme/deploy',
    send(destination, notice) {
      sent.push({ to: destinationName(destination), notice });
      return answer(destinationName(destination));
    },
  };
  const told = () => sent.map(({ to, notice }) => `${to}: ${notice.occasion}`);
  return { notifier, sent, told };
}

function aWorld(to: readonly object[], rollback: object = { approval: 'auto' }): Released {
  return aRelease({ rollback: rollback as Record<string, unknown>, notify: { mention: ['ada'], to } });
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
};
const kinds = (world: Outside) => parse(world.repository.ledgerText).map(({ kind }) => kind);

async function play(world: Released, notifier: Notifier) {
  const loop = aLoop(world, { ...doorsOf(world), notifier });
  const looks = await toTheEnd(world, loop, anAsk(world));
  await settle();
  await loop.flush();
  return looks;
}

test('each fact is told once to each destination that wants it, and the ledger keeps that it was', async () => {
  const world = aWorld([{ ...SLACK, on: ['opened', 'merged', 'recovered'] }, PAGER]);
  const { notifier, told, sent } = aNotifier();
  await play(world, notifier);
  assert.deepEqual(told(), [
    'slack SLACK_URL: opened',
    'slack SLACK_URL: merged',
    'slack SLACK_URL: recovered',
    'pagerduty PAGER_KEY: recovered',
  ]);
  assert.equal(kinds(world).filter((kind) => kind === 'notified').length, 3);
  const recovered = sent.at(-1)?.notice;
  assert.equal(recovered?.decision, 'recovered');
  assert.equal(recovered.reasonCode, 'recovery-proven');
  assert.match(recovered.because, /errors/);
  assert.equal(
    recovered.links[0]?.url,
    `https://github.com/acme/deploy/pull/${world.repository.pulls[0]?.number ?? 0}`,
  );
});

test('another process that looks at the same rollback tells nothing again', async () => {
  const world = aWorld([SLACK]);
  const { notifier, told } = aNotifier();
  await play(world, notifier);
  const before = told().length;
  await toTheEnd(world, aLoop(world, { ...doorsOf(world), notifier }), null);
  await settle();
  assert.equal(told().length, before);
});

test('an approval that is needed names who must act and the command, and is one message, not two', async () => {
  const world = aWorld([{ ...SLACK, on: ['opened', 'needs-you'] }], { approval: 'human' });
  const { notifier, sent } = aNotifier();
  const loop = aLoop(world, { ...doorsOf(world), notifier });
  await loop.reconcile(KEY, anAsk(world));
  await loop.flush();
  await settle();
  assert.equal(sent.length, 1);
  const notice = sent[0]?.notice;
  assert.equal(notice?.occasion, 'needs-you');
  assert.deepEqual(notice.who, ['ada']);
  assert.match(notice.because, /approval is human: merge #\d+, or comment \/rollback confirm [0-9a-f]{12}/);
  assert.equal(notice.reasonCode, 'approval-needed');
});

test('an escalation says the words of the comment', async () => {
  const world = aWorld([PAGER], { approval: 'auto', 'max-age': '1s' });
  const { notifier, sent } = aNotifier();
  await play(world, notifier);
  const notice = sent[0]?.notice;
  assert.equal(notice?.occasion, 'escalated');
  assert.deepEqual([notice.decision, notice.reasonCode], ['refused', 'too-old']);
  assert.match(notice.because, /> max-age/);
  const comment = world.repository.said.at(-1)?.body ?? '';
  for (const step of notice.todo) assert.ok(comment.includes(step.split(':')[0] ?? 'never'), step);
  assert.ok(notice.todo.length > 0);
});

for (const [name, answer] of [
  ['dead', async (): Promise<Told> => ({ kind: 'failed', because: 'HTTP 404' })],
  ['one that never answers', () => new Promise<Told>(() => undefined)],
  ['one that throws', () => Promise.reject(new Error('boom'))],
] as const) {
  test(`a destination that is ${name} changes no step and no second of the rollback`, async () => {
    const times = async (world: Released, notifier: Notifier) => {
      const looks = await play(world, notifier);
      const pull = world.repository.pulls[0];
      return {
        steps: steps(looks),
        looks: looks.length,
        end: world.clock.now(),
        merged: pull?.mergedAt,
        labels: pull?.labels,
      };
    };
    const quiet = await times(aRelease(), aNotifier().notifier);
    const world = aWorld([{ ...SLACK, on: ['opened', 'merged', 'recovered'] }, PAGER]);
    assert.deepEqual(await times(world, aNotifier(answer).notifier), quiet);
    assert.ok(kinds(world).includes('recovered'));
  });
}

test('what cannot be told is logged, and stands in the ledger once for each destination of an incident', async () => {
  const world = aWorld([{ ...SLACK, on: ['opened', 'merged', 'recovered'] }]);
  await play(world, aNotifier(async () => ({ kind: 'failed', because: 'hooks.slack.com answered HTTP 404' })).notifier);
  assert.equal(kinds(world).filter((kind) => kind === 'notify-failed').length, 1);
  const warnings = world.log.filter(({ message }) => message.startsWith('slack SLACK_URL was not told'));
  assert.equal(warnings.length, 3);
});

test('what a process could not tell before it ended is told by the next one', async () => {
  const world = aWorld([{ ...SLACK, on: ['recovered'] }]);
  await play(world, aNotifier(async () => ({ kind: 'ended' })).notifier);
  assert.ok(!kinds(world).includes('notified'));
  world.clock.turn(300_000);
  const { notifier, told } = aNotifier();
  await aLoop(world, { ...doorsOf(world), notifier }).catchUp();
  await settle();
  assert.deepEqual(told(), ['slack SLACK_URL: recovered']);
});

test('when the ledger cannot be written people are told all the same, and once', async () => {
  const world = aWorld([{ ...SLACK, on: ['opened', 'merged', 'recovered'] }]);
  const { notifier, told } = aNotifier();
  world.repository.failOn('writeLedger', new RollbackError('github-unavailable', 'GitHub answered 502'), 4);
  await play(world, notifier);
  assert.deepEqual(told(), ['slack SLACK_URL: opened', 'slack SLACK_URL: merged', 'slack SLACK_URL: recovered']);
});

test('a process that ended before it told anybody is made up for, but not for what is long past or on its way', async () => {
  const world = aWorld([{ ...SLACK, on: ['gate-failed'] }]);
  const line = (id: string, secondsAgo: number): Entry => ({
    at: new Date(world.clock.now() - secondsAgo * 1000).toISOString(),
    kind: 'gate-failed',
    id,
    service: 'web',
    environment: 'production',
    revision: BAD,
    incident: null,
    actor: 'gate',
    because: '0.031 > 0.02',
    details: { checkRun: 77, decision: 'fail', reasonCode: 'harm-proven' },
  });
  const told: Entry = { ...line('told/notified', 300), kind: 'notified', details: { fact: 'told' } };
  const lines = [line('old', 7200), line('lost', 600), line('told', 310), told, line('young', 5)];
  world.repository.ledgerText = append('', lines, sha256).text;
  const { notifier, sent } = aNotifier();
  const loop = aLoop(world, { ...doorsOf(world), notifier });
  await loop.catchUp();
  await loop.catchUp();
  await settle();
  assert.deepEqual(
    sent.map(({ notice }) => notice.fact),
    ['lost'],
  );
  assert.deepEqual(sent[0]?.notice.links, [{ text: 'Gate', url: 'https://github.com/acme/deploy/runs/77' }]);
  assert.equal(sent[0].notice.bad, BAD);
  assert.equal(sent[0].notice.at, line('lost', 600).at);
  assert.ok(at(0) < sent[0].notice.at);
});

test('who was told that an incident is over is not called for it afterwards', async () => {
  const world = aWorld([{ ...SLACK, on: ['escalated', 'recovered'] }]);
  const line = (id: string, kind: Entry['kind'], incident: string, details: Entry['details'] = {}): Entry => ({
    ...{ at: new Date(world.clock.now() - 600_000).toISOString(), kind, id, incident, details },
    ...{ service: 'web', environment: 'production', revision: BAD, actor: 'lastgood', because: 'late' },
  });
  world.repository.ledgerText = append(
    '',
    [
      line('one/escalated', 'escalated', 'one', { trouble: 'not-recovered' }),
      line('two/escalated', 'escalated', 'two', { trouble: 'not-recovered' }),
      line('one/recovered', 'recovered', 'one'),
      line('one/recovered/notified', 'notified', 'one', { fact: 'one/recovered' }),
    ],
    sha256,
  ).text;
  const { notifier, sent } = aNotifier();
  await aLoop(world, { ...doorsOf(world), notifier }).catchUp();
  await settle();
  assert.deepEqual(
    sent.map(({ notice }) => notice.fact),
    ['two/escalated'],
  );
});
