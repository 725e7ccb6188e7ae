import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import nock from 'nock';
import { prometheusSource } from '../../src/adapters/prometheus.ts';
import { between } from '../../src/measure/window.ts';
import type { ArmReading, Reading } from '../../src/measure/reading.ts';
import type { Trigger } from '../../src/playbook/schema.ts';
import { aCondition, aTrigger } from '../measure/a-trigger.ts';
import { neverAnswers, onlyNock } from './only-nock.ts';

onlyNock();

const URL_ = 'http://prom.example:9090';
const NOW = 1_700_000_000;
const source = (auth = {}): ReturnType<typeof prometheusSource> =>
  prometheusSource({ url: `${URL_}/`, auth, timeoutMs: 5_000 });
const errors = aTrigger({
  bad: 'http_requests_total{code=~"5.."}',
  total: 'http_requests_total',
  if: aCondition({ factor: 0, plus: 0.1 }),
});

type Sample = readonly [Record<string, string>, string];

const vector = (...samples: readonly Sample[]): object => ({
  status: 'success',
  data: { resultType: 'vector', result: samples.map(([metric, value]) => ({ metric, value: [NOW, value] })) },
});
const error = (errorType: string, text: string): object => ({ status: 'error', errorType, error: text });

/** A server that answers by the text of the query; anything else is unexpected and fails the test. */
function server(answers: Readonly<Record<string, object | readonly [number, object | string]>>): {
  asked: Readonly<Record<string, string>>[];
} {
  const asked: Readonly<Record<string, string>>[] = [];
  for (const [query, answer] of Object.entries(answers)) {
    const [status, body] = Array.isArray(answer) ? (answer as [number, object | string]) : [200, answer];
    nock(URL_)
      .post('/api/v1/query', (form: Record<string, string>) => {
        if (form['query'] !== query) return false;
        asked.push(form);
        return true;
      })
      .reply(status, body as nock.Body);
  }
  return { asked };
}

async function look(
  trigger: Trigger,
  baseline: string | null = null,
  at: number | null = NOW * 1000,
): Promise<Reading> {
  const readings = await source().look([{ trigger, arms: { canary: 'track="canary"', baseline }, since: 0 }], at);
  const reading = readings.get(trigger.name);
  assert.ok(reading);
  return reading;
}

function reasonOf(arm: ArmReading | null): string {
  return arm?.kind === 'missing' ? `${arm.reason}: ${arm.detail}` : String(arm?.kind);
}

const BAD = 'http_requests_total{code=~"5..",track="canary"}';
const TOTAL = 'http_requests_total{track="canary"}';
const AGE = `timestamp(${TOTAL})`;
const pod = (code: string, more = {}): Record<string, string> => ({ code, pod: 'a', track: 'canary', ...more });
const named = (code: string): Record<string, string> => pod(code, { __name__: 'http_requests_total' });
const ages = (seconds = 5): object => vector([pod('200'), String(NOW - seconds)], [pod('500'), String(NOW - seconds)]);

describe('counters', () => {
  it('are read raw, for each series, narrowed to the arm, with the time they were really taken', async () => {
    server({
      [BAD]: vector([named('500'), '3']),
      [TOTAL]: vector([named('200'), '97'], [named('500'), '3']),
      [AGE]: ages(5),
    });
    const id = (code: string): string => `http_requests_total{code="${code}",pod="a",track="canary"}`;
    assert.deepEqual(await look(errors), {
      at: NOW * 1000,
      canary: {
        kind: 'counters',
        hits: [{ id: id('500'), value: 3, at: NOW * 1000 }],
        total: [
          { id: id('200'), value: 97, at: (NOW - 5) * 1000 },
          { id: id('500'), value: 3, at: (NOW - 5) * 1000 },
        ],
      },
      baseline: null,
    });
  });

  it('of all triggers and arms are read at one instant, and the same question is asked once', async () => {
    const { asked } = server({
      'time()': { status: 'success', data: { resultType: 'scalar', result: [NOW + 0.5, String(NOW + 0.5)] } },
      'a_total{track="canary"}': vector([{ __name__: 'a_total' }, '1']),
      'a_total{track="stable"}': vector([{ __name__: 'a_total' }, '1']),
      'timestamp(a_total{track="canary"})': vector([{}, String(NOW)]),
      'timestamp(a_total{track="stable"})': vector([{}, String(NOW)]),
    });
    const arms = { canary: 'track="canary"', baseline: 'track="stable"' };
    const twice = ['one', 'two'].map((name) => ({
      trigger: aTrigger({ name, bad: 'a_total', total: 'a_total' }),
      arms,
      since: 0,
    }));
    const readings = await source().look(twice, null);
    assert.deepEqual(
      [...readings.values()].map((r) => [r.at, r.canary.kind, r.baseline?.kind]),
      [
        [NOW * 1000 + 500, 'counters', 'counters'],
        [NOW * 1000 + 500, 'counters', 'counters'],
      ],
    );
    const times = asked.filter((form) => form['query'] !== 'time()').map((form) => form['time']);
    assert.deepEqual([...new Set(times)], [`${NOW}.500`]);
  });

  it('no series of 5xx yet is zero errors, because the label exists on the total', async () => {
    server({ [BAD]: vector(), [TOTAL]: vector([named('200'), '97']), [AGE]: ages() });
    const { canary } = await look(errors);
    assert.equal(canary.kind === 'counters' && canary.hits.length, 0);
  });
});

describe('a histogram', () => {
  it('is grouped by its labels without le', async () => {
    const bucket = (le: string, name = 'lat_bucket'): Record<string, string> => ({ __name__: name, le, pod: 'a' });
    server({
      'lat_bucket{track="canary"}': vector([bucket('+Inf'), '9'], [bucket('0.3'), '7'], [bucket('0.1'), '2']),
      'timestamp(lat_bucket{track="canary",le="+Inf"})': vector([{ le: '+Inf', pod: 'a' }, String(NOW)]),
    });
    const { canary } = await look(aTrigger({ histogram: 'lat' }));
    assert.deepEqual(canary, {
      kind: 'buckets',
      series: [{ id: 'lat_bucket{pod="a"}', edges: [0.1, 0.3, Infinity], cumulative: [2, 7, 9], at: NOW * 1000 }],
    });
  });
});

/** Whatever goes wrong, there is a reason and never a number. */
const failOpen: readonly (readonly [string, Parameters<typeof server>[0], RegExp])[] = [
  ['an empty answer', { [BAD]: vector(), [TOTAL]: vector(), [AGE]: vector() }, /^no-series: .*matches no series/],
  [
    'a misspelt label',
    {
      [BAD]: vector(),
      [TOTAL]: vector([{ __name__: 'http_requests_total', status: '200' }, '9']),
      [AGE]: vector([{ status: '200' }, `${NOW}`]),
    },
    /^no-series: .*no series of http_requests_total has the label code/,
  ],
  [
    'a refused query',
    {
      [BAD]: [400, error('bad_data', 'parse error: unexpected end')],
      [TOTAL]: vector([named('200'), '9']),
      [AGE]: ages(),
    },
    /^query-error: .*bad_data: parse error/,
  ],
  [
    'a query that the server cannot execute',
    {
      [BAD]: vector(),
      [TOTAL]: [422, error('execution', 'query processing would load too many samples')],
      [AGE]: ages(),
    },
    /^query-error: .*too many samples/,
  ],
  [
    'the server’s own time-out',
    { [BAD]: vector(), [TOTAL]: [503, error('timeout', 'query timed out')], [AGE]: ages() },
    /^time-out/,
  ],
  [
    'missing credentials',
    { [BAD]: [401, 'no'], [TOTAL]: [401, 'no'], [AGE]: [401, 'no'] },
    /^unauthorized: .*HTTP 401/,
  ],
  ['forbidden access', { [BAD]: [403, 'no'], [TOTAL]: [403, 'no'], [AGE]: [403, 'no'] }, /^unauthorized: .*HTTP 403/],
  ['too many queries', { [BAD]: [429, 'no'], [TOTAL]: vector(), [AGE]: vector() }, /^query-error: .*HTTP 429/],
  [
    'a broken server',
    { [BAD]: [502, '<html>'], [TOTAL]: vector(), [AGE]: vector() },
    /^query-error: .*HTTP 502, the server failed/,
  ],
  [
    'a redirect to a login page',
    { [BAD]: [302, ''], [TOTAL]: vector(), [AGE]: vector() },
    /^query-error: .*a redirect/,
  ],
  [
    'a page that is not Prometheus',
    { [BAD]: [200, '<html>'], [TOTAL]: vector(), [AGE]: vector() },
    /^query-error: .*not JSON/,
  ],
  ['JSON of another shape', { [BAD]: { data: [] }, [TOTAL]: vector(), [AGE]: vector() }, /^query-error: .*shape/],
  [
    'a refusal that claims success',
    { [BAD]: [400, vector([named('500'), '0'])], [TOTAL]: vector([named('200'), '9']), [AGE]: ages() },
    /^query-error: .*HTTP 400/,
  ],
  [
    'a partial answer',
    {
      [BAD]: { ...vector(), warnings: ['store gateway unavailable'] },
      [TOTAL]: vector([named('200'), '9']),
      [AGE]: ages(),
    },
    /^query-error: .*incomplete answer: store gateway/,
  ],
  [
    'a matrix',
    { [BAD]: { status: 'success', data: { resultType: 'matrix', result: [] } }, [TOTAL]: vector(), [AGE]: vector() },
    /^wrong-type: .*a matrix/,
  ],
  [
    'a native histogram',
    {
      [BAD]: { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, histogram: [NOW, {}] }] } },
      [TOTAL]: vector(),
      [AGE]: vector(),
    },
    /^wrong-type: .*native histogram/,
  ],
  [
    'a value that is no number',
    { [BAD]: vector([named('500'), 'many']), [TOTAL]: vector([named('200'), '9']), [AGE]: ages() },
    /^not-a-number: .*'many'/,
  ],
  [
    'a series whose age nobody knows',
    { [BAD]: vector(), [TOTAL]: vector([named('200'), '9']), [AGE]: vector() },
    /^stale: .*does not tell the age/,
  ],
];

describe('no answer is never a number:', () => {
  for (const [what, answers, expected] of failOpen)
    it(what, async () => {
      server(answers);
      const reading = await look(errors);
      assert.match(reasonOf(reading.canary), expected);
      assert.equal(between(errors, null, reading).sample.kind, 'missing');
    });

  it('NaN', async () => {
    server({ [BAD]: vector(), [TOTAL]: vector([named('200'), 'NaN']), [AGE]: ages() });
    const { sample } = between(errors, null, await look(errors));
    assert.equal(sample.kind === 'missing' && sample.reason, 'not-a-number');
  });

  it('a sample older than max-age, although the server still shows it as current', async () => {
    server({ [BAD]: vector(), [TOTAL]: vector([named('200'), '9']), [AGE]: ages(240) });
    const { sample } = between(errors, null, await look(errors));
    assert.equal(sample.kind === 'missing' && sample.reason, 'stale');
  });

  it('old successes beside failures that were just counted', async () => {
    const [good, bad] = ['success_total{track="canary"}', 'failure_total{track="canary"}'];
    const labels = { pod: 'a', track: 'canary' };
    server({
      [good]: vector([{ __name__: 'success_total', ...labels }, '9']),
      [bad]: vector([{ __name__: 'failure_total', ...labels }, '1']),
      [`timestamp(${good})`]: vector([labels, String(NOW - 240)]),
      [`timestamp(${bad})`]: vector([labels, String(NOW - 240)]),
    });
    const split = aTrigger({ bad: 'failure_total', good: 'success_total', if: aCondition({ factor: 0, plus: 0.02 }) });
    const { sample } = between(split, null, await look(split));
    assert.equal(sample.kind === 'missing' && sample.reason, 'stale');
  });

  it('a misspelt counter that neither arm has', async () => {
    const stable = { ...named('200'), track: 'stable' };
    server({
      'http_erors_total{track="canary"}': vector(),
      'http_erors_total{track="stable"}': vector(),
      [TOTAL]: vector([named('200'), '9']),
      [AGE]: ages(),
      'http_requests_total{track="stable"}': vector([stable, '9']),
      'timestamp(http_requests_total{track="stable"})': vector([{ ...pod('200'), track: 'stable' }, String(NOW)]),
    });
    const reading = await look(aTrigger({ bad: 'http_erors_total', total: 'http_requests_total' }), 'track="stable"');
    assert.match(reasonOf(reading.canary), /^no-series: .*in any arm: check the name/);
    assert.match(reasonOf(reading.baseline), /^no-series/);
  });

  it('a server that does not answer in time', async () => {
    const slow = prometheusSource({ url: URL_, auth: {}, timeoutMs: 50, fetch: neverAnswers });
    const reading = (await slow.look([{ trigger: errors, arms: { canary: '', baseline: '' }, since: 0 }], null)).get(
      'errors',
    );
    assert.match(reasonOf(reading?.canary ?? null), /^time-out: time\(\) at prom.example:9090: .*within 50 ms/);
    assert.match(reasonOf(reading?.baseline ?? null), /^time-out/);
  });

  it('a server that cannot be reached', async () => {
    nock(URL_)
      .post('/api/v1/query')
      .replyWithError(Object.assign(new Error('http://secret@x'), { code: 'ECONNREFUSED' }));
    const reading = await look(errors, null, null);
    assert.match(reasonOf(reading.canary), /^query-error: .*cannot be reached \(ECONNREFUSED\)$/);
  });

  it('an answer without end', async () => {
    nock(URL_).post('/api/v1/query').reply(200, 'x'.repeat(5000));
    const small = prometheusSource({ url: URL_, auth: {}, timeoutMs: 500, maxBytes: 1000 });
    const readings = await small.look([{ trigger: errors, arms: { canary: '', baseline: null }, since: 0 }], null);
    assert.match(reasonOf(readings.get('errors')?.canary ?? null), /more than 1000 bytes/);
  });

  it('a question that computes, which is refused before it is sent', async () => {
    const reading = await look(aTrigger({ bad: 'rate(x[5m])', total: 'x' }));
    assert.match(
      reasonOf(reading.canary),
      /^query-error: The selector 'rate\(x\[5m\]\)' at column 5 is a PromQL expression/,
    );
  });

  it('a trigger without a metric', async () => {
    assert.match(
      reasonOf((await look(aTrigger({ bad: 'x' }))).canary),
      /^wrong-type: trigger 'errors' names no complete metric/,
    );
  });
});

it('one broken question does not spoil the others', async () => {
  server({
    'good_total{track="canary"}': vector([{ __name__: 'good_total' }, '5']),
    'timestamp(good_total{track="canary"})': vector([{}, String(NOW)]),
    'broken{track="canary"}': [400, error('bad_data', 'no')],
    'timestamp(broken{track="canary"})': [400, error('bad_data', 'no')],
  });
  const arms = { canary: 'track="canary"', baseline: null };
  const readings = await source().look(
    [
      { trigger: aTrigger({ name: 'a', bad: 'good_total', total: 'good_total' }), arms, since: 0 },
      { trigger: aTrigger({ name: 'b', gauge: 'broken' }), arms, since: 0 },
    ],
    NOW * 1000,
  );
  assert.equal(readings.get('a')?.canary.kind, 'counters');
  assert.match(reasonOf(readings.get('b')?.canary ?? null), /^query-error/);
});

it('credentials are sent as a header and never repeated in a reason', async () => {
  for (const [auth, header] of [
    [{ bearer: 'tok-1' }, 'Bearer tok-1'],
    [{ basic: 'user:tok-1' }, `Basic ${btoa('user:tok-1')}`],
  ] as const) {
    nock(URL_, { reqheaders: { authorization: header } })
      .post('/api/v1/query')
      .reply(401, 'bad token tok-1');
    const readings = await source(auth).look(
      [{ trigger: errors, arms: { canary: '', baseline: null }, since: 0 }],
      null,
    );
    assert.doesNotMatch(JSON.stringify([...readings]), /tok-1/);
  }
});
