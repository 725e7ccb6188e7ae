import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import nock from 'nock';
import { openmetricsSource } from '../../src/adapters/openmetrics.ts';
import { between } from '../../src/measure/window.ts';
import type { ArmReading, Reading } from '../../src/measure/reading.ts';
import type { Trigger } from '../../src/playbook/schema.ts';
import { aTrigger } from '../measure/a-trigger.ts';
import { neverAnswers, onlyNock } from './only-nock.ts';

onlyNock();

const HOST = 'http://canary.example:9100';
const PAGE = `${HOST}/metrics`;
const errors = aTrigger({ bad: 'http_requests_total{code=~"5.."}', total: 'http_requests_total' });
const clock = { now: (): number => 60_000 };

async function look(
  triggers: readonly Trigger[],
  baseline: string | null = null,
): Promise<ReadonlyMap<string, Reading>> {
  const source = openmetricsSource({ auth: {}, timeoutMs: 5_000, clock });
  return source.look(
    triggers.map((trigger) => ({ trigger, arms: { canary: PAGE, baseline }, since: 0 })),
    null,
  );
}

function reasonOf(arm: ArmReading | null | undefined): string {
  return arm?.kind === 'missing' ? `${arm.reason}: ${arm.detail}` : String(arm?.kind);
}

describe('a metrics page', () => {
  it('is read once per look, and each trigger picks its series', async () => {
    nock(HOST)
      .get('/metrics')
      .reply(200, 'http_requests_total{code="200"} 90\nhttp_requests_total{code="503"} 4\nlat_bucket{le="+Inf"} 3\n', {
        'content-type': 'text/plain; version=0.0.4',
      });
    const readings = await look([errors, aTrigger({ name: 'slow', histogram: 'lat' })]);
    assert.deepEqual(readings.get('errors'), {
      at: 60_000,
      canary: {
        kind: 'counters',
        hits: [{ id: 'http_requests_total{code="503"}', value: 4, at: 60_000 }],
        total: [
          { id: 'http_requests_total{code="200"}', value: 90, at: 60_000 },
          { id: 'http_requests_total{code="503"}', value: 4, at: 60_000 },
        ],
      },
      baseline: null,
    });
    assert.equal(readings.get('slow')?.canary.kind, 'buckets');
  });

  it('that keeps an old time stamp is stale', async () => {
    const stamped = aTrigger({ bad: 'a_total', total: 'a_total', 'max-age': 30_000 });
    nock(HOST).get('/metrics').reply(200, 'a_total 3 10000\n');
    const reading = (await look([stamped])).get('errors');
    assert.ok(reading);
    const { sample } = between(stamped, null, reading);
    assert.equal(sample.kind === 'missing' && sample.reason, 'stale');
  });

  it('of one arm may fail while the other is read', async () => {
    nock(HOST).get('/metrics').reply(200, 'http_requests_total{code="200"} 90\n');
    nock('http://stable.example').get('/metrics').reply(503, 'starting');
    const reading = (await look([errors], 'http://stable.example/metrics')).get('errors');
    assert.ok(reading);
    assert.equal(reading.canary.kind, 'counters');
    assert.match(
      reasonOf(reading.baseline),
      /^query-error: metrics page of stable.example: HTTP 503, the server failed/,
    );
  });
});

describe('no page is never a number:', () => {
  for (const [what, status, body, headers, expected] of [
    ['an empty page', 200, '', {}, /^no-series: http_requests_total matches no series/],
    ['a login page', 200, '<html>', {}, /^wrong-type: .*line 1: expected a metric name/],
    ['a redirect', 301, '', { location: 'http://elsewhere.example' }, /^query-error: .*a redirect/],
    ['no right to read', 403, 'no', {}, /^unauthorized: .*HTTP 403/],
    ['a missing page', 404, 'no', {}, /^query-error: .*HTTP 404/],
    [
      'a cut-off page',
      200,
      'http_requests_total{code="200"} 9\n',
      { 'content-type': 'application/openmetrics-text; version=1.0.0' },
      /^wrong-type: .*without # EOF/,
    ],
    [
      'a series that appears twice',
      200,
      'http_requests_total{code="200"} 9\nhttp_requests_total{code="200"} 9\n',
      {},
      /^invalid: series http_requests_total\{code="200"\} appears twice/,
    ],
  ] as const)
    it(what, async () => {
      nock(HOST).get('/metrics').reply(status, body, headers);
      assert.match(reasonOf((await look([errors])).get('errors')?.canary), expected);
    });

  it('a dangerous pattern', async () => {
    nock(HOST).get('/metrics').reply(200, 'http_requests_total{code="200"} 9\n');
    const hanging = aTrigger({ bad: 'http_requests_total{code=~"(a+)+"}', total: 'http_requests_total' });
    assert.match(reasonOf((await look([hanging])).get('errors')?.canary), /^query-error: The label pattern/);
  });

  it('an arm that is not a URL', async () => {
    const source = openmetricsSource({ auth: {}, timeoutMs: 50, clock });
    const query = { trigger: errors, arms: { canary: 'file:///etc/passwd', baseline: null }, since: 0 };
    assert.match(reasonOf((await source.look([query], null)).get('errors')?.canary), /^query-error: .*is not the URL/);
  });

  it('a page that does not come in time', async () => {
    const source = openmetricsSource({ auth: {}, timeoutMs: 50, clock, fetch: neverAnswers });
    const query = { trigger: errors, arms: { canary: PAGE, baseline: null }, since: 0 };
    assert.match(reasonOf((await source.look([query], null)).get('errors')?.canary), /^time-out: .*within 50 ms/);
  });
});
