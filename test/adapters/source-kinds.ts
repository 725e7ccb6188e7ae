/**
 * One row for each kind of source: a server that answers as that kind documents, for a canary and a baseline under traffic.
 * A new kind of source is one more row in KINDS; `never-a-pass.test.ts` then plays every fault against it.
 */

/** What one request asks for. */
export interface Asked {
  readonly arm: 'canary' | 'stable';
  readonly part: 'bad' | 'total' | 'gauge';
  /** Epoch ms; counters since a process began have from 0. */
  readonly from: number;
  readonly to: number;
}

/** The number as the server writes it, such as `12`, `NaN` or `1e999`; null: a point without a value. */
export interface Numbers {
  readonly value: (asked: Asked) => string | null;
  /** Epoch ms of the newest point behind it. */
  readonly at: (asked: Asked) => number;
  /** True where the server has no series at all. */
  readonly absent: (asked: Asked) => boolean;
}

export interface Kind {
  readonly source: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
  readonly arms: { readonly canary: string; readonly baseline: string };
  readonly bad: string;
  readonly total: string;
  readonly gauge: string;
  /** The answer to one request at `now` (epoch ms). */
  readonly answer: (request: Request_, numbers: Numbers, now: number) => Response;
  /** What the server says to a query that it does not understand. */
  readonly refusal: () => Response;
  /** False where the interface does not tell how old a number is. */
  readonly tellsAge: boolean;
  /** True for counters of processes, which may begin anew. */
  readonly restarts: boolean;
}

export interface Request_ {
  readonly url: string;
  readonly body: string;
}

export function json(body: string, status = 200): Response {
  return new Response(body, { status, headers: { 'content-type': 'application/json' } });
}

/** Every row writes `errors`, `requests` or `load` into its queries, and the arm as canary or stable. */
export function askedIn(text: string, from: number, to: number): Asked {
  const part = text.includes('errors') ? 'bad' : text.includes('load') ? 'gauge' : 'total';
  return { arm: text.includes('canary') ? 'canary' : 'stable', part, from, to };
}

function field(body: string, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], JSON.parse(body));
}

const STEP = 60_000;

/** The span as buckets of one minute: all of it in the newest one, which is what a sum cannot tell apart. */
function oneBucket(asked: Asked, numbers: Numbers): { readonly from: number; readonly value: string } | null {
  if (numbers.absent(asked)) return null;
  return { from: Math.floor(numbers.at(asked) / STEP) * STEP - STEP, value: numbers.value(asked) ?? 'null' };
}

const prometheus: Kind = {
  source: { kind: 'prometheus', url: 'https://prom.example' },
  env: {},
  arms: { canary: 'track="canary"', baseline: 'track="stable"' },
  bad: 'errors_total',
  total: 'requests_total',
  gauge: 'load',
  tellsAge: true,
  restarts: true,
  answer: ({ body }, numbers, now) => {
    const form = new URLSearchParams(body);
    const query = form.get('query') ?? '';
    const say = (resultType: string, result: string): Response =>
      json(`{"status":"success","data":{"resultType":"${resultType}","result":${result}}}`);
    if (query === 'time()') return say('scalar', `[${now / 1000},"${now / 1000}"]`);
    const at = Number(form.get('time')) * 1000;
    const asked = askedIn(query, 0, at);
    if (numbers.absent(asked)) return say('vector', '[]');
    const value = query.startsWith('timestamp(') ? String(numbers.at(asked) / 1000) : numbers.value(asked);
    return say('vector', `[{"metric":{"pod":"a"}${value === null ? '' : `,"value":[${at / 1000},"${value}"]`}}]`);
  },
  refusal: () => json('{"status":"error","errorType":"bad_data","error":"parse error at char 7"}', 400),
};

const openmetrics: Kind = {
  source: { kind: 'openmetrics' },
  env: {},
  arms: { canary: 'http://canary.example/metrics', baseline: 'http://stable.example/metrics' },
  bad: 'errors_total',
  total: 'requests_total',
  gauge: 'load',
  tellsAge: true,
  restarts: true,
  answer: ({ url }, numbers, now) => {
    const lines = ['errors_total', 'requests_total', 'load'].flatMap((name) => {
      const asked = askedIn(`${name} ${url}`, 0, now);
      return numbers.absent(asked) ? [] : [`${name} ${numbers.value(asked) ?? ''} ${numbers.at(asked)}`];
    });
    return new Response(`${lines.join('\n')}\n`, { headers: { 'content-type': 'text/plain; version=0.0.4' } });
  },
  refusal: () => new Response('no such page', { status: 404 }),
};

const datadog: Kind = {
  source: { kind: 'datadog', site: 'datadoghq.eu' },
  env: { DD_API_KEY: 'dd-api', DD_APP_KEY: 'dd-app' },
  arms: { canary: 'canary', baseline: 'stable' },
  bad: 'sum:errors{version:{{arm}}}.as_count()',
  total: 'sum:requests{version:{{arm}}}.as_count()',
  gauge: 'avg:load{version:{{arm}}}',
  tellsAge: true,
  restarts: false,
  answer: ({ body }, numbers) => {
    const attributes = field(body, ['data', 'attributes']) as { from: number; to: number };
    const bucket = oneBucket(askedIn(body, attributes.from, attributes.to), numbers);
    const said =
      bucket === null
        ? '"series":[],"times":[],"values":[]'
        : `"series":[{"group_tags":[],"query_index":0,"unit":null}],"times":[${bucket.from}],"values":[[${bucket.value}]]`;
    return json(`{"data":{"type":"timeseries_response","attributes":{${said}}}}`);
  },
  refusal: () => json('{"errors":["Error parsing query: unable to parse"]}', 400),
};

const cloudwatch: Kind = {
  source: { kind: 'cloudwatch', region: 'eu-central-1' },
  env: { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'aws-secret', AWS_SESSION_TOKEN: 'aws-session' },
  arms: { canary: 'canary', baseline: 'stable' },
  bad: "SELECT SUM(errors) FROM SCHEMA(Shop, Version) WHERE Version = '{{arm}}'",
  total: "SELECT SUM(requests) FROM SCHEMA(Shop, Version) WHERE Version = '{{arm}}'",
  gauge: "SELECT AVG(load) FROM SCHEMA(Shop, Version) WHERE Version = '{{arm}}'",
  tellsAge: true,
  restarts: false,
  answer: ({ body }, numbers) => {
    const [from, to] = [Number(field(body, ['StartTime'])) * 1000, Number(field(body, ['EndTime'])) * 1000];
    const bucket = oneBucket(askedIn(body, from, to), numbers);
    const points =
      bucket === null
        ? '"Timestamps":[],"Values":[]'
        : `"Timestamps":[${bucket.from / 1000}],"Values":[${bucket.value}]`;
    return json(`{"MetricDataResults":[{"Id":"q1","Label":"q1","StatusCode":"Complete",${points}}],"Messages":[]}`);
  },
  refusal: () =>
    json(
      '{"__type":"com.amazonaws.cloudwatch#ValidationError","message":"Error in expression q1: invalid syntax"}',
      400,
    ),
};

const newrelic: Kind = {
  source: { kind: 'newrelic', account: 42, region: 'eu' },
  env: { NEW_RELIC_API_KEY: 'NRAK-1' },
  arms: { canary: 'canary', baseline: 'stable' },
  bad: "SELECT filter(count(*), WHERE errors IS TRUE) FROM Transaction WHERE version = '{{arm}}'",
  total: "SELECT count(*) FROM requests WHERE version = '{{arm}}'",
  gauge: "SELECT latest(load) FROM Metric WHERE version = '{{arm}}'",
  tellsAge: false,
  restarts: false,
  answer: ({ body }, numbers) => {
    const nrql = String(field(body, ['variables', 'nrql']));
    const [, from = '', to = ''] = / SINCE (\d+) UNTIL (\d+)$/.exec(nrql) ?? [];
    const asked = askedIn(nrql, Number(from), Number(to));
    const rows = numbers.absent(asked) ? '' : `{"count":${numbers.value(asked) ?? 'null'}}`;
    return json(`{"data":{"actor":{"account":{"nrql":{"results":[${rows}]}}}}}`);
  },
  refusal: () =>
    json(
      '{"data":{"actor":{"account":{"nrql":null}}},"errors":[{"message":"NRQL Syntax Error: Error at line 1 position 8","extensions":{"errorClass":"NRQL_PARSE"}}]}',
    ),
};

const flux = (field_: string): string =>
  `from(bucket: "web") |> range(start: {{from}}, stop: {{to}}) |> filter(fn: (r) => r._field == "${field_}" and r.version == "{{arm}}") |> group() |> sum()`;

const influx2: Kind = {
  source: { kind: 'influxdb', url: 'https://influx.example', org: 'shop' },
  env: { INFLUX_TOKEN: 'influx-token' },
  arms: { canary: 'canary', baseline: 'stable' },
  bad: flux('errors'),
  total: flux('requests'),
  gauge: flux('load').replace('sum()', 'last()'),
  tellsAge: true,
  restarts: false,
  answer: ({ body }, numbers) => {
    const query = String(field(body, ['query']));
    const [, from = '', to = ''] = /start: (\S+), stop: ([^)]+)\)/.exec(query) ?? [];
    const asked = askedIn(query, Date.parse(from), Date.parse(to));
    const at = new Date(numbers.at(asked)).toISOString();
    const row = numbers.absent(asked)
      ? '\r\n'
      : `,result,table,_time,_value\r\n,_result,0,${at},${numbers.value(asked) ?? ''}\r\n\r\n`;
    return new Response(row, { headers: { 'content-type': 'text/csv; charset=utf-8' } });
  },
  refusal: () => new Response('error,reference\r\n"undefined identifier ""fom""",897\r\n', { status: 200 }),
};

const sql = (column: string): string =>
  `SELECT sum(${column}) AS n FROM web WHERE time >= {{from}} AND time < {{to}} AND version = '{{arm}}'`;

const influx3: Kind = {
  source: { kind: 'influxdb', url: 'https://influx.example', database: 'shop' },
  env: { INFLUX_TOKEN: 'influx-token' },
  arms: { canary: 'canary', baseline: 'stable' },
  bad: sql('errors'),
  total: sql('requests'),
  gauge: sql('load').replace('sum(load) AS n', 'time, load'),
  tellsAge: true,
  restarts: false,
  answer: ({ body }, numbers) => {
    const query = String(field(body, ['q']));
    const [, from = '', to = ''] = /time >= '([^']+)' AND time < '([^']+)'/.exec(query) ?? [];
    const asked = askedIn(query, Date.parse(from), Date.parse(to));
    const at = new Date(numbers.at(asked)).toISOString().replace('Z', '');
    return json(numbers.absent(asked) ? '[]' : `[{"time":"${at}","n":${numbers.value(asked) ?? 'null'}}]`);
  },
  refusal: () => json('{"error":"Error during planning: table web not found"}', 400),
};

const graphite: Kind = {
  source: { kind: 'graphite', url: 'https://graphite.example', step: '60s' },
  env: {},
  arms: { canary: 'canary', baseline: 'stable' },
  bad: 'sumSeries(web.{{arm}}.errors.count)',
  total: 'sumSeries(web.{{arm}}.requests.count)',
  gauge: 'averageSeries(web.{{arm}}.load)',
  tellsAge: true,
  restarts: false,
  answer: ({ url }, numbers) => {
    const form = new URL(url).searchParams;
    const target = form.get('target') ?? '';
    const bucket = oneBucket(
      askedIn(target, (Number(form.get('from')) + 1) * 1000, Number(form.get('until')) * 1000),
      numbers,
    );
    return json(
      bucket === null ? '[]' : `[{"target":"x","tags":{},"datapoints":[[${bucket.value},${bucket.from / 1000}]]}]`,
    );
  },
  refusal: () => new Response('Invalid target', { status: 400 }),
};

/** By the name that reports of tests use. */
export const KINDS: Readonly<Record<string, Kind>> = {
  prometheus,
  openmetrics,
  datadog,
  cloudwatch,
  newrelic,
  'influxdb by Flux': influx2,
  'influxdb by SQL': influx3,
  graphite,
};
