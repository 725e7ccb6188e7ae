import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { aPlaybook, briefly, errors } from './a-playbook.ts';

/** The faults of one trigger in an otherwise right gate. */
const ofTrigger = (trigger: string, arms?: string): readonly string[] =>
  briefly(aPlaybook(arms === undefined ? { trigger } : { trigger, arms }));
const ofCriterion = (criterion: string): readonly string[] =>
  briefly(aPlaybook({ verify: `{ healthy-for: 30s, within: 10m, arm: app="rec", criteria: [{ ${criterion} }] }` }));
const warningsOf = (text: string): readonly string[] => {
  const parsed = parsePlaybook(text, 'lastgood.yml');
  assert.ok(parsed.ok);
  return parsed.warnings.map(({ path, message }) => `${path.split('.').at(-1) ?? ''} ${message}`);
};

const histogram = 'name: h, histogram: h_seconds, unit: s';
const scores = 'name: s, sum: s_sum, squares: s_sq, count: s_count, range: [0, 1]';
const fixed = '{ canary: track="canary" }';

test('every form of metric is taken with its own statistics', () => {
  const right = [
    `${errors}, if: rate > 2%, then: ask`,
    'name: a, good: ok_total, total: all_total, if: rate < baseline - 3%, then: ask',
    `${histogram}, if: p99 > 300ms, then: ask`,
    `${histogram}, if: p99 > baseline + 10%, then: ask`,
    'name: d, histogram: scores, if: ks > 0.15, then: ask',
    'name: d, histogram: scores, unit: none, if: ks > 0.15, then: ask',
    `${scores}, if: mean < baseline - 0.05, then: ask`,
    `${scores}, if: mean < 0.8, then: ask`,
    'name: g, gauge: cost, if: value > baseline * 1.2, then: ask',
  ];
  for (const trigger of right) assert.deepEqual(ofTrigger(trigger), [], trigger);
});

test('an incomplete metric names what is missing', () => {
  const table: readonly [trigger: string, expected: RegExp][] = [
    ['name: a, if: rate > 2%', /has no metric -> add 'bad:' or 'good:', with 'total:'/],
    ['name: a, total: t, if: rate > 2%', /^bad is missing/],
    ['name: a, bad: b, if: rate > 2%', /^total is missing/],
    ['name: a, bad: b, good: g, total: t, if: rate > 2%', /^total stands beside 'bad' and 'good'/],
    ['name: a, histogram: h, if: p99 > 300ms', /^unit is missing/],
    ['name: a, histogram: h, unit: none, if: p99 > 300ms', /^unit is no time/],
    ['name: a, sum: s, squares: q, range: [0, 1], if: mean < 0.8', /^count is missing/],
    ['name: a, sum: s, squares: q, count: c, if: mean < 0.8', /^range is missing/],
    ['name: a, sum: s, squares: q, count: c, range: [1, 1], if: mean < 0.8', /^range is empty/],
    ['name: a, bad: b, total: t, gauge: g, if: rate > 2%', /mixes metrics of different forms: bad, total, gauge/],
    ['name: a, bad: b, total: t, unit: s, if: rate > 2%', /mixes metrics/],
    ['name: a, gauge: g, if: rate > 2%', /^if cannot be answered from gauge -> give 'bad:' or 'good:'/],
    ['name: a, bad: b, total: t, if: p99 > 300ms', /^if cannot be answered from bad and total/],
  ];
  for (const [trigger, expected] of table)
    assert.match(ofTrigger(`${trigger}, then: ask`).join('\n'), expected, trigger);
});

test('a selector that is not a bare metric is refused with its column', () => {
  assert.match(
    ofTrigger("name: a, bad: 'rate(x[5m])', total: t, if: rate > 2%, then: ask").join(),
    /^bad is a PromQL expression, at column 5/,
  );
  assert.match(
    ofTrigger('name: a, histogram: h_bucket, unit: s, if: p99 > 1s, then: ask').join(),
    /one part of a histogram -> write h$/,
  );
});

test('a condition that fails for the better is refused', () => {
  assert.match(ofTrigger(`${errors}, if: rate < 2%, then: ask`).join(), /fewer 'bad' events -> write rate > 2%/);
  assert.match(
    ofTrigger('name: a, good: g, total: t, if: rate > 95%, then: ask').join(),
    /more 'good' events -> write rate < 95%/,
  );
  assert.match(ofTrigger(`${histogram}, if: p99 < 300ms, then: ask`).join(), /faster -> write p99 > 300ms/);
  assert.match(ofTrigger('name: a, histogram: h, if: ks < 0.1, then: ask').join(), /alike -> write ks > 0.1/);
});

test('a condition that could never be proven to pass needs a margin', () => {
  const cure = /never be proven to pass -> add pass-when: rate < baseline \+ 0.5pp/;
  assert.match(ofTrigger(`${errors}, if: rate > baseline, then: ask`).join(), cure);
  assert.match(ofTrigger(`${errors}, if: rate > baseline or > 5%, then: ask`).join(), cure);
  assert.deepEqual(ofTrigger(`${errors}, if: rate > baseline and > 5%, then: ask`), []);
  assert.deepEqual(ofTrigger(`${errors}, if: rate > baseline, pass-when: rate < baseline + 0.5pp, then: ask`), []);
  assert.match(
    ofTrigger(`${errors}, if: rate > baseline, pass-when: rate < baseline, then: ask`).join(),
    /^pass-when leaves no margin.*write rate < baseline/,
  );
  assert.match(
    ofTrigger('name: a, good: g, total: t, if: rate < baseline, then: ask').join(),
    /add pass-when: rate > baseline - 0.5pp/,
  );
  assert.match(
    ofTrigger('name: g, gauge: g, if: value > baseline, then: ask').join(),
    /add pass-when: value < baseline \* 1.1/,
  );
  assert.deepEqual(ofTrigger(`${errors}, if: rate > baseline, criticality: info, then: ask`), []);
});

test('a limit better than the baseline is refused', () => {
  assert.match(
    ofTrigger(`${histogram}, if: p99 > baseline - 10ms, then: ask`).join(),
    /asks for better than the baseline/,
  );
  assert.match(
    ofTrigger(`${errors}, if: rate > baseline * 1.5 - 1pp, then: ask`).join(),
    /asks for better than the baseline/,
  );
  assert.match(
    ofTrigger('name: a, good: g, total: t, if: rate < baseline + 1pp, then: ask').join(),
    /asks for better than the baseline/,
  );
});

test('pass-when speaks of the same statistic and looks the other way', () => {
  assert.match(
    ofTrigger(`${errors}, if: rate > 2%, pass-when: p99 < 1s, then: ask`).join(),
    /speaks of p99 and 'if' of rate/,
  );
  assert.match(
    ofTrigger(`${histogram}, if: p99 > 1s, pass-when: p95 < 1s, then: ask`).join(),
    /speaks of p95 and 'if' of p99/,
  );
  assert.match(
    ofTrigger(`${errors}, if: rate > 2%, pass-when: rate > 1%, then: ask`).join(),
    /same way as 'if' -> write it with '<'/,
  );
});

test('what compares needs a baseline, and after a rollback there is none', () => {
  for (const trigger of [
    `${errors}, if: rate > baseline + 1pp`,
    'name: d, histogram: h, if: ks > 0.15',
    `${errors}, if: rate > 2%, pass-when: rate < baseline + 1pp`,
  ]) {
    assert.match(
      ofTrigger(`${trigger}, then: ask`, fixed).join(),
      /baseline that the gate does not have -> add 'baseline:' to the arms/,
      trigger,
    );
    assert.match(ofCriterion(trigger).join(), /after a rollback there is none/, trigger);
  }
  assert.deepEqual(ofTrigger(`${errors}, if: rate > 2%, then: ask`, fixed), []);
  assert.deepEqual(ofCriterion(`${errors}, if: rate > 2%`), []);
});

test('a mean has its fixed limit inside its range', () => {
  assert.match(ofTrigger(`${scores}, if: mean < 7, then: ask`).join(), /outside the range 0 to 1/);
});

test('arms are matchers on a server, URLs on bare pages, and two different ones', () => {
  const pages = {
    sources: '{ prom: { kind: openmetrics } }',
    verify: `{ healthy-for: 30s, within: 10m, arm: "http://rec/metrics", criteria: [{ ${errors}, if: rate > 2% }] }`,
  };
  assert.deepEqual(
    briefly(aPlaybook({ ...pages, arms: '{ canary: "http://a/metrics", baseline: "http://b/metrics" }' })),
    [],
  );
  assert.match(
    briefly(aPlaybook({ ...pages, arms: '{ canary: track="canary", baseline: "http://b/metrics" }' })).join(),
    /^canary is not a URL/,
  );
  assert.match(
    briefly(aPlaybook({ arms: '{ canary: "http://a/metrics", baseline: track="stable" }' })).join(),
    /^canary is a URL, and its source is prometheus/,
  );
  assert.match(
    briefly(aPlaybook({ arms: '{ canary: track=canary, baseline: track="stable" }' })).join(),
    /^canary 'track=canary' has a value without quotes/,
  );
  assert.match(briefly(aPlaybook({ arms: '{ canary: a="b", baseline: a="b" }' })).join(), /same as the canary/);
});

test('a source that does not exist is answered with the nearest one', () => {
  assert.match(
    ofTrigger(`${errors}, source: pron, if: rate > 2%, then: ask`).join(),
    /^source is not one of the sources -> did you mean 'prom'\?/,
  );
  assert.match(briefly(aPlaybook({ sources: '{}' })).join(), /add it under 'sources:'/);
});

test('a source that is misshapen is not missing', () => {
  assert.deepEqual(briefly(aPlaybook({ sources: '{ prom: { kind: prometheus, url: nowhere } }' })), [
    'url is not an http or https URL -> write it like https://prometheus.example.com',
  ]);
});

test('times must leave room: deadline beyond soak, warm-up and poll, within beyond healthy-for', () => {
  assert.match(briefly(aPlaybook({ gate: 'soak: 1h' })).join(), /^deadline is not longer than soak \(1h\)/);
  assert.match(briefly(aPlaybook({ gate: 'warm-up: 1h' })).join(), /not longer than warm-up/);
  assert.match(briefly(aPlaybook({ gate: 'poll: 0s' })).join(), /^poll must be at least 1s/);
});

test('trigger names are unique in their list', () => {
  assert.match(
    ofTrigger(`${errors}, if: rate > 2%, then: ask }, { ${errors}, if: rate > 3%, then: ask`).join(),
    /^name is also the name of number 1 here/,
  );
});

test('paths are literal and inside the repository', () => {
  const table: readonly [path: string, expected: RegExp][] = [
    ['/apps/rec', /begins with \/ -> write it from the top of the repository: apps\/rec/],
    ['apps/../rec', /without \.\./],
    ['apps/*.yml', /wildcard/],
    ['./apps', /shortest form -> write apps/],
    ['apps//rec', /shortest form -> write apps\/rec/],
    ['.', /whole repository/],
    ['apps\\\\rec', /backslash/],
  ];
  for (const [path, expected] of table)
    assert.match(briefly(aPlaybook({ paths: `["${path}"]` })).join(), expected, path);
});

test('no file belongs to two services or environments', () => {
  const other = (path: string): string =>
    aPlaybook({
      paths: '[apps/rec/]',
      services: `      staging: { paths: [${path}], applications: [s], verify: { healthy-for: 1s, within: 9s, source: prom, arm: a="b", criteria: [{ ${errors}, if: rate > 2% }] } }`,
    });
  assert.match(briefly(other('apps/rec')).join(), /belongs to rec staging too.*belongs to rec production too/);
  assert.match(
    briefly(other('apps/rec/x.yml')).join(),
    /^paths\[0\] belongs to rec production too \(its path apps\/rec\)/,
  );
  assert.equal(briefly(other('apps/rec/x.yml')).length, 1);
  assert.deepEqual(briefly(other('apps/recommender')), []);
});

test('automatic merges need something that proves they were applied', () => {
  assert.match(briefly(aPlaybook({ rest: 'rollback: { approval: auto }' })).join(), /^approval needs applications/);
  assert.match(briefly(aPlaybook({ argocd: '' })).join(), /^applications needs an Argo CD to ask/);
});

test('what works but hardly as meant is a warning', () => {
  assert.deepEqual(warningsOf(aPlaybook()), []);
  assert.deepEqual(warningsOf(aPlaybook({ rest: '' })), [
    'production names no Argo CD application, so nothing proves that a merge was applied',
  ]);
  assert.deepEqual(
    warningsOf(aPlaybook({ sources: '{ prom: { kind: prometheus, url: "http://p" }, old: { kind: openmetrics } }' })),
    ['old is not used by any gate or verify'],
  );
  const back = `{ source: old, healthy-for: 1s, within: 9s, arm: a="b", criteria: [{ ${errors}, if: rate > 2% }] }`;
  assert.deepEqual(
    warningsOf(
      aPlaybook({
        sources: '{ prom: { kind: prometheus, url: "http://p" }, old: { kind: prometheus, url: "http://o" } }',
        rest: `applications: [rec]\n        rollback: { strategy: fallback, fallback: { carrier: rec, to: simple, back: ${back} } }`,
      }),
    ),
    [],
    'what brings the route back is asked too',
  );
  assert.deepEqual(warningsOf(aPlaybook({ trigger: `${errors}, if: rate > 2%, then: ask, dry-run: true` })), [
    'triggers has no trigger that decides, so the gate can never pass',
  ]);
});

test('two keys that are missing at one place are two faults', () => {
  const said = briefly(aPlaybook({ trigger: 'name: b, sum: x, if: mean > 0.5, then: ask' }));
  assert.deepEqual(said.map((line) => line.split(' ')[0]).sort(), ['count', 'range']);
});
