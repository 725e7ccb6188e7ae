import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAlerts } from '../../src/chatops/alerts.ts';
import { readDatadog } from '../../src/chatops/alerts-datadog.ts';
import { readGrafana } from '../../src/chatops/alerts-grafana.ts';
import { senderAt } from '../../src/chatops/alert-senders.ts';

const REVISION = 'bad0000000000000000000000000000000000001';

/** As Grafana documents it. */
function grafana(...alerts: Record<string, unknown>[]): string {
  return JSON.stringify({
    receiver: 'lastgood',
    status: 'firing',
    orgId: 1,
    alerts,
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'https://play.grafana.org/',
    version: '1',
    groupKey: '{}:{}',
    truncatedAlerts: 0,
    title: '[FIRING:1]',
    state: 'alerting',
    message: '**Firing**',
  });
}

function alert(labels: Record<string, string>, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    status: 'firing',
    labels: { alertname: 'High error rate', ...labels },
    annotations: {},
    startsAt: '2026-03-01T13:00:00+01:00',
    endsAt: '0001-01-01T00:00:00Z',
    values: { B: 44.2 },
    valueString: '[ var=B ]',
    generatorURL: 'https://play.grafana.org/alerting/1',
    fingerprint: '57c6d9296de2ad39',
    ...more,
  };
}

function datadog(more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    alert_id: '1234',
    alert_title: '[Triggered] Errors of web',
    alert_transition: 'Triggered',
    alert_cycle_key: '9bd4ac',
    date: '1772366400000',
    tags: 'env:production,service:web,monitor',
    ...more,
  });
}

test('Grafana, Datadog and Alertmanager ask for the same in the same words', () => {
  const labels = { lastgood_service: 'web', lastgood_environment: 'production', lastgood_revision: REVISION };
  const answers = [
    readAlerts(JSON.stringify({ version: '4', alerts: [alert(labels)] })),
    readGrafana(grafana(alert(labels))),
    readDatadog(
      datadog({
        tags: Object.entries(labels)
          .map(([name, value]) => `${name}:${value}`)
          .join(', '),
      }),
    ),
  ];
  for (const read of answers) {
    assert.ok(read.ok);
    const [ask] = read.asks;
    assert.deepEqual(ask?.key, { repo: '', service: 'web', environment: 'production' });
    assert.deepEqual([ask.ask.at, ask.ask.bad], ['2026-03-01T12:00:00.000Z', REVISION]);
  }
  assert.deepEqual(
    answers.map((read) => read.ok && read.asks[0]?.ask.cause.source),
    ['Alertmanager', 'Grafana', 'Datadog'],
  );
});

test('a resolved alert, a rule without data and a rule that failed ask for nothing', () => {
  const web = { service: 'web', environment: 'production' };
  const read = readGrafana(
    grafana(
      alert(web, { status: 'resolved' }),
      alert({ ...web, alertname: 'DatasourceNoData' }),
      alert({ ...web, alertname: 'DatasourceError' }),
    ),
  );
  assert.deepEqual(read, { ok: true, asks: [], seen: 3 });
  for (const alert_transition of ['Recovered', 'No Data', 'Warn', 'Re-Warn', ''])
    assert.deepEqual(readDatadog(datadog({ alert_transition })), { ok: true, asks: [], seen: 1 }, alert_transition);
  for (const alert_transition of ['Triggered', 'Re-Triggered', 'triggered '])
    assert.match(JSON.stringify(readDatadog(datadog({ alert_transition }))), /"asks":\[\{/, alert_transition);
});

test('several alerts of one fault ask once, since the earliest; another release is another fault', () => {
  const web = { service: 'web', environment: 'production' };
  const read = readGrafana(
    grafana(
      alert({ ...web, alertname: 'late' }, { startsAt: '2026-03-01T12:05:00Z' }),
      alert({ ...web, alertname: 'early' }, { startsAt: '2026-03-01T12:01:00Z' }),
      alert({ ...web, lastgood_revision: REVISION }),
      alert({ service: 'api', environment: 'production' }),
    ),
  );
  assert.ok(read.ok);
  assert.deepEqual(
    read.asks.map(({ key, ask }) => [key.service, ask.bad, ask.cause.alert]),
    [
      ['web', REVISION, 'High error rate'],
      ['api', null, 'High error rate'],
      ['web', null, 'early'],
    ],
  );
});

test('the beginning of a sha names a release, other words name none, and the tag that comes first counts', () => {
  const read = readDatadog(datadog({ tags: 'service:web,service:api,env:production,lastgood_revision:bad0000' }));
  assert.ok(read.ok);
  assert.deepEqual([read.asks[0]?.key.service, read.asks[0]?.ask.bad], ['web', 'bad0000']);
  const other = readDatadog(datadog({ tags: 'service:web,env:production,lastgood_revision:v1.4.2' }));
  assert.equal(other.ok && other.asks[0]?.ask.bad, null);
});

test('whatever is not the webhook of this sender is refused with the place', () => {
  for (const body of ['', 'null', '{', '[]', '{"version":"4","alerts":[]}', grafana(alert({}, { startsAt: 'soon' }))])
    assert.equal(readGrafana(body).ok, false, body);
  for (const body of [
    '',
    '{}',
    datadog({ date: 'soon' }),
    datadog({ date: '9999999999999999' }),
    datadog({ alert_transition: 7 }),
  ])
    assert.equal(readDatadog(body).ok, false, body);
});

test('each sender has its path', () => {
  assert.deepEqual(['/alerts', '/alerts/grafana', '/alerts/datadog', '/alerts/', '/alerts/x'].map(senderAt), [
    'alertmanager',
    'grafana',
    'datadog',
    null,
    null,
  ]);
});
