import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { admit, alertSecrets, createOnce, type AlertSecrets } from '../../bot/alert-auth.ts';
import type { AlertSender } from '../../src/chatops/alert-senders.ts';

const SECRETS: AlertSecrets = {
  alertmanager: 'token-of-alertmanager',
  grafana: { token: 'token-of-grafana', basic: null, secret: null },
  datadog: 'token-of-datadog',
};
const NOW = Date.parse('2026-03-01T12:00:00Z');
const BODY = '{"version":"1","text":"ü"}';

function shown(sender: AlertSender, headers: Record<string, string>, secrets = SECRETS, body = BODY, now = NOW) {
  return admit(secrets, { sender, headers, body, now });
}

test('each sender is let in by its own secret and by no other', () => {
  assert.equal(shown('alertmanager', { authorization: 'Bearer token-of-alertmanager' }).kind, 'admitted');
  assert.equal(shown('grafana', { authorization: 'Bearer token-of-grafana' }).kind, 'admitted');
  assert.equal(shown('datadog', { 'x-lastgood-token': 'token-of-datadog' }).kind, 'admitted');
  for (const sender of ['alertmanager', 'grafana', 'datadog'] as const) {
    assert.equal(shown(sender, {}).kind, 'refused', sender);
    for (const other of ['alertmanager', 'grafana', 'datadog'].filter((name) => name !== sender)) {
      const token = `token-of-${other}`;
      const headers = { authorization: `Bearer ${token}`, 'x-lastgood-token': token };
      assert.equal(shown(sender, headers).kind, 'refused', `${other} as ${sender}`);
    }
    const off = shown(sender, {}, { alertmanager: null, grafana: null, datadog: null });
    assert.ok(off.kind === 'off' && /ALERTS_TOKEN/.test(off.because));
  }
});

test('Grafana may sign in with user and password', () => {
  const secrets = { ...SECRETS, grafana: { token: null, basic: 'grafana:pass:word', secret: null } };
  const basic = `Basic ${Buffer.from('grafana:pass:word').toString('base64')}`;
  assert.equal(shown('grafana', { authorization: basic }, secrets).kind, 'admitted');
  assert.equal(shown('grafana', { authorization: 'Basic Og==' }, secrets).kind, 'refused');
});

const SIGNED: AlertSecrets = { ...SECRETS, grafana: { token: null, basic: null, secret: 'key-of-grafana' } };
function signature(body = BODY, at = NOW, key = 'key-of-grafana') {
  const stamp = String(at / 1000);
  return {
    'x-grafana-alerting-timestamp': stamp,
    'x-grafana-alerting-signature': createHmac('sha256', key).update(`${stamp}:${body}`).digest('hex'),
  };
}

test('where Grafana signs, the signature must be of this body, of this time and of our key', () => {
  assert.equal(shown('grafana', signature(), SIGNED).kind, 'admitted');
  assert.equal(shown('grafana', signature(), SIGNED, `${BODY} `).kind, 'refused');
  assert.equal(shown('grafana', signature(BODY, NOW, 'another-key'), SIGNED).kind, 'refused');
  assert.equal(
    shown('grafana', { ...signature(), 'x-grafana-alerting-timestamp': String(NOW / 1000 + 1) }, SIGNED).kind,
    'refused',
  );
  assert.equal(
    shown('grafana', { 'x-grafana-alerting-signature': signature()['x-grafana-alerting-signature'] }, SIGNED).kind,
    'refused',
  );
  assert.equal(shown('grafana', {}, SIGNED).kind, 'refused');
});

test('a signature is worth five minutes, in both directions', () => {
  for (const [seconds, kind] of [
    [299, 'admitted'],
    [301, 'refused'],
    [-299, 'admitted'],
    [-301, 'refused'],
  ] as const)
    assert.equal(shown('grafana', signature(), SIGNED, BODY, NOW + seconds * 1000).kind, kind, String(seconds));
});

test('a token beside a signature is asked for as well', () => {
  const both: AlertSecrets = {
    ...SECRETS,
    grafana: { token: 'token-of-grafana', basic: null, secret: 'key-of-grafana' },
  };
  assert.equal(shown('grafana', signature(), both).kind, 'refused');
  assert.equal(shown('grafana', { ...signature(), authorization: 'Bearer token-of-grafana' }, both).kind, 'admitted');
});

test('a signature that was accepted is not accepted again while it is worth anything', () => {
  const once = createOnce();
  assert.equal(once.fresh('a', NOW), true);
  assert.equal(once.fresh('a', NOW), true, 'not kept yet');
  once.keep('a', NOW);
  assert.equal(once.fresh('a', NOW + 590_000), false);
  assert.equal(once.fresh('b', NOW), true);
  assert.equal(once.fresh('a', NOW + 700_000), true);
});

test('short secrets and a password without a user are named before the bot starts', () => {
  const faults: string[] = [];
  alertSecrets(
    { GRAFANA_ALERTS_TOKEN: 'short', GRAFANA_ALERTS_BASIC: 'without-a-colon', DATADOG_ALERTS_TOKEN: 'x' },
    faults,
  );
  assert.equal(faults.length, 3);
  assert.deepEqual(alertSecrets({}, []), { alertmanager: null, grafana: null, datadog: null });
});
