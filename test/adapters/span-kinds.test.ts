/** What each service that counts over a span is asked, and how its documented answers are read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import nock from 'nock';
import { metricSource } from '../../src/adapters/sources.ts';
import type { ArmReading } from '../../src/measure/reading.ts';
import type { Trigger } from '../../src/playbook/schema.ts';
import { sourceSchema } from '../../src/playbook/schema-source.ts';
import { aTrigger } from '../measure/a-trigger.ts';
import { onlyNock } from './only-nock.ts';

onlyNock();

const SINCE = Date.parse('2026-01-01T12:00:00Z');
const NOW = SINCE + 5 * 60_000;
const SETTLED = NOW - 60_000;
const MINUTE = 60_000;
const clock = { now: () => NOW, wait: async () => undefined };

async function look(source: object, env: Record<string, string>, trigger: Partial<Trigger>): Promise<ArmReading> {
  const opened = metricSource(sourceSchema.parse(source), env, undefined, { clock });
  const asked = aTrigger({ 'max-age': 120_000, ...trigger });
  const query = { trigger: asked, arms: { canary: 'v2', baseline: null }, since: SINCE };
  const readings = await opened.look([query], null);
  const reading = readings.get(asked.name);
  assert.ok(reading);
  return reading.canary;
}

const counted = (value: number, at = SETTLED): ArmReading => ({
  kind: 'counters',
  hits: [{ id: 'hits', value, at, restarts: false }],
  total: [{ id: 'total', value, at, restarts: false }],
});

function told(arm: ArmReading): string {
  return arm.kind === 'missing' ? `${arm.reason}: ${arm.detail}` : arm.kind;
}

describe('datadog', () => {
  const source = { kind: 'datadog', site: 'datadoghq.eu' };
  const env = { DD_API_KEY: 'key-1', DD_APP_KEY: 'key-2' };
  const text = 'sum:hits{version:{{arm}}}.as_count()';
  const server = () =>
    nock('https://api.datadoghq.eu', { reqheaders: { 'dd-api-key': 'key-1', 'dd-application-key': 'key-2' } });
  const points = (times: readonly number[], values: readonly (number | null)[]): object => ({
    data: {
      id: '0',
      type: 'timeseries_response',
      attributes: { series: [{ group_tags: [], query_index: 0, unit: null }], times, values: [values] },
    },
  });

  it('is asked for minutes of the span, and only whole ones inside it are added up', async () => {
    let body: unknown;
    server()
      .post('/api/v2/query/timeseries', (sent) => ((body = sent), true))
      .reply(200, points([SINCE - MINUTE, SINCE, SINCE + MINUTE, SINCE + 3 * MINUTE, SETTLED], [99, 5, null, 7, 99]));
    assert.deepEqual(await look(source, env, { bad: text, total: text }), counted(12));
    assert.deepEqual(body, {
      data: {
        type: 'timeseries_request',
        attributes: {
          from: SINCE,
          to: SETTLED,
          interval: MINUTE,
          queries: [{ data_source: 'metrics', name: 'a', query: 'sum:hits{version:v2}.as_count()' }],
          formulas: [{ formula: 'a' }],
        },
      },
    });
  });

  it('several series are no number, and a refusal is told in its own words', async () => {
    server()
      .post('/api/v2/query/timeseries')
      .reply(200, { data: { attributes: { times: [SINCE], values: [[1], [2]] } } });
    assert.match(told(await look(source, env, { bad: text, total: text })), /^wrong-type: .*2 series instead of one/);
    server().post('/api/v2/query/timeseries').reply(200, { errors: 'Rule scope is not valid' });
    assert.match(told(await look(source, env, { bad: text, total: text })), /^query-error: .*Rule scope is not valid/);
  });

  it('a gauge is the newest whole minute, with its age', async () => {
    server()
      .post('/api/v2/query/timeseries')
      .reply(200, points([SETTLED - 2 * MINUTE, SETTLED - MINUTE], [0.4, null]));
    const arm = await look(source, env, { gauge: 'avg:load{version:{{arm}}}' });
    assert.deepEqual(arm, { kind: 'gauge', value: 0.4, at: SETTLED - MINUTE });
  });
});

describe('cloudwatch', () => {
  const source = { kind: 'cloudwatch', region: 'eu-central-1', settle: '60s' };
  const env = {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'very-secret',
    AWS_SESSION_TOKEN: 'session-1',
  };
  const text = "SELECT SUM(Hits) FROM SCHEMA(Shop, Version) WHERE Version = '{{arm}}'";
  const server = () => nock('https://monitoring.eu-central-1.amazonaws.com');
  const result = (more: object): object => ({ MetricDataResults: [{ Id: 'q1', Label: 'x', ...more }], Messages: [] });

  it('is asked by a signed request that carries the session, and its minutes are added up', async () => {
    const headers: Record<string, string> = {};
    const noted = (name: string) => (value: unknown) => {
      headers[name] = String(value);
      return true;
    };
    let body: unknown;
    const names = ['authorization', 'x-amz-security-token', 'x-amz-target'];
    const reqheaders = Object.fromEntries(names.map((name) => [name, noted(name)]));
    nock('https://monitoring.eu-central-1.amazonaws.com', { reqheaders })
      .post('/', (sent) => ((body = sent), true))
      .reply(
        200,
        result({
          StatusCode: 'Complete',
          Timestamps: [(SINCE + MINUTE) / 1000, SINCE / 1000],
          Values: [4, 8],
        }),
      );
    assert.deepEqual(await look(source, env, { bad: text, total: text }), counted(12, SINCE + 2 * MINUTE));
    assert.deepEqual(body, {
      StartTime: SINCE / 1000,
      EndTime: SETTLED / 1000,
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [{ Id: 'q1', Expression: text.replace('{{arm}}', 'v2'), Period: 60, ReturnData: true }],
    });
    assert.match(
      headers['authorization'] ?? '',
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260101\/eu-central-1\/monitoring\/aws4_request, SignedHeaders=\S*x-amz-target\S*, Signature=[0-9a-f]{64}$/,
    );
    assert.equal(headers['x-amz-security-token'], 'session-1');
    assert.equal(headers['x-amz-target'], 'GraniteServiceVersion20100801.GetMetricData');
  });

  it('partial data, a refusal and wrong credentials are three different things', async () => {
    const cases = [
      [
        200,
        result({ StatusCode: 'PartialData', Timestamps: [SINCE / 1000], Values: [1] }),
        /^query-error: .*PartialData/,
      ],
      [200, { ...result({ Timestamps: [], Values: [] }), NextToken: 'more' }, /^query-error: .*another page/],
      [
        400,
        { __type: 'ValidationError', message: 'Invalid syntax' },
        /^query-error: .*ValidationError: Invalid syntax/,
      ],
      [403, { __type: 'com.amazon#InvalidClientTokenId', message: 'token AKIDEXAMPLE' }, /^unauthorized: (?!.*AKID)/],
      [400, { __type: 'ExpiredTokenException' }, /^unauthorized: /],
      [200, result({ StatusCode: 'Complete', Timestamps: [], Values: [] }), /^no-series: /],
    ] as const;
    for (const [status, body, expected] of cases) {
      server().post('/').reply(status, body);
      assert.match(told(await look(source, env, { bad: text, total: text })), expected);
    }
  });

  it('haste that is refused with HTTP 400 is waited out like a 429', async () => {
    server().post('/').reply(400, { __type: 'ThrottlingException', message: 'Rate exceeded' });
    server()
      .post('/')
      .reply(200, result({ StatusCode: 'Complete', Timestamps: [SINCE / 1000], Values: [3] }));
    assert.deepEqual(await look(source, env, { bad: text, total: text }), counted(3, SINCE + MINUTE));
  });
});

describe('newrelic', () => {
  const source = { kind: 'newrelic', account: 42, region: 'eu' };
  const env = { NEW_RELIC_API_KEY: 'NRAK-1' };
  const text = "SELECT count(*) FROM Transaction WHERE version = '{{arm}}'";
  const server = () => nock('https://api.eu.newrelic.com', { reqheaders: { 'api-key': 'NRAK-1' } });
  const results = (...rows: readonly object[]): object => ({
    data: { actor: { account: { nrql: { results: rows } } } },
  });

  it('gets the times as SINCE and UNTIL, and the account and query as variables', async () => {
    let variables: unknown;
    server()
      .post('/graphql', (sent: { variables: unknown }) => ((variables = sent.variables), true))
      .reply(200, results({ count: 12 }));
    assert.deepEqual(await look(source, env, { bad: text, total: text }), counted(12));
    const nrql = `SELECT count(*) FROM Transaction WHERE version = 'v2' SINCE ${SINCE} UNTIL ${SETTLED}`;
    assert.deepEqual(variables, { account: 42, nrql, timeout: 10 });
  });

  it('an error with HTTP 200 is an error; null is no data; several columns are no number', async () => {
    const cases = [
      [{ errors: [{ message: 'NRQL Syntax Error' }] }, /^query-error: .*NRQL Syntax Error/],
      [{ errors: [{ message: 'x', extensions: { errorClass: 'TOO_MANY_REQUESTS' } }] }, /^query-error: .*rate limit/],
      [{ errors: [{ message: 'x', extensions: { errorClass: 'ACCESS_DENIED' } }] }, /^unauthorized: /],
      [{ data: { actor: { account: null } } }, /^unauthorized: .*account 42/],
      [results({ 'sum.x': null }), /^no-series: /],
      [results({ 'sum.x': 1, 'sum.y': 2 }), /^wrong-type: .*sum.x, sum.y/],
      [results({ 'percentile.duration': { '95': 1 } }), /^wrong-type: /],
      [results({ count: 1 }, { count: 2 }), /^wrong-type: .*2 rows/],
    ] as const;
    for (const [body, expected] of cases) {
      server().post('/graphql').reply(200, body);
      assert.match(told(await look(source, env, { bad: text, total: text })), expected);
    }
  });
});

describe('influxdb', () => {
  const env = { INFLUX_TOKEN: 'token-1' };
  const flux =
    'from(bucket: "web") |> range(start: {{from}}, stop: {{to}}) |> filter(fn: (r) => r.v == "{{arm}}") |> sum()';
  const sql = "SELECT count(*) AS n FROM web WHERE time >= {{from}} AND time < {{to}} AND v = '{{arm}}'";
  const v2 = { kind: 'influxdb', url: 'https://influx.example/', org: 'my shop' };
  const v3 = { kind: 'influxdb', url: 'https://influx.example', database: 'shop' };
  const server = (authorization: string) => nock('https://influx.example', { reqheaders: { authorization } });

  it('2 is asked in Flux, and its CSV is one row of one table', async () => {
    let sent: { query?: string } = {};
    server('Token token-1')
      .post('/api/v2/query?org=my+shop', (body: object) => ((sent = body), true))
      .reply(200, ',result,table,_start,_stop,_value\r\n,_result,0,a,b,12\r\n\r\n');
    assert.deepEqual(await look(v2, env, { bad: flux, total: flux }), counted(12));
    assert.equal(
      sent.query,
      'from(bucket: "web") |> range(start: 2026-01-01T12:00:00.000Z, stop: 2026-01-01T12:04:00.000Z) |> filter(fn: (r) => r.v == "v2") |> sum()',
    );
  });

  it('2 says some errors in its CSV with HTTP 200', async () => {
    const cases = [
      ['error,reference\r\n"bucket ""web"" not found",897\r\n', /^query-error: .*bucket "web" not found/],
      ['\r\n', /^no-series: /],
      [',result,table,_value\r\n,_result,0,1\r\n,_result,1,2\r\n', /^wrong-type: .*2 rows/],
      [',result,table,_value\r\n,_result,0,NaN\r\n', /^not-a-number: /],
      [',result,table,_value\r\n,_result,0,\r\n', /^no-series: /],
      ['<html></html>', /^query-error: /],
    ] as const;
    for (const [csv, expected] of cases) {
      server('Token token-1').post('/api/v2/query?org=my+shop').reply(200, csv);
      assert.match(told(await look(v2, env, { bad: flux, total: flux })), expected);
    }
  });

  it('3 is asked in SQL with times in quotes, and its JSON is one row with one number', async () => {
    let sent: unknown;
    server('Bearer token-1')
      .post('/api/v3/query_sql', (body: unknown) => ((sent = body), true))
      .reply(200, [{ n: 12 }]);
    assert.deepEqual(await look(v3, env, { bad: sql, total: sql }), counted(12));
    const q =
      "SELECT count(*) AS n FROM web WHERE time >= '2026-01-01T12:00:00.000Z' AND time < '2026-01-01T12:04:00.000Z' AND v = 'v2'";
    assert.deepEqual(sent, { db: 'shop', q, format: 'json' });
  });
});

describe('graphite', () => {
  const source = { kind: 'graphite', url: 'https://graphite.example', auth: { basic: 'G' }, step: '60s' };
  const env = { G: 'ada:pass' };

  it('nulls are dropped, and points that are not yet whole wait for the next look', async () => {
    nock('https://graphite.example', { reqheaders: { authorization: 'Basic YWRhOnBhc3M=' } })
      .get('/render')
      .query({ target: 'sumSeries(web.v2.hits.count)', from: SINCE / 1000 - 1, until: SETTLED / 1000, format: 'json' })
      .reply(200, [
        {
          target: 'x',
          tags: {},
          datapoints: [
            [5, SINCE / 1000],
            [null, SINCE / 1000 + 60],
            [7, SINCE / 1000 + 120],
            [99, SETTLED / 1000],
          ],
        },
      ]);
    const text = 'sumSeries(web.{{arm}}.hits.count)';
    assert.deepEqual(await look(source, env, { bad: text, total: text }), counted(12, SINCE + 3 * MINUTE));
  });
});

describe('what speaks the Prometheus API', () => {
  const vector = {
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [NOW / 1000, '4'] }] },
  };
  const scalar = { status: 'success', data: { resultType: 'scalar', result: [NOW / 1000, String(NOW / 1000)] } };
  const servers = [
    [
      'Mimir',
      'https://mimir.example/prometheus',
      { headers: { 'X-Scope-OrgID': 'shop' } },
      { 'x-scope-orgid': 'shop' },
    ],
    ['Thanos', 'https://thanos.example', { basic: 'P' }, { authorization: 'Basic YWRhOnBhc3M=' }],
    [
      'VictoriaMetrics cluster',
      'https://vm.example/select/0/prometheus',
      { bearer: 'T' },
      { authorization: 'Bearer t' },
    ],
    [
      'Google Managed Prometheus',
      'https://monitoring.googleapis.com/v1/projects/shop/location/global/prometheus',
      { bearer: 'T' },
      { authorization: 'Bearer t' },
    ],
  ] as const;
  for (const [name, url, auth, reqheaders] of servers) {
    it(`${name} is reached by url and auth alone`, async () => {
      const { origin, pathname } = new URL(url);
      const path = `${pathname.replace(/\/$/, '')}/api/v1/query`;
      nock(origin, { reqheaders })
        .post(path, /query=time/)
        .reply(200, scalar);
      nock(origin, { reqheaders }).post(path, /sum/).reply(200, vector);
      const gauge = 'sum(rate(load{ {{arm}} }[5m]))';
      const opened = metricSource(sourceSchema.parse({ kind: 'prometheus', url, auth }), { P: 'ada:pass', T: 't' });
      const arms = { canary: 'track="canary"', baseline: null };
      const trigger = aTrigger({ gauge });
      const reading = (await opened.look([{ trigger, arms, since: 0 }], null)).get(trigger.name);
      assert.deepEqual(reading?.canary, { kind: 'gauge', value: 4, at: NOW });
    });
  }
});
