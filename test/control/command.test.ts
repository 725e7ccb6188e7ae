import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hear, type Spoken } from '../../src/control/command.ts';
import { askOf } from '../../src/control/spoken.ts';
import type { Loop } from '../../src/control/reconcile.ts';
import { RollbackError } from '../../src/errors.ts';
import { readQuarantine } from '../../src/plan/quarantine.ts';
import { parseBlock } from '../../src/report/memory.ts';
import { parseTimeline } from '../../src/report/timeline.ts';
import { doorsOf } from './fakes.ts';
import { aLoop, anAsk, aRelease, FILE, KEY, manifest, type Released, steps, toTheEnd } from './world.ts';

const onIssue = (number: number) => ({ kind: 'issue', number }) as const;
const ISSUE = 500;

/** Somebody writes a comment, and it is heard. */
async function say(world: Released, body: string, more: Partial<Spoken> & { loop?: Loop } = {}) {
  const { loop = aLoop(world), ...overrides } = more;
  const author = overrides.author ?? 'ada';
  const comment = world.repository.say(overrides.page ?? onIssue(ISSUE), author, body);
  const spoken: Spoken = { ...comment, commentId: comment.id, isBot: false, ...overrides };
  world.clock.turn(1000);
  const again = () => hear(doorsOf(world), loop, spoken);
  const heard = await again();
  await loop.flush();
  return { heard, spoken, again, loop };
}

const answers = (world: Released) =>
  world.repository.said.filter(({ author, body }) => author === 'lastgood[bot]' && parseTimeline(body) === null);
const lastAnswer = (world: Released) => answers(world).at(-1)?.body ?? '';
const reactionsTo = (world: Released, comment: number) =>
  world.repository.reactions.filter((reaction) => reaction.comment === comment).map(({ content }) => content);

test('/rollback by somebody with write access opens and merges the revert, and is acknowledged', async () => {
  const world = aRelease({});
  const { heard, spoken, loop } = await say(world, '/rollback web production checkout is broken');
  assert.ok(heard);
  assert.equal(world.repository.pulls[0]?.state, 'merged');
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['rocket']);
  const memory = parseBlock(world.repository.pulls[0].body);
  assert.equal(memory?.mode, 'auto');
  assert.deepEqual(memory.incident.cause, {
    kind: 'command',
    by: 'ada',
    commentId: spoken.commentId,
    issue: ISSUE,
    reason: 'checkout is broken',
  });
  assert.equal(steps(await toTheEnd(world, loop, null)).at(-1), 'finish recovered');
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
});

test('the same comment heard again, even long after the recovery, changes nothing', async () => {
  const world = aRelease({});
  const { again, loop } = await say(world, '/rollback web production');
  await toTheEnd(world, loop, null);
  const said = answers(world).length;
  for (let i = 0; i < 3; i += 1) {
    world.clock.turn(600_000);
    await again();
  }
  assert.equal(world.repository.pulls.length, 1);
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  assert.ok(answers(world).length <= said + 1);
});

test('/rollback on the pull request of a release means that release', async () => {
  const world = aRelease({});
  const issue = world.repository.commits.find(({ sha }) => sha === world.bad)?.pull?.number ?? 0;
  await say(world, '/rollback', { page: onIssue(issue) });
  assert.equal(parseBlock(world.repository.pulls[0]?.body)?.incident.bad, world.bad);
});

test('a release that was rolled back already is not rolled back again from its own pull request', async () => {
  const world = aRelease({});
  const issue = world.repository.commits.find(({ sha }) => sha === world.bad)?.pull?.number ?? 0;
  const { loop } = await say(world, '/rollback', { page: onIssue(issue) });
  await toTheEnd(world, loop, null);
  const { spoken } = await say(world, '/rollback', { page: onIssue(issue) });
  assert.match(lastAnswer(world), /Not done[\s\S]*recovered[\s\S]*to <sha>/);
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['confused']);
  assert.equal(world.repository.pulls.length, 1);
});

test('somebody with read access is refused, with whom to ask', async () => {
  const world = aRelease({});
  const { heard, spoken } = await say(world, '/rollback web production', { author: 'eve' });
  assert.equal(heard, null);
  assert.match(lastAnswer(world), /Not done[\s\S]*eve has the role 'read'[\s\S]*owner/);
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['confused']);
  assert.equal(world.repository.pulls.length, 0);
});

test('an owner without write access may roll back their own service and no other', async () => {
  const world = aRelease({ owners: ['grace'], others: { api: { owners: ['linus'] } } });
  await say(world, '/rollback web production', { author: 'linus' });
  assert.match(lastAnswer(world), /linus has the role 'read'/);
  assert.equal(world.repository.pulls.length, 0);
  await say(world, '/rollback web production', { author: 'grace' });
  assert.equal(world.repository.pulls.length, 1);
});

test('an owner of another service may not confirm: neither a waiting pull request nor a printed plan', async () => {
  const world = aRelease({ others: { api: { owners: ['linus'] } } });
  await say(world, '/rollback plan web production');
  const [, hash = ''] = /\/rollback confirm ([0-9a-f]{12})/.exec(lastAnswer(world)) ?? [];
  await say(world, `/rollback confirm ${hash}`, { author: 'linus' });
  assert.match(lastAnswer(world), /linus has the role 'read'/);
  assert.equal(world.repository.pulls.length, 0);

  await aLoop(world).reconcile(KEY, anAsk(world));
  await say(world, `/rollback confirm ${hash}`, { author: 'linus' });
  assert.match(lastAnswer(world), /linus has the role 'read'/);
  assert.equal(world.repository.pulls[0]?.state, 'open');
});

test('somebody who may not roll back is told nothing of what goes on, and gets no list of what to try', async () => {
  for (const words of ['/rollback status', '/rollback help', '/rolback']) {
    const world = aRelease({});
    await say(world, words, { author: 'eve' });
    assert.match(lastAnswer(world), /Not done[\s\S]*eve has the role 'read'/, words);
  }
});

test('with a named target everything after it is meant, not the release of the page', () => {
  const spoken: Spoken = {
    commentId: 1,
    page: onIssue(7),
    author: 'ada',
    isBot: false,
    body: '',
    createdAt: '2026-03-01T12:00:00Z',
  };
  assert.deepEqual([askOf(spoken, null, '1.4.0', 'b'.repeat(40)).bad, askOf(spoken, null, null, 'b').bad], [null, 'b']);
});

test('an unknown service is refused with the names that there are', async () => {
  const world = aRelease({ others: { api: {} } });
  await say(world, '/rollback wbe production');
  assert.match(lastAnswer(world), /Not done[\s\S]*web/);
  assert.equal(world.repository.pulls.length, 0);
});

test('where several services could be meant, nothing is guessed', async () => {
  const world = aRelease({ others: { api: {} } });
  await say(world, '/rollback');
  assert.match(lastAnswer(world), /\/rollback web production[\s\S]*\/rollback api production/);
  assert.equal(world.repository.pulls.length, 0);
});

test('a target that nobody knows is answered to whoever named it: nobody else is called, and nothing begins', async () => {
  const world = aRelease({});
  const { spoken } = await say(world, '/rollback web production to v9.9');
  assert.match(lastAnswer(world), /^\*\*Not done\*\*: 'v9\.9' is no known revision, time or version[\s\S]*possible: /);
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['confused']);
  assert.deepEqual(
    world.repository.said.filter(({ body }) => parseTimeline(body) !== null),
    [],
  );
  assert.equal(world.repository.pulls.length, 0);
  assert.equal(world.repository.ledgerText, '');
  await say(world, `/rollback web production to ${world.good}`);
  assert.equal(world.repository.pulls[0]?.state, 'merged');
});

test('help and status answer and change nothing', async () => {
  const world = aRelease({});
  const help = await say(world, '/rollback help');
  assert.match(lastAnswer(world), /\/rollback plan/);
  assert.deepEqual(reactionsTo(world, help.spoken.commentId), ['rocket']);
  await say(world, '/rollback status');
  assert.match(lastAnswer(world), /No rollback is under way/);
  await aLoop(world).reconcile(KEY, anAsk(world));
  await say(world, '/rollback status');
  assert.match(lastAnswer(world), /web in production: .* waits for a person/);
  assert.equal(world.repository.pulls[0]?.state, 'open');
});

test('plan prints the plan and its hash; confirm runs exactly that', async () => {
  const world = aRelease({});
  await say(world, '/rollback plan web production');
  assert.equal(world.repository.pulls.length, 0);
  const [, hash = ''] = /\/rollback confirm ([0-9a-f]{12})/.exec(lastAnswer(world)) ?? [];
  const { heard } = await say(world, `/rollback confirm ${hash}`);
  assert.ok(heard);
  assert.equal(parseBlock(world.repository.pulls[0]?.body)?.planHash, hash);
  assert.equal(world.repository.pulls[0]?.state, 'merged');
});

test('a plan that is no longer what would happen is not run; what moved and the new hash are named', async () => {
  const world = aRelease({});
  await say(world, '/rollback plan web production');
  const [, hash = ''] = /\/rollback confirm ([0-9a-f]{12})/.exec(lastAnswer(world)) ?? [];
  const next = world.repository.release('Release web 1.4.3', { [FILE]: manifest('1.4.3') });
  const { spoken } = await say(world, `/rollback confirm ${hash}`);
  assert.match(lastAnswer(world), new RegExp(`plan \`?${hash}\`? is no longer[\\s\\S]*/rollback confirm [0-9a-f]{12}`));
  assert.match(
    lastAnswer(world),
    new RegExp(
      `main moved from ${world.bad.slice(0, 7)} to ${next.slice(0, 7)}[\\s\\S]*Release web 1\\.4\\.3 \\(ada\\)`,
    ),
  );
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['confused']);
  assert.equal(world.repository.pulls.length, 0);
});

test('a plan that has become no plan at all is refused with the reason, and no hash is offered', async () => {
  const world = aRelease({});
  await say(world, `/rollback plan web production to ${world.good}`);
  const [, hash = ''] = /\/rollback confirm ([0-9a-f]{12})/.exec(lastAnswer(world)) ?? [];
  world.repository.release('Back by hand', { [FILE]: manifest('1.4.1') });
  await say(world, `/rollback confirm ${hash}`);
  assert.match(
    lastAnswer(world),
    /is no longer what would happen[\s\S]*Now there is no plan: the files already are as at/,
  );
  assert.doesNotMatch(lastAnswer(world), /confirm none|```/);
});

test('a commit that touches nothing of the plan does not stand in the way of its confirmation', async () => {
  const world = aRelease({});
  await say(world, '/rollback plan web production');
  const [, hash = ''] = /\/rollback confirm ([0-9a-f]{12})/.exec(lastAnswer(world)) ?? [];
  world.repository.release('Something else', { 'README.md': 'y' });
  await say(world, `/rollback confirm ${hash}`);
  assert.equal(world.repository.pulls[0]?.state, 'merged');
  assert.equal(world.repository.file('README.md'), 'y');
});

test('a hash that was never printed here is refused', async () => {
  const world = aRelease({});
  await say(world, '/rollback confirm 0123456789ab');
  assert.match(lastAnswer(world), /was not printed here/);
  assert.equal(world.repository.pulls.length, 0);
});

test('a plan that somebody else pasted into a comment is not a plan of ours', async () => {
  const world = aRelease({});
  await say(world, '/rollback plan web production', { page: onIssue(501) });
  const [, hash = ''] = /\/rollback confirm ([0-9a-f]{12})/.exec(lastAnswer(world)) ?? [];
  world.repository.say(ISSUE, 'eve', lastAnswer(world));
  await say(world, `/rollback confirm ${hash}`);
  assert.match(lastAnswer(world), /was not printed here/);
});

test('confirm on a pull request that waits for a person merges it', async () => {
  const world = aRelease({});
  await aLoop(world).reconcile(KEY, anAsk(world));
  const memory = parseBlock(world.repository.pulls[0]?.body);
  assert.equal(memory?.mode, 'human');
  const number = world.repository.pulls[0]?.number ?? 0;
  await say(world, `/rollback confirm ${memory.planHash}`, { page: onIssue(number) });
  assert.equal(world.repository.pulls[0]?.state, 'merged');
  assert.match(world.repository.pulls[0].body, /Confirmed by ada/);
});

test('a pull request whose text somebody else edited cannot be confirmed', async () => {
  const world = aRelease({});
  await aLoop(world).reconcile(KEY, anAsk(world));
  const [pull] = world.repository.pulls;
  assert.ok(pull);
  world.repository.change(pull.number, { ours: false });
  await say(world, `/rollback confirm ${parseBlock(pull.body)?.planHash ?? ''}`, { page: onIssue(pull.number) });
  assert.equal(world.repository.pulls[0]?.state, 'open');
  assert.equal(world.repository.pulls[0].body, pull.body);
});

test('no last good is answered on the spot', async () => {
  const world = aRelease({});
  world.repository.commits.length = 0;
  world.repository.release('First release', { [FILE]: manifest('1.0.0') });
  const { spoken } = await say(world, '/rollback web production');
  assert.match(lastAnswer(world), /No last good revision known/);
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['confused']);
});

test('a comment of a bot, and a comment that is no command, are not answered', async () => {
  const world = aRelease({});
  await say(world, '/rollback web production', { author: 'helper[bot]', isBot: true });
  await say(world, 'we should think about a rollback of web');
  assert.equal(answers(world).length, 0);
  assert.equal(world.repository.reactions.length, 0);
  assert.equal(world.repository.pulls.length, 0);
});

test('a missing playbook is answered with its cure, once', async () => {
  const world = aRelease({});
  world.repository.playbook = null;
  const { again } = await say(world, '/rollback web production');
  await again();
  assert.equal(answers(world).length, 1);
  assert.match(lastAnswer(world), /lastgood\.yml/);
});

test('GitHub that is away is no refusal: the comment is heard again and then carried out', async () => {
  const world = aRelease({});
  world.repository.failOn('history', new RollbackError('github-unavailable', 'GitHub answered 502'), 1);
  const comment = world.repository.say(ISSUE, 'ada', '/rollback web production');
  const spoken: Spoken = { ...comment, commentId: comment.id, isBot: false };
  const loop = aLoop(world);
  await assert.rejects(hear(doorsOf(world), loop, spoken), { code: 'github-unavailable' });
  assert.equal(answers(world).length, 0);
  assert.deepEqual(reactionsTo(world, comment.id), []);
  await hear(doorsOf(world), loop, spoken);
  assert.equal(world.repository.pulls.length, 1);
});

test('a reaction that fails does not take the process down, and is set when the comment is heard again', async () => {
  const world = aRelease({});
  world.repository.failOn('react', new RollbackError('github-unavailable', 'GitHub answered 502'), 1);
  // A merge takes a while: until then nobody waits for the reaction that failed.
  const merge = world.repository.mergePinned.bind(world.repository);
  world.repository.mergePinned = async (...args) => {
    await new Promise((resolve) => setImmediate(resolve));
    return merge(...args);
  };
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  try {
    const comment = world.repository.say(ISSUE, 'ada', '/rollback web production');
    const spoken: Spoken = { ...comment, commentId: comment.id, isBot: false };
    const loop = aLoop(world);
    await assert.rejects(hear(doorsOf(world), loop, spoken), { code: 'github-unavailable' });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(unhandled, []);
    await hear(doorsOf(world), loop, spoken);
    assert.deepEqual(reactionsTo(world, comment.id), ['rocket']);
    assert.equal(world.repository.pulls.length, 1);
  } finally {
    process.off('unhandledRejection', note);
  }
});

test('what was rolled back is quarantined by the commit of the revert, in a file that only grows', async () => {
  const world = aRelease({});
  const { loop } = await say(world, '/rollback web production checkout is broken');
  await toTheEnd(world, loop, null);
  const path = '.lastgood/quarantine/production/web.yml';
  const [held, ...others] = readQuarantine(world.repository.file(path) ?? null);
  assert.equal(others.length, 0);
  assert.ok(held);
  assert.equal(held.value, 'ghcr.io/acme/web:1.4.2');
  assert.equal(held.reason, 'checkout is broken');
  assert.match(
    world.repository.pulls[0]?.body ?? '',
    /### Quarantined[\s\S]*web:1\.4\.2[\s\S]*\/release web production/,
  );
});

test('a command that was carried out is never refused when it is heard again', async () => {
  const world = aRelease({});
  const { spoken, again, loop } = await say(world, '/rollback web production');
  await toTheEnd(world, loop, null);
  await again();
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['rocket']);
  assert.doesNotMatch(lastAnswer(world), /Not done/);
});

test('a command that was carried out is acknowledged when its reaction was lost and it is heard again after the recovery', async () => {
  const world = aRelease({});
  const issue = world.repository.commits.find(({ sha }) => sha === world.bad)?.pull?.number ?? 0;
  const { spoken, again, loop } = await say(world, '/rollback', { page: onIssue(issue) });
  await toTheEnd(world, loop, null);
  world.repository.reactions.length = 0;
  await again();
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['rocket']);
  assert.doesNotMatch(lastAnswer(world), /Not done/);
});

test('a command that was refused carries one reaction, however often it is heard', async () => {
  const world = aRelease({});
  const issue = world.repository.commits.find(({ sha }) => sha === world.bad)?.pull?.number ?? 0;
  const { loop } = await say(world, '/rollback', { page: onIssue(issue) });
  await toTheEnd(world, loop, null);
  const { spoken, again } = await say(world, '/rollback', { page: onIssue(issue) });
  await again();
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['confused']);
});

const onCommit = (sha: string) => ({ kind: 'commit', sha }) as const;

test('/rollback on a commit accuses that release; the answer there leads to the revert, where the story is told', async () => {
  const world = aRelease({});
  const later = world.repository.release('Set the replicas', { 'apps/web/replicas.yaml': 'replicas: 3\n' });
  const { heard, spoken, again, loop } = await say(world, '/rollback checkout is broken', {
    page: onCommit(world.bad),
  });
  assert.ok(heard);
  const [pull] = world.repository.pulls;
  assert.equal(parseBlock(pull?.body)?.incident.bad, world.bad);
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['rocket']);
  const here = () => world.repository.said.filter(({ page, author }) => page.kind === 'commit' && author !== 'ada');
  assert.deepEqual(
    here().map(({ body }) => body.split('\n')[0]),
    [`**On its way**: #${pull?.number} is the revert; what happens is told there.`],
  );
  await toTheEnd(world, loop, null);
  assert.equal(world.repository.file(FILE), manifest('1.4.1'));
  assert.equal(world.repository.file('apps/web/replicas.yaml'), 'replicas: 3\n', later);
  assert.ok(world.repository.said.some(({ issue, body }) => issue === pull?.number && parseTimeline(body) !== null));
  await again();
  assert.equal(here().length, 1);
});

test('a plan that was printed on a commit is confirmed there', async () => {
  const world = aRelease({});
  await say(world, '/rollback plan', { page: onCommit(world.bad) });
  const [, hash = ''] = /\/rollback confirm ([0-9a-f]{12})/.exec(lastAnswer(world)) ?? [];
  await say(world, `/rollback confirm ${hash}`, { page: onCommit(world.good) });
  assert.match(lastAnswer(world), /was not printed here/);
  await say(world, `/rollback confirm ${hash}`, { page: onCommit(world.bad) });
  assert.equal(world.repository.pulls[0]?.state, 'merged');
});

test('a commit that never was on the default branch accuses nothing, and the answer says what would work', async () => {
  const world = aRelease({});
  const sha = world.repository.release('From a fork', { [FILE]: manifest('6.6.6') });
  world.repository.trials.push(...world.repository.commits.splice(-1));
  const { spoken } = await say(world, '/rollback', { page: onCommit(sha) });
  assert.match(lastAnswer(world), /is not on main: it was never released[\s\S]*\/rollback web production to <sha>/);
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['confused']);
  assert.equal(world.repository.pulls.length, 0);
  await say(world, '/hold web production', { page: onCommit(sha) });
  assert.match(lastAnswer(world), /Automatic rollbacks are stopped/);
});

test('a command that was refused stays refused, also when it is heard again after it would have been allowed', async () => {
  const world = aRelease({});
  const { spoken, again } = await say(world, '/rollback web production', { author: 'eve' });
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['confused']);
  world.repository.roles.set('eve', 'admin');
  await again();
  assert.equal(world.repository.pulls.length, 0);
  assert.deepEqual(reactionsTo(world, spoken.commentId), ['confused']);
});

test('a ledger that somebody broke stops a machine, which calls a person; their own command works, and says what is not known', async () => {
  const world = aRelease();
  world.repository.ledgerText = '{"seq": 1}\n';
  const look = await aLoop(world).reconcile(KEY, anAsk(world));
  assert.deepEqual(steps([look]), ['escalate held']);
  assert.match(look.kind === 'looked' ? look.step.because : '', /nobody knows whether .* stopped here: ledger line 1/);
  assert.equal(world.repository.pulls.length, 0);
  await say(world, '/rollback plan web production');
  assert.match(lastAnswer(world), /\*\*Plan [0-9a-f]{12}\*\*[\s\S]*ledger line 1[\s\S]*is not known/);
  const { loop } = await say(world, '/rollback web production checkout is broken');
  assert.equal(world.repository.pulls[0]?.state, 'merged');
  assert.match(
    world.repository.pulls[0].body,
    /ledger line 1.*what was verified, rolled back or quarantined before is not known/,
  );
  assert.equal(steps(await toTheEnd(world, loop, null)).at(-1), 'finish recovered');
  assert.equal(world.repository.ledgerText, '{"seq": 1}\n', 'it is not continued');
});
