import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CORPUS, damaged } from './corpus.ts';
import { anEdge, PRIVATE_KEY, SECRET, sign } from './edge.ts';

/** The suite for real servers does them all. */
const DAMAGED = Number(process.env['CORPUS_DAMAGED'] ?? 2_000);

const seen: unknown[] = [];
process.on('unhandledRejection', (error) => seen.push(error));

test('every payload that GitHub documents is answered with 200, and none makes the bot write', async () => {
  assert.ok(CORPUS.length >= 329, String(CORPUS.length));
  const edge = await anEdge();
  for (const { name, payload } of CORPUS)
    assert.equal(await edge.send({ name, body: JSON.stringify(payload) }), 200, name);
  await edge.settle();
  assert.deepEqual(edge.writes, []);
  assert.deepEqual(
    edge.errands.filter(({ kind }) => ['ask', 'comment', 'gate'].includes(kind)),
    [],
  );
  await edge.queue.drain(0);
});

test('the watch over writes sees one: a signed command is answered', async () => {
  const edge = await anEdge();
  const example = CORPUS.find(({ name, payload }) => name === 'issue_comment' && payload['action'] === 'created');
  const payload = structuredClone(example?.payload ?? {}) as { comment: Record<string, unknown> };
  const said = edge.world.repository.say(5, 'ada', '/rollback web production');
  Object.assign(payload.comment, {
    id: said.id,
    body: said.body,
    created_at: said.createdAt,
    user: { login: 'ada', type: 'User' },
  });
  assert.equal(await edge.send({ name: 'issue_comment', body: JSON.stringify(payload) }), 200);
  await edge.settle();
  assert.ok(edge.writes.includes('comment') && edge.writes.includes('react'), edge.writes.join(', '));
  await edge.queue.drain(0);
});

test('a command counts when it is written by a person, and not when somebody edits one into a comment', async (t) => {
  const edge = await anEdge();
  t.after(() => edge.queue.drain(0));
  const { createdAt } = edge.world.repository.say(5, 'ada', '/rollback web production');
  const comment = { body: '/rollback web production', created_at: createdAt, user: { login: 'ada', type: 'User' } };
  const kept = async (name: string, action: string, more: object): Promise<number> => {
    edge.errands.length = 0;
    const example = CORPUS.find((each) => each.name === name && each.payload['comment'] !== undefined);
    const payload = structuredClone(example?.payload ?? {}) as { comment: object };
    Object.assign(payload, { action });
    Object.assign(payload.comment, comment, more);
    assert.equal(await edge.send({ name, body: JSON.stringify(payload) }), 200);
    return edge.errands.filter(({ kind }) => kind === 'comment').length;
  };
  for (const name of ['issue_comment', 'commit_comment']) {
    assert.equal(await kept(name, 'created', { id: 1 }), 1, name);
    assert.equal(await kept(name, 'edited', { id: 2 }), 0, name);
    for (const type of ['Bot', 'Organization', 'Mannequin'])
      assert.equal(await kept(name, 'created', { id: 3, user: { login: 'ada', type } }), 0, type);
  }
  await edge.settle();
});

test('no payload with a wrong signature reaches a handler, whatever is wrong with it', async () => {
  const edge = await anEdge();
  const wrong = (body: string): string[] => [
    sign(body, 'another-secret'),
    sign(body, 'development'),
    sign(`${body} `),
    sign(body).replace('sha256=', 'sha1='),
    sign(body).slice(0, -1),
    `${sign(body)}0`,
    'sha256=',
    '💥',
  ];
  for (const [i, { name, payload }] of CORPUS.entries()) {
    const body = JSON.stringify(payload);
    const signatures = wrong(body);
    const signature = signatures[i % signatures.length] ?? '';
    assert.equal(await edge.send({ name, body, signature }), 401, `${name} ${signature}`);
  }
  assert.equal(await edge.send({ name: 'push', body: '{}', signature: '' }), 400);
  assert.deepEqual(edge.errands, []);
  assert.deepEqual(edge.writes, []);
});

test(`${DAMAGED} damaged payloads with a right signature crash nothing, write nothing and pollute nothing`, async () => {
  const edge = await anEdge();
  const answers = new Set<number>();
  for (let n = 0; n < DAMAGED; n += 1) {
    const { name, payload } = damaged(n);
    answers.add(await edge.send({ name, body: JSON.stringify(payload) }));
  }
  await edge.settle();
  assert.deepEqual(
    [...answers].filter((status) => status !== 200 && status !== 500),
    [],
  );
  assert.ok(answers.has(200));
  assert.deepEqual(edge.writes, []);
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  for (const line of edge.lines) {
    // One line, one object: nothing of a payload can begin a line of its own.
    assert.equal(line.indexOf('\n'), line.length - 1);
    assert.doesNotThrow(() => JSON.parse(line));
  }
  const text = edge.lines.join('');
  assert.ok(!text.includes(SECRET) && !text.includes(PRIVATE_KEY.slice(40, 90)));
  assert.deepEqual(seen, []);
  await edge.queue.drain(0);
});

test('what is no JSON object, too large, or lacks a header is refused', async () => {
  const edge = await anEdge();
  for (const body of ['', 'x', '[]', 'null', '"text"', '{"a":'])
    assert.ok([400, 401].includes(await edge.send({ name: 'push', body })), body);
  assert.equal(await edge.send({ name: 'push', body: '{}', headers: { 'content-length': '25000001' } }), 413);
  const parts = Array.from({ length: 26 }, () => ' '.repeat(1_000_000));
  assert.equal(await edge.send({ name: 'push', body: '{}', parts }), 413, 'whatever length it promised');
  assert.equal(await edge.send({ name: '', body: '{}' }), 400);
  assert.deepEqual(edge.errands, []);
});

/** A revert of ours was closed. */
function closed(): string {
  const example = CORPUS.find(({ name, payload }) => name === 'pull_request' && payload['action'] === 'closed');
  const payload = structuredClone(example?.payload ?? {}) as { pull_request: { head: { ref: string } } };
  payload.pull_request.head.ref = 'rollback/production/web/0123456';
  return JSON.stringify(payload);
}

test('what is not kept in time is told to GitHub as a failure, never as kept', async (t) => {
  const edge = await anEdge({ patienceMs: 1 });
  t.after(() => edge.queue.drain(0));
  edge.queue.put = () => new Promise(() => undefined);
  assert.equal(await edge.send({ name: 'pull_request', body: closed() }), 503);
});

test('a queue that does not answer is told to GitHub as a failure, so that it can be asked again', async () => {
  const edge = await anEdge();
  await edge.queue.drain(0);
  assert.equal(await edge.send({ name: 'pull_request', body: closed() }), 500);
  assert.match(edge.lines.at(-1) ?? '', /The bot is stopping/);
});
