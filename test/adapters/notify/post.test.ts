import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import nock from 'nock';
import { outwardPolicy } from '../../../src/adapters/http-guard.ts';
import { post, type PostDestination, type PostOptions } from '../../../src/adapters/notify/post.ts';
import { destinationSchema } from '../../../src/playbook/schema-notify.ts';
import { aNotice } from '../../report/notify/builders.ts';
import { neverAnswers, onlyNock } from '../only-nock.ts';

onlyNock();

const KEY = Buffer.alloc(32, 7);
const SECRETS = {
  SLACK_URL: 'https://hooks.slack.com/services/T0/B0/very-secret',
  TEAMS_URL: 'https://prod-1.westeurope.logic.azure.com/workflows/very-secret',
  PAGER_KEY: 'very-secret-routing-key',
  HOOK_URL: 'https://hooks.acme.example/lastgood',
  HOOK_SECRET: `whsec_${KEY.toString('base64')}`,
};
const NOW = Date.parse('2026-03-01T12:20:00Z');

function options(overrides: Partial<PostOptions> = {}): PostOptions {
  return { fetch, policy: outwardPolicy({}), env: SECRETS, now: () => NOW, ...overrides };
}

const to = (value: object): PostDestination => {
  const parsed = destinationSchema.parse(value);
  assert.ok(parsed.kind !== 'github-issue');
  return parsed;
};
const SLACK = to({ kind: 'slack', url: 'SLACK_URL' });
const HOOK = to({ kind: 'cloudevents', url: 'HOOK_URL', secret: 'HOOK_SECRET' });
const PAGER = to({ kind: 'pagerduty', key: 'PAGER_KEY' });
const slack = () => nock('https://hooks.slack.com').post('/services/T0/B0/very-secret');

test('Slack takes the message with "ok"', async () => {
  nock('https://hooks.slack.com')
    .post('/services/T0/B0/very-secret', (body: Record<string, unknown>) => Array.isArray(body['blocks']))
    .reply(200, 'ok');
  assert.deepEqual(await post(options(), SLACK, aNotice()), { kind: 'delivered' });
});

test('Teams takes the card with 202', async () => {
  nock('https://prod-1.westeurope.logic.azure.com')
    .post('/workflows/very-secret', (body: { type: string }) => body.type === 'message')
    .reply(202);
  assert.deepEqual(await post(options(), to({ kind: 'teams', url: 'TEAMS_URL' }), aNotice()), { kind: 'delivered' });
});

test('PagerDuty gets the routing key in the body, in the region of the account', async () => {
  nock('https://events.eu.pagerduty.com')
    .post(
      '/v2/enqueue',
      (body: Record<string, unknown>) =>
        body['routing_key'] === SECRETS.PAGER_KEY && body['event_action'] === 'trigger',
    )
    .reply(202, { status: 'success', message: 'Event processed', dedup_key: 'a1b2c3d4e5f6' });
  const europe = to({ kind: 'pagerduty', key: 'PAGER_KEY', region: 'eu' });
  assert.deepEqual(await post(options(), europe, aNotice()), { kind: 'delivered' });
});

test('a CloudEvent is signed so that the receiver can prove it, with one id for every attempt', async () => {
  const seen: Request[] = [];
  const receiver: typeof fetch = async (input, init) => {
    seen.push(new Request(input, init));
    return new Response(null, { status: 204 });
  };
  assert.deepEqual(await post(options({ fetch: receiver }), HOOK, aNotice()), { kind: 'delivered' });
  assert.deepEqual(await post(options({ fetch: receiver }), HOOK, aNotice()), { kind: 'delivered' });
  const [first, second] = seen;
  assert.ok(first && second);
  const header = (name: string): string => first.headers.get(name) ?? '';
  const signed = `${header('webhook-id')}.${header('webhook-timestamp')}.${await first.text()}`;
  assert.equal(header('webhook-signature'), `v1,${createHmac('sha256', KEY).update(signed).digest('base64')}`);
  assert.equal(header('webhook-timestamp'), String(NOW / 1000));
  assert.match(header('content-type'), /^application\/cloudevents\+json/);
  assert.match(header('webhook-id'), /^msg_[0-9a-f]{32}$/);
  assert.equal(second.headers.get('webhook-id'), header('webhook-id'));
});

test('what may pass is tried again, as late as the answer asks', async () => {
  for (const [status, headers, afterMs] of [
    [429, { 'retry-after': '30' }, 30_000],
    [503, { 'retry-after': 'Sun, 01 Mar 2026 12:21:00 GMT' }, 60_000],
    [500, {}, null],
    [429, { 'retry-after': 'soon' }, null],
  ] as const) {
    slack().reply(status, 'no', headers);
    assert.deepEqual(await post(options(), SLACK, aNotice()), {
      kind: 'again',
      because: `hooks.slack.com answered HTTP ${status}`,
      afterMs,
    });
  }
});

test('what will not pass is refused at once, and redirects are not followed', async () => {
  for (const status of [400, 403, 404, 410, 302]) {
    slack().reply(status, 'no', { location: 'https://evil.example/' });
    assert.deepEqual(await post(options(), SLACK, aNotice()), {
      kind: 'refused',
      because: `hooks.slack.com answered HTTP ${status}`,
    });
  }
});

test('a destination that stays silent is given up in time, and one that talks without end is not listened to', async () => {
  const silent = await post(options({ fetch: neverAnswers, timeoutMs: 20 }), SLACK, aNotice());
  assert.deepEqual(silent, { kind: 'again', because: 'hooks.slack.com did not answer within 20 ms', afterMs: null });
  slack().reply(200, 'x'.repeat(200_000));
  assert.deepEqual(await post(options(), SLACK, aNotice()), { kind: 'delivered' });
});

test('nothing that is said holds a secret: not of the address, not of the key, not of an answer that repeats them', async () => {
  const all: unknown[] = [];
  slack().reply(400, SECRETS.SLACK_URL);
  all.push(await post(options(), SLACK, aNotice()));
  nock('https://events.pagerduty.com')
    .post('/v2/enqueue')
    .reply(400, { errors: [SECRETS.PAGER_KEY] });
  all.push(await post(options(), PAGER, aNotice()));
  nock('https://hooks.slack.com').post('/services/T0/B0/very-secret').replyWithError(`failed at ${SECRETS.SLACK_URL}`);
  all.push(await post(options(), SLACK, aNotice()));
  all.push(await post(options({ env: { SLACK_URL: 'https://10.0.0.1/very-secret' } }), SLACK, aNotice()));
  all.push(await post(options({ env: { ...SECRETS, HOOK_SECRET: 'very-secret' } }), HOOK, aNotice()));
  all.push(await post(options({ env: {} }), PAGER, aNotice()));
  assert.doesNotMatch(JSON.stringify(all), /very-secret/);
  assert.match(JSON.stringify(all), /10\.0\.0\.1, a private address/);
  assert.match(JSON.stringify(all), /HOOK_SECRET must be whsec_/);
  assert.match(JSON.stringify(all), /PAGER_KEY is not set/);
});

test('an address inside is never asked', async () => {
  for (const url of [
    'http://hooks.slack.com/x',
    'https://169.254.169.254/',
    'https://localhost/x',
    'file:///etc/passwd',
  ])
    assert.equal((await post(options({ env: { SLACK_URL: url } }), SLACK, aNotice())).kind, 'refused', url);
});
