import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPromql } from '../../src/adapters/promql.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';

test('expressions as the query page of Prometheus accepts them have no fault', () => {
  for (const text of [
    'sum(rate(errors_total{code="5..",{{arm}}}[5m])) / sum(rate(requests_total{ {{arm}} }[5m]))',
    'histogram_quantile(0.99, sum by (le) (rate(latency_bucket{{{arm}}}[5m])))',
    'quantile_over_time(0.9, load{ {{arm}} }[5m:1m]) offset 1m',
    'max(load{ {{arm}} }) or on () vector(0)',
    'label_replace(load{ {{arm}} }, "a", "rate(", "b", "(.*)")',
  ])
    assert.equal(readPromql(text), null, text);
});

test('a fault is told with its column and a cure', () => {
  const told = (text: string): string => {
    const fault = readPromql(text);
    return fault === null ? 'nothing' : `${fault.column}: ${fault.message}; ${fault.cure}`;
  };
  assert.equal(
    told('histogram_quantil(0.9, x{ {{arm}} })'),
    "1: 'histogram_quantil' is not a function of PromQL; did you mean 'histogram_quantile'?",
  );
  assert.match(told('sum(rate(x{ {{arm}} }[5m])'), /^27: ends too early; close every bracket/);
  assert.match(told('sum(x{ {{arm}} }))'), /^18: '\)' should not stand here/);
  assert.match(told('sum(x) + {{arm}}'), /^10: has \{\{arm\}\} outside the braces of a selector/);
  assert.match(told('x{track="{{arm}}"}'), /^10: has \{\{arm\}\} inside quotes/);
});

const playbook = (gauge: string): string => `
version: 1
sources: { main: { kind: prometheus, url: https://prom.example } }
services:
  shop:
    environments:
      production:
        paths: [shop]
        rollback: { approval: human }
        verify:
          source: main
          arm: track="stable"
          healthy-for: 1m
          within: 20m
          criteria:
            - { name: load, gauge: ${JSON.stringify(gauge)}, if: value > 5, pass-when: value < 4 }
`;

test('lint reports it at the key, and only with a reader', () => {
  const broken = playbook('sum(rate(x{ {{arm}} }[5m])');
  const read = parsePlaybook(broken, 'lastgood.yml', { promql: readPromql });
  assert.ok(!read.ok);
  assert.deepEqual(
    read.faults.map(({ path, message }) => `${path}: ${message}`),
    ['services.shop.environments.production.verify.criteria[0].gauge: ends too early, at column 27 of the expression'],
  );
  assert.equal(parsePlaybook(broken, 'lastgood.yml').ok, true);
  assert.equal(parsePlaybook(playbook('sum(rate(x{ {{arm}} }[5m]))'), 'x.yml', { promql: readPromql }).ok, true);
});

test('an expression without {{arm}} would say the same of both arms', () => {
  const read = parsePlaybook(playbook('sum(rate(x[5m]))'), 'lastgood.yml');
  assert.ok(!read.ok);
  assert.match(read.faults[0]?.message ?? '', /does not say which arm it counts/);
});

test('a fault elsewhere in the file does not hide one in an expression', () => {
  const text = playbook('nothing_such(x{ {{arm}} })').replace('approval: human', 'approval: nobody');
  const parsed = parsePlaybook(text, 'lastgood.yml', { promql: readPromql });
  assert.ok(!parsed.ok);
  const messages = parsed.faults.map(({ message }) => message).join('; ');
  assert.match(messages, /not a function of PromQL/);
  assert.equal(parsed.faults.length, 2, messages);
});
