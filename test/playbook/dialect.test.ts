import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFault } from '../../src/playbook/faults.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';

/** A playbook whose verify asks this source; the faults as `key: message; cure`. */
function faultsOf(source: string, criterion: string, arm = 'v2'): readonly string[] {
  const read = parsePlaybook(
    `version: 1
sources: { main: ${source} }
services:
  shop:
    environments:
      production:
        paths: [shop]
        verify: { source: main, arm: ${JSON.stringify(arm)}, healthy-for: 1m, within: 20m, criteria: [{ name: x, ${criterion} }] }
`,
    'lastgood.yml',
  );
  if (read.ok) return [];
  return read.faults.map(({ path, message, cure }) => `${path.split('.').at(-1) ?? ''}: ${message}; ${cure}`);
}

const DATADOG = '{ kind: datadog }';
const CLOUDWATCH = '{ kind: cloudwatch, region: eu-central-1 }';
const NEWRELIC = '{ kind: newrelic, account: 1 }';
const FLUX = '{ kind: influxdb, url: "https://i.example", org: shop }';
const SQL = '{ kind: influxdb, url: "https://i.example", database: shop }';
const GRAPHITE = '{ kind: graphite, url: "https://g.example" }';

const rate = (text: string): string => `bad: ${JSON.stringify(text)}, total: ${JSON.stringify(text)}, if: rate > 1%`;

const flux =
  'from(bucket: "w") |> range(start: {{from}}, stop: {{to}}) |> filter(fn: (r) => r.v == "{{arm}}") |> sum()';
const sql = "SELECT sum(x) FROM w WHERE time >= {{from}} AND time < {{to}} AND v = '{{arm}}'";

test('queries in the language of their source have no fault', () => {
  for (const [source, text] of [
    [DATADOG, 'sum:hits{version:{{arm}}}.as_count()'],
    [DATADOG, 'default_zero(sum:hits{version:{{arm}}}.as_count())'],
    [CLOUDWATCH, "SELECT SUM(x) FROM SCHEMA(Shop, V) WHERE V = '{{arm}}'"],
    [CLOUDWATCH, `SUM(SEARCH('{Shop,V} MetricName="x" V="{{arm}}"', 'Sum', 60))`],
    [NEWRELIC, "SELECT count(*) FROM T WHERE v = '{{arm}}' AND note = 'SINCE FACET'"],
    [FLUX, flux],
    [SQL, sql],
    [GRAPHITE, 'sumSeries(web.{{arm}}.hits)'],
  ] as const)
    assert.deepEqual(faultsOf(source, rate(text)), [], text);
});

test('what a language cannot add up to a count is told with its cure', () => {
  for (const [source, text, expected] of [
    [DATADOG, 'sum:hits{*}.as_count()', /does not say which arm it counts.*put \{\{arm\}\}/],
    [DATADOG, 'sum:hits{v:{{arn}}}.as_count()', /unknown placeholder \{\{arn\}\}; write \{\{arm\}\}/],
    [DATADOG, 'sum:hits{v:{{ arm }}}.as_count()', /has blanks/],
    [DATADOG, 'avg:hits{v:{{arm}}}', /is not a count.*end it with .as_count/],
    [DATADOG, 'sum:hits{v:{{arm}}} by {pod}.as_count()', /several series/],
    [CLOUDWATCH, "SELECT AVG(x) FROM S WHERE V = '{{arm}}'", /takes AVG/],
    [CLOUDWATCH, "SUM(SEARCH('{S} {{arm}}', 'Average', 60))", /search for 'Sum'/],
    [CLOUDWATCH, "SELECT SUM(x) FROM S WHERE V = '{{arm}}' GROUP BY Pod", /several series/],
    [NEWRELIC, "SELECT count(*) FROM T WHERE v = '{{arm}}' SINCE 1 hour ago", /names a time itself; leave it out/],
    [NEWRELIC, "SELECT rate(count(*), 1 minute) FROM T WHERE v = '{{arm}}'", /does not add up to a count/],
    [NEWRELIC, 'count(*) {{arm}}', /does not begin with SELECT/],
    [FLUX, flux.replace('{{to}}', 'now()'), /does not say when counting ends/],
    [FLUX, sql, /is not Flux with a range/],
    [SQL, sql.replace('{{from}}', "'{{from}}'"), /without quotes/],
    [GRAPHITE, 'sumSeries(web.{{arm}}.hits', /brackets that do not match/],
    [GRAPHITE, 'perSecond(web.{{arm}}.hits)', /does not give the count/],
  ] as const) {
    const faults = faultsOf(source, rate(text));
    assert.equal(faults.length, 2, `${text}: ${faults.join(' | ')}`);
    assert.match(faults[0] ?? '', expected);
  }
});

test('a histogram is refused where there are no cumulative buckets, with what to write instead', () => {
  for (const source of [DATADOG, CLOUDWATCH, NEWRELIC, FLUX, GRAPHITE]) {
    const [fault] = faultsOf(source, 'histogram: "x {{arm}}", unit: s, if: p99 > 300ms');
    assert.match(fault ?? '', /^histogram: cannot be answered by a \w+ source; count the slow ones/);
  }
});

test('counters of a Prometheus stay raw, and a gauge says where the arm belongs', () => {
  const prometheus = '{ kind: prometheus, url: "https://p.example" }';
  const arm = 'track="stable"';
  assert.match(faultsOf(prometheus, rate('rate(x[5m])'), arm)[0] ?? '', /is a PromQL expression.*takes differences/);
  assert.match(
    faultsOf(prometheus, 'gauge: "sum(x)", if: value > 1, pass-when: value < 0.9', arm)[0] ?? '',
    /which arm/,
  );
  assert.deepEqual(faultsOf(prometheus, 'gauge: "sum(x{ {{arm}} })", if: value > 1, pass-when: value < 0.9', arm), []);
});

test('an arm is not blank and holds no braces; a source knows what it needs', () => {
  const good = rate('sum:hits{version:{{arm}}}.as_count()');
  assert.match(faultsOf(DATADOG, good, ' ')[0] ?? '', /^arm: is blank/);
  assert.match(faultsOf(DATADOG, good, '{{arm}}')[0] ?? '', /^arm: has braces/);
  const both = '{ kind: influxdb, url: "https://i.example", org: a, database: b }';
  assert.match(faultsOf(both, rate(flux))[0] ?? '', /has both 'org' and 'database'/);
  assert.match(
    faultsOf('{ kind: cloudwatch, region: eu-central-1, period: 90s }', good).join(),
    /whole number of minutes/,
  );
  assert.match(faultsOf('{ kind: datadog, site: "https://x" }', good).join(), /site/);
});

test('a trigger of another source brings its own arms', () => {
  const playbook = (trigger: string): string => `version: 1
sources: { prom: { kind: prometheus, url: "https://p.example" }, pages: { kind: openmetrics } }
services:
  shop:
    environments:
      production:
        paths: [shop]
        gate:
          source: prom
          arms: { canary: track="canary", baseline: track="stable" }
          triggers: [{ name: x, source: pages, bad: b, total: a, if: rate > 1%, then: notify${trigger} }, { name: y, bad: b, total: a, if: rate > 1%, then: notify }]
        verify: { arm: track="stable", healthy-for: 1m, within: 20m, criteria: [{ name: x, bad: b, total: a, if: rate > 1% }] }
`;
  const told = (text: string): string => {
    const read = parsePlaybook(text, 'lastgood.yml');
    return read.ok ? 'fine' : read.faults.map(formatFault).join('\n');
  };
  assert.match(told(playbook('')), /source.*cannot be asked with the gate's arms.*Add 'arms:' here/s);
  assert.equal(told(playbook(', arms: { canary: "http://c:8080/metrics" }')), 'fine');
});
