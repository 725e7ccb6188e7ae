import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { createInbox, type Inbox, type Work } from '../../bot/inbox.ts';
import { RollbackError } from '../../src/errors.ts';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

/** Lets everything that does not wait for a timer happen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

async function turn(ms: number): Promise<void> {
  mock.timers.tick(ms);
  await settle();
}

function anInbox(): { inbox: Inbox; log: { level: string; message: string; facts: unknown }[]; done: string[] } {
  const log: { level: string; message: string; facts: unknown }[] = [];
  const inbox = createInbox((level, message, facts) => void log.push({ level, message, facts }));
  return { inbox, log, done: [] };
}

function held(): { work: Work; release: (again: number | null) => void; begun: () => number } {
  let begun = 0;
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const work = async (): Promise<number | null> => {
    begun += 1;
    return promise;
  };
  return { work, release: resolve, begun: () => begun };
}

const away = (wait?: number) =>
  new RollbackError('github-unavailable', 'GitHub answered 502', wait === undefined ? {} : { retryAfterMs: wait });

test('a hint runs now, and its lane is forgotten when there is nothing to wait for', async () => {
  const { inbox, done } = anInbox();
  inbox.hint('web', async () => (done.push('one'), null));
  assert.deepEqual(inbox.lanes(), ['web']);
  await settle();
  assert.deepEqual(done, ['one']);
  assert.deepEqual(inbox.lanes(), []);
});

test('one lane does one thing at a time; only the newest hint waits; other lanes go on', async () => {
  const { inbox, done } = anInbox();
  const first = held();
  inbox.hint('web', first.work);
  inbox.hint('web', async () => (done.push('two'), null));
  inbox.hint('web', async () => (done.push('three'), null));
  inbox.hint('api', async () => (done.push('api'), null));
  await settle();
  assert.deepEqual(done, ['api']);
  first.release(null);
  await settle();
  assert.deepEqual(done, ['api', 'three']);
});

test('work that wants another look gets it after exactly that time', async () => {
  const { inbox, done } = anInbox();
  inbox.hint('web', async () => (done.push('look'), done.length < 3 ? 5000 : null));
  await settle();
  await turn(4999);
  assert.equal(done.length, 1);
  await turn(1);
  assert.equal(done.length, 2);
  await turn(5000);
  assert.equal(done.length, 3);
  assert.deepEqual(inbox.lanes(), []);
});

test('a hint does not wait for the timer, and replaces it', async () => {
  const { inbox, done } = anInbox();
  inbox.hint('web', async () => (done.push('slow'), 60_000));
  await settle();
  inbox.hint('web', async () => (done.push('hint'), null));
  await settle();
  assert.deepEqual(done, ['slow', 'hint']);
  await turn(120_000);
  assert.deepEqual(done, ['slow', 'hint']);
});

test('later waits its time, and not at all when the lane runs or waits already', async () => {
  const { inbox, done } = anInbox();
  inbox.later('web', async () => (done.push('later'), null), 1000);
  inbox.later('web', async () => (done.push('never'), null), 10);
  await turn(999);
  assert.deepEqual(done, []);
  await turn(1);
  assert.deepEqual(done, ['later']);
  await turn(10_000);
  assert.deepEqual(done, ['later']);
});

test('a passing failure is repeated after 0.5, 1, 2 ... seconds, at most a minute, and success begins anew', async () => {
  const { inbox, log } = anInbox();
  let runs = 0;
  inbox.hint('web', async () => {
    runs += 1;
    if (runs <= 10) throw away();
    return null;
  });
  await settle();
  const waits: number[] = [];
  for (let before = runs, waited = 0; runs <= 10;) {
    await turn(500);
    waited += 500;
    if (runs === before) continue;
    waits.push(waited);
    [before, waited] = [runs, 0];
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  assert.equal(log.length, 10);
  assert.ok(log.every(({ level }) => level === 'warn'));
});

test('GitHub says how long to wait, and that is kept', async () => {
  const { inbox } = anInbox();
  let runs = 0;
  inbox.hint('web', async () => {
    runs += 1;
    if (runs === 1) throw away(17_000);
    return null;
  });
  await settle();
  await turn(16_999);
  assert.equal(runs, 1);
  await turn(1);
  assert.equal(runs, 2);
});

test('what needs a person is logged with its cure and not repeated', async () => {
  const { inbox, log } = anInbox();
  let runs = 0;
  inbox.hint('web', async () => {
    runs += 1;
    throw new RollbackError('github-forbidden', 'GitHub answered 403');
  });
  await settle();
  await turn(600_000);
  assert.equal(runs, 1);
  assert.deepEqual(inbox.lanes(), []);
  assert.equal(log[0]?.level, 'error');
  assert.match(JSON.stringify(log[0].facts), /github-forbidden.*Grant the App/);
});

test('an error that nobody foresaw is logged as such and repeated', async () => {
  const { inbox, log } = anInbox();
  let runs = 0;
  inbox.hint('web', async () => {
    runs += 1;
    if (runs === 1) throw new TypeError('x is undefined');
    return null;
  });
  await settle();
  await turn(500);
  assert.equal(runs, 2);
  assert.equal(log[0]?.level, 'error');
});

test('a hint that came while work failed is run at once instead of the repetition', async () => {
  const { inbox, done } = anInbox();
  const { promise, reject } = Promise.withResolvers<number | null>();
  inbox.hint('web', () => promise);
  inbox.hint('web', async () => (done.push('hint'), null));
  reject(away());
  await settle();
  assert.deepEqual(done, ['hint']);
});

test('wake runs what waits in matching lanes, and leaves others and running ones alone', async () => {
  const { inbox, done } = anInbox();
  const busy = held();
  inbox.hint('acme/a/x', async () => (done.push('a'), 60_000));
  inbox.hint('acme/b/x', async () => (done.push('b'), 60_000));
  inbox.hint('acme/a/busy', busy.work);
  await settle();
  inbox.wake((lane) => lane.startsWith('acme/a/'));
  await settle();
  assert.deepEqual(done, ['a', 'b', 'a']);
  assert.equal(busy.begun(), 1);
  busy.release(null);
});

test('drain waits for what runs, and nothing begins any more', async () => {
  const { inbox, done } = anInbox();
  const running = held();
  inbox.hint('web', running.work);
  inbox.hint('api', async () => (done.push('api'), 1000));
  await settle();
  let drained = false;
  const drain = inbox.drain().then(() => (drained = true));
  inbox.hint('late', async () => (done.push('late'), null));
  inbox.later('later', async () => (done.push('later'), null), 1);
  inbox.wake(() => true);
  await settle();
  assert.equal(drained, false);
  running.release(5000);
  await drain;
  await turn(600_000);
  assert.deepEqual(done, ['api']);
  assert.equal(running.begun(), 1);
});
