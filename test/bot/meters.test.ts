import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHealth } from '../../bot/health.ts';
import { createLog, secretsIn } from '../../bot/log.ts';
import { createMeters } from '../../bot/meters.ts';
import { createRegistry } from '../../bot/metrics.ts';
import { createRedeliverer } from '../../bot/redeliver.ts';
import { memoryQueue } from '../../src/adapters/queue/memory.ts';
import { RollbackError } from '../../src/errors.ts';
import { aLoop, aRelease, anAsk, toTheEnd } from '../control/world.ts';

const EMPTY = { waiting: 2, deferred: 1, running: 3, dead: 4, oldestWaitingSeconds: 1.5 };

test('the text is what Prometheus reads: help, type, escaped labels, cumulative buckets', () => {
  const registry = createRegistry();
  registry.counter('a_total', 'Counts a.').add({ of: 'x"\\\n' }, 2);
  registry.gauge('b', 'Says b.').set(-1.5);
  const seconds = registry.histogram('c_seconds', 'Takes c.', [1, 10]);
  for (const value of [0.5, 1, 5, 50]) seconds.observe(value);
  assert.equal(
    registry.render(),
    [
      '# HELP a_total Counts a.',
      '# TYPE a_total counter',
      'a_total{of="x\\"\\\\\\n"} 2',
      '# HELP b Says b.',
      '# TYPE b gauge',
      'b -1.5',
      '# HELP c_seconds Takes c.',
      '# TYPE c_seconds histogram',
      'c_seconds_bucket{le="1"} 2',
      'c_seconds_bucket{le="10"} 3',
      'c_seconds_bucket{le="+Inf"} 4',
      'c_seconds_sum 56.5',
      'c_seconds_count 4',
      '',
    ].join('\n'),
  );
  assert.throws(() => registry.gauge('b', 'again'), /defined twice/);
});

test('no label is unbounded: whatever comes from outside ends as `other`', () => {
  const meters = createMeters();
  for (let i = 0; i < 5000; i += 1) {
    meters.delivered(`event-${i}`, 200);
    meters.remaining(`resource ${i}`, i);
  }
  const text = meters.render(EMPTY);
  assert.match(text, /^lastgood_deliveries_total\{event="other",outcome="accepted"\} 5000$/m);
  assert.ok(text.split('\n').length < 150, String(text.split('\n').length));
  const registry = createRegistry();
  const counter = registry.counter('x_total', 'x');
  for (let i = 0; i < 5000; i += 1) counter.add({ name: `n${i}` });
  assert.match(registry.render(), /x_total\{name="other"\} 4800/);
});

test('the queue is told as it is now, and that it does not answer', () => {
  const meters = createMeters();
  const text = meters.render(EMPTY);
  for (const line of [
    'lastgood_queue_up 1',
    'lastgood_queue_tasks{state="waiting"} 2',
    'lastgood_queue_tasks{state="dead"} 4',
    'lastgood_queue_oldest_waiting_seconds 1.5',
  ])
    assert.ok(text.includes(`${line}\n`), line);
  assert.match(meters.render(null), /^lastgood_queue_up 0$/m);
});

test('a rollback is counted once when it ends, with its seconds to the merge and to the proof', async () => {
  const world = aRelease();
  const meters = createMeters();
  const looks = await toTheEnd(world, aLoop(world), anAsk(world));
  for (const look of [...looks, ...looks]) meters.settled(look);
  const text = meters.render(EMPTY);
  assert.match(text, /^lastgood_rollbacks_total\{outcome="recovered"\} 1$/m);
  assert.match(text, /^lastgood_merge_seconds_count 1$/m);
  assert.match(text, /^lastgood_recovery_seconds_count 1$/m);
  assert.match(text, /^lastgood_recovery_seconds_bucket\{le="5"\} 0$/m);
});

test('ready means: GitHub has known us once, the queue answers, and nobody asked us to stop', async () => {
  const queue = memoryQueue();
  const health = createHealth(queue);
  assert.deepEqual(await health.ready(), {
    ok: false,
    because: ['GitHub has not answered to the key of the App yet'],
  });
  health.authenticated();
  assert.deepEqual(await health.ready(), { ok: true, because: [] });
  health.draining();
  assert.deepEqual((await health.ready()).because, ['the bot is stopping']);
  const away = createHealth({ state: () => Promise.reject(new RollbackError('queue-unavailable', 'x')) });
  away.authenticated();
  assert.deepEqual(await away.ready(), { ok: false, because: ['the queue does not answer'] });
  assert.equal(await away.queue(), null);
});

test('no secret gets into a line of the log, wherever it stands, and nothing breaks out of its line', () => {
  const secrets = [
    '-----BEGIN KEY-----\nMIIEabcdefgh\n-----END KEY-----',
    'the-webhook-secret',
    'postgres://u:passw0rd@h/d',
  ];
  let text = '';
  const log = createLog({ write: (line) => (text += line), secrets });
  log('error', `failed with ${secrets.join(' and ')}`, { reason: secrets[1] ?? '', url: 'https://me:hunter22@x/y' });
  log('warn', 'ghs_16C7e42F292c6912E7710c838347Ae178B4a and github_pat_11AAAAAAA0_abcdefghijkl\n{"level":"info"}');
  for (const part of ['MIIEabcdefgh', 'the-webhook-secret', 'passw0rd', 'hunter22', 'ghs_16', 'github_pat_11'])
    assert.ok(!text.includes(part), part);
  assert.equal(text.split('\n').length, 3);
  for (const line of text.trimEnd().split('\n')) assert.ok(JSON.parse(line));
});

test('a secret that stands where a long message is cut does not show its beginning', () => {
  let text = '';
  const log = createLog({ write: (line) => (text += line), secrets: ['the-webhook-secret'] });
  log('error', `${'x'.repeat(3_990)}the-webhook-secret`);
  assert.doesNotMatch(text, /the-web/);
  log('error', 'y'.repeat(100_000));
  assert.ok(text.length < 8_400, String(text.length));
});

test('a key of several lines is blotted out as it stands in an environment too', () => {
  let text = '';
  const key = '-----BEGIN KEY-----\nMIIEvQ\n-----END KEY-----';
  const log = createLog({ write: (line) => (text += line), secrets: [key] });
  log('error', `PRIVATE_KEY='${key.replaceAll('\n', '\\n')}' is wrong`);
  assert.doesNotMatch(text, /MIIEvQ/);
});

test('every variable whose name says that it is a secret is blotted out, and no path or address of our own', () => {
  const env = {
    ARGOCD_TOKEN: 'argo-token-1234',
    SLACK_WEBHOOK_URL: 'https://hooks.slack.example/T0/B0/xyz',
    PROM_PASSWORD: 'prom-password',
    LANGFUSE_SECRET_KEY: 'sk-lf-123456',
    PRIVATE_KEY_PATH: '/run/secrets/key.pem',
    PUBLIC_URL: 'https://lastgood.example.com',
    GRAFANA_ALERTS_BASIC: 'user:grafana-password',
    EMPTY_TOKEN: undefined,
  };
  assert.deepEqual(secretsIn(env), [
    'argo-token-1234',
    'https://hooks.slack.example/T0/B0/xyz',
    'prom-password',
    'sk-lf-123456',
    'user:grafana-password',
  ]);
});

test('each failed delivery is asked for once, and a GitHub that does not answer ends nothing', async () => {
  const asked: number[] = [];
  const outcomes: string[] = [];
  let down = false;
  const round = createRedeliverer({
    deliveries: {
      lost: async () => {
        if (down) throw new RollbackError('github-unavailable', 'GitHub answered 502');
        return [1, 2].map((id) => ({ id, guid: `g${id}`, event: 'push' }));
      },
      again: async ({ id }) => void asked.push(id),
    },
    log: () => undefined,
    redelivered: (outcome) => void outcomes.push(outcome),
  });
  await round();
  await round();
  assert.deepEqual(asked, [1, 2]);
  down = true;
  await round();
  assert.deepEqual(outcomes, ['asked', 'asked', 'failed']);
});

test('a delivery that could not be asked for while GitHub was away is asked for later, and one that GitHub refuses holds up no other', async () => {
  const tried: number[] = [];
  let down = true;
  const round = createRedeliverer({
    deliveries: {
      lost: async () => [1, 2, 3].map((id) => ({ id, guid: `g${id}`, event: 'push' })),
      async again({ id }) {
        tried.push(id);
        if (id === 2 && down) throw new RollbackError('github-unavailable', 'GitHub answered 502');
        if (id === 1) throw new RollbackError('github-forbidden', 'GitHub answered 404');
      },
    },
    log: () => undefined,
    redelivered: () => undefined,
  });
  await round();
  assert.deepEqual(tried, [1, 2], 'a GitHub that is away is not asked on and on');
  down = false;
  await round();
  await round();
  assert.deepEqual(tried, [1, 2, 2, 3]);
});
