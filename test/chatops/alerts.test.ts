import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAlerts } from '../../src/chatops/alerts.ts';

function anAlert(labels: Record<string, string>, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { status: 'firing', labels, startsAt: '2026-03-01T12:00:00Z', fingerprint: 'f00d', ...more };
}

function read(...alerts: Record<string, unknown>[]) {
  return readAlerts(JSON.stringify({ version: '4', alerts }));
}

test('our own labels win over the plain ones', () => {
  const alerts = read(
    anAlert({ service: 'pod', lastgood_service: 'web', environment: 'eu', lastgood_environment: 'production' }),
  );
  assert.deepEqual(alerts.ok && alerts.asks[0]?.key, { repo: '', service: 'web', environment: 'production' });
});

test('an alert without a service or an environment is seen and asks for nothing', () => {
  const alerts = read(anAlert({ service: 'web' }), anAlert({ environment: 'production' }), anAlert({}));
  assert.deepEqual(alerts, { ok: true, asks: [], seen: 3 });
});

test('what is no revision accuses no release, whatever a label says', () => {
  const named = (lastgood_revision: string) => {
    const alerts = read(anAlert({ service: 'web', environment: 'production', lastgood_revision }));
    return alerts.ok && alerts.asks[0]?.ask.bad;
  };
  assert.equal(named('ABCDEF0'), 'abcdef0');
  for (const words of ['', 'main', 'abcdef', `${'a'.repeat(40)}^`, '../..', 'f'.repeat(65)])
    assert.equal(named(words), null, words);
});

test('only what fires asks', () => {
  const alerts = read(
    anAlert({ service: 'web', environment: 'production' }, { status: 'resolved' }),
    anAlert({ service: 'api', environment: 'production' }),
  );
  assert.deepEqual(alerts.ok && alerts.asks.map(({ key }) => key.service), ['api']);
});

test('an alert without a name or a fingerprint is still an alert, and its time is told in UTC', () => {
  const alerts = read(
    anAlert(
      { service: 'web', environment: 'production' },
      { fingerprint: undefined, startsAt: '2026-03-01T13:00:00+01:00' },
    ),
  );
  assert.ok(alerts.ok);
  assert.equal(alerts.asks[0]?.ask.at, '2026-03-01T12:00:00.000Z');
  assert.deepEqual(alerts.asks[0].ask.cause, {
    kind: 'alert',
    source: 'Alertmanager',
    alert: 'unnamed alert',
    fingerprint: '',
  });
});

test('whatever is no webhook of version 4 is refused with the place, never thrown', () => {
  for (const body of [
    '',
    '{',
    'null',
    '7',
    '{"version":"4"}',
    '{"version":"4","alerts":[{}]}',
    '{"version":"4","alerts":{}}',
  ]) {
    const alerts = readAlerts(body);
    assert.equal(alerts.ok, false, body);
    assert.match(alerts.because, /^not an Alertmanager webhook \(version 4\): /);
  }
});

test('a time that is no time is refused: an alert without its beginning proves nothing', () => {
  const alerts = read(anAlert({ service: 'web', environment: 'production' }, { startsAt: 'yesterday' }));
  assert.match(alerts.ok ? '' : alerts.because, /alerts\.0\.startsAt/);
});

test('a thousand alerts are read, more are refused', () => {
  const many = (count: number) =>
    read(...Array.from({ length: count }, () => anAlert({ service: 'w', environment: 'p' })));
  assert.equal(many(1000).ok, true);
  assert.equal(many(1001).ok, false);
});

test('an alert asks for the fallback with a label of its own, beside one that asks for a rollback', () => {
  const place = { service: 'web', environment: 'production' };
  const alerts = read(
    anAlert(place),
    anAlert({ ...place, lastgood_then: 'fallback' }),
    anAlert({ ...place, lastgood_then: 'x' }),
  );
  assert.deepEqual(alerts.ok && alerts.asks.map(({ ask }) => ask.cause.then), [undefined, 'fallback']);
});
