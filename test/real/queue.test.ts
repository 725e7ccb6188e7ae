import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { postgresQueue } from '../../src/adapters/queue/postgres.ts';
import { RollbackError } from '../../src/errors.ts';
import { aTask, held, queueContract, until, type Chore, type Subject } from '../adapters/queue/contract.ts';
import { startPostgres } from './postgres.ts';

const server = await startPostgres();
assert.ok(server, 'PostgreSQL is not installed');
after(() => server.stop());

let schemas = 0;
const newSchema = () => `lastgood_${(schemas += 1)}`;
const replica = (schema: string, more: Partial<Parameters<typeof postgresQueue<Chore>>[0]> = {}) =>
  postgresQueue<Chore>({ url: server.url, schema, ...more });

queueContract('on PostgreSQL', async (t) => {
  const failures: Subject['failures'] = [];
  const queue = await replica(newSchema(), { onFailure: ({ id }, _, then) => void failures.push({ id, after: then }) });
  t.after(() => queue.drain(0));
  return { queue, failures };
});

test('two replicas do each task once, never two of one lane at the same time, and keep the order of each lane', async (t) => {
  const schema = newSchema();
  const replicas = [await replica(schema), await replica(schema)];
  t.after(() => Promise.all(replicas.map((queue) => queue.drain(0))));
  const done: string[] = [];
  const open = new Set<string>();
  const by = [0, 0];
  for (const [index, queue] of replicas.entries()) {
    await queue.start(async ({ say }) => {
      const [lane = ''] = say.split(' ');
      assert.ok(!open.has(lane), `${lane} ran twice at once`);
      open.add(lane);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open.delete(lane);
      done.push(say);
      by[index] = (by[index] ?? 0) + 1;
      return null;
    });
  }
  for (let i = 0; i < 20; i += 1) {
    for (const [at, lane] of ['a', 'b', 'c'].entries()) await replicas[(i + at) % 2]?.put(aTask(`${lane} ${i}`, lane));
  }
  await until('all is done', () => done.length === 60);
  for (const lane of ['a', 'b', 'c']) {
    assert.deepEqual(
      done.filter((say) => say.startsWith(lane)),
      Array.from({ length: 20 }, (_, i) => `${lane} ${i}`),
    );
  }
  assert.ok(
    by.every((count) => count > 0),
    `one replica did nothing: ${by.join(', ')}`,
  );
});

test('the same delivery at two replicas at once is done once', async (t) => {
  const schema = newSchema();
  const replicas = [await replica(schema), await replica(schema)];
  t.after(() => Promise.all(replicas.map((queue) => queue.drain(0))));
  const kept = await Promise.all(replicas.map((queue) => queue.put(aTask('one'), { once: 'guid' })));
  assert.equal(kept.filter((word) => word === 'kept').length, 1, kept.join(', '));
  let runs = 0;
  await Promise.all(replicas.map((queue) => queue.start(async () => ((runs += 1), null))));
  await until('it is done', async () => runs > 0 && (await replicas[0]?.state())?.running === 0);
  assert.equal(runs, 1);
});

test('one replica has the turn in each period', async (t) => {
  const schema = newSchema();
  const replicas = [await replica(schema), await replica(schema), await replica(schema)];
  t.after(() => Promise.all(replicas.map((queue) => queue.drain(0))));
  const turns = await Promise.all(replicas.map((queue) => queue.turn('sweep', 86_400_000)));
  assert.equal(turns.filter(Boolean).length, 1);
  assert.equal(await replicas[0]?.turn('other', 86_400_000), true);
});

test('what a stopping replica could not finish, another one begins anew', async (t) => {
  const schema = newSchema();
  const [first, second] = [await replica(schema), await replica(schema)];
  t.after(() => second.drain(0));
  const work = held();
  await first.start(work.run);
  await first.put(aTask('long'));
  await until('it runs', () => work.begun.length === 1);
  await first.drain(10);
  const done: string[] = [];
  await second.start(async ({ say }) => (done.push(say), null));
  await until('the other one did it', () => done.length === 1);
  work.release('long');
});

test('a task whose replica was killed in the middle runs again elsewhere', { timeout: 60_000 }, async (t) => {
  const schema = newSchema();
  const alive = await replica(schema);
  t.after(() => alive.drain(0));
  const dead = spawn(process.execPath, [fileURLToPath(new URL('./holder.ts', import.meta.url)), server.url, schema], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(dead.stdout, 'data');
  await alive.put(aTask('half done'));
  await until('the other process runs it', async () => (await alive.state()).running === 1);
  dead.kill('SIGKILL');
  await once(dead, 'exit');
  // Its silence is counted from the last sign of life: made older, so that nobody waits here.
  await sql(`UPDATE "${schema}".job SET heartbeat_on = now() - interval '1 hour' WHERE state = 'active'`);
  const done: string[] = [];
  await alive.start(async ({ say }) => (done.push(say), null));
  await until('the living one did it', () => done.length === 1);
});

test('a task that ends its process again and again is given up, not tried for ever', { timeout: 60_000 }, async (t) => {
  const schema = newSchema();
  const queue = await replica(schema);
  t.after(() => queue.drain(0));
  await queue.put(aTask('poison'));
  await sql(
    `UPDATE "${schema}".job SET retry_count = 5, state = 'retry', output = '{"value":{"message":"job heartbeat timeout"}}' WHERE name = 'inbox'`,
  );
  let runs = 0;
  await queue.start(async () => ((runs += 1), null));
  await until('it is buried', async () => (await queue.state()).dead === 1);
  assert.equal(runs, 0);
  assert.match((await queue.dead())[0]?.because ?? '', /process ended 5 times/);
});

test('a task that was repeated for other reasons outlives the death of its process', { timeout: 60_000 }, async (t) => {
  const schema = newSchema();
  const queue = await replica(schema);
  t.after(() => queue.drain(0));
  let runs = 0;
  await queue.start(() => {
    runs += 1;
    if (runs > 6) return Promise.resolve(null);
    const retryAfterMs = runs < 6 ? 1 : 600_000;
    return Promise.reject(new RollbackError('github-unavailable', 'GitHub answered 502', { retryAfterMs }));
  });
  await queue.put(aTask('patient'));
  await until('it waits for its last repetition', async () => runs === 6 && (await queue.state()).deferred === 1);
  // As pg-boss leaves it behind where the replica that began it fell silent.
  await sql(
    `UPDATE "${schema}".job SET output = '{"value":{"message":"job heartbeat timeout"}}', start_after = now() WHERE name = 'inbox'`,
  );
  await until('it is done or buried', async () => runs === 7 || (await queue.state()).dead === 1);
  assert.deepEqual(await queue.dead(), []);
});

test(
  'while the database is away nothing is taken and nothing is lost; then everything goes on',
  { timeout: 60_000 },
  async (t) => {
    const troubles: string[] = [];
    const queue = await replica(newSchema(), { onTrouble: (message) => void troubles.push(message) });
    t.after(() => queue.drain(0));
    await queue.put(aTask('before'));
    await server.crash();
    const refused = await queue.put(aTask('during')).then(
      () => assert.fail('it was taken'),
      (error: unknown) => error,
    );
    assert.ok(refused instanceof RollbackError && refused.code === 'queue-unavailable', String(refused));
    await assert.rejects(queue.state(), { code: 'queue-unavailable' });
    assert.doesNotMatch(`${String(refused)} ${troubles.join(' ')}`, /a-password-that-nobody-sees/);
    await server.start();
    const done: string[] = [];
    await queue.start(async ({ say }) => (done.push(say), null));
    await until('what was kept is done', () => done.includes('before'));
    await queue.put(aTask('after'));
    await until('and so is what came later', () => done.includes('after'));
  },
);

async function sql(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: server?.url });
  await client.connect();
  await client.query(text);
  await client.end();
}
