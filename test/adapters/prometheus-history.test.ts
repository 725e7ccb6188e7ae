import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pagesOf } from '../../src/adapters/prometheus-history.ts';
import { prometheusSource } from '../../src/adapters/prometheus.ts';
import type { Query } from '../../src/ports.ts';
import { aTrigger } from '../measure/a-trigger.ts';

const START = 1_700_000_000;
const queries: readonly Query[] = [
  {
    trigger: aTrigger({ bad: 'all{code="500"}', total: 'all' }),
    arms: { canary: 'track="canary"', baseline: 'track="stable"' },
    since: 0,
  },
];

/** A server that answers both ways from one truth: a scrape every 10 s, one pod of the canary gone in the middle. */
function aServer(): { readonly fetch: typeof fetch; readonly asked: string[] } {
  const asked: string[] = [];
  const series = (promql: string, at: number) => {
    const stamped = promql.startsWith('timestamp(');
    const name = stamped ? {} : { __name__: 'all' };
    const track = promql.includes('track="canary"') ? 'canary' : 'stable';
    const codes = promql.includes('code="500"') ? ['500'] : ['200', '500'];
    const taken = Math.floor(at / 10) * 10;
    const gone = track === 'canary' && at > START + 100 && at < START + 160;
    return ['p1', 'p2'].flatMap((pod) =>
      gone && pod === 'p1'
        ? []
        : codes.map((code) => ({
            metric: { ...name, track, pod, code },
            value: String(stamped ? taken : (taken - START) * (code === '500' ? 1 : 100)),
          })),
    );
  };
  const answer = (form: URLSearchParams, path: string): unknown => {
    const promql = form.get('query') ?? '';
    if (path.endsWith('/query')) {
      const at = Number(form.get('time'));
      const result = series(promql, at).map(({ metric, value }) => ({ metric, value: [at, value] }));
      return { resultType: 'vector', result };
    }
    const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name)));
    const courses = new Map<string, { metric: object; values: [number, string][] }>();
    for (let at = start ?? 0; at <= (end ?? 0) + 1e-6; at += step ?? 1)
      for (const { metric, value } of series(promql, at)) {
        const key = JSON.stringify(metric);
        const course = courses.get(key) ?? { metric, values: [] };
        course.values.push([at, value]);
        courses.set(key, course);
      }
    return { resultType: 'matrix', result: [...courses.values()] };
  };
  const fetching: typeof fetch = (url, init) => {
    const path = new URL(String(url instanceof Request ? url.url : url)).pathname;
    asked.push(path);
    const form = new URLSearchParams(typeof init?.body === 'string' ? init.body : '');
    return Promise.resolve(new Response(JSON.stringify({ status: 'success', data: answer(form, path) })));
  };
  return { fetch: fetching, asked };
}

test('a course says at every instant what a look at that instant says, in far fewer questions', async () => {
  const server = aServer();
  const source = prometheusSource({ url: 'http://prom', auth: {}, timeoutMs: 1000, fetch: server.fetch });
  const grid = { from: START * 1000, to: (START + 300) * 1000, stepMs: 15_000 };
  const course = [];
  assert.ok(source.course);
  for await (const readings of source.course(queries, grid)) course.push(readings);
  assert.equal(course.length, 21);
  assert.deepEqual([...new Set(server.asked)], ['/api/v1/query_range']);
  assert.equal(server.asked.length, 6);
  for (const [step, readings] of course.entries())
    assert.deepEqual(readings, await source.look(queries, grid.from + step * grid.stepMs), `step ${step}`);
});

test('a server that fails gives missing arms with its reason at every instant, never an empty course', async () => {
  const down: typeof fetch = () => Promise.resolve(new Response('no', { status: 502 }));
  const source = prometheusSource({ url: 'http://prom', auth: {}, timeoutMs: 1000, fetch: down });
  assert.ok(source.course);
  let steps = 0;
  for await (const readings of source.course(queries, { from: 0, to: 30_000, stepMs: 15_000 })) {
    steps++;
    const canary = readings.get('errors')?.canary;
    assert.equal(canary?.kind === 'missing' && canary.reason, 'query-error');
  }
  assert.equal(steps, 3);
});

test('pages cover the grid once, and none has more points than a server gives', () => {
  const grid = { from: 1000, to: 1000 + 15_000 * 4500 + 7, stepMs: 15_000 };
  const pages = pagesOf(grid);
  const instants = pages.flatMap(({ from, to }) =>
    Array.from({ length: (to - from) / 15_000 + 1 }, (_, i) => from + i * 15_000),
  );
  assert.deepEqual(
    instants,
    Array.from({ length: 4501 }, (_, i) => 1000 + i * 15_000),
  );
  assert.equal(pages.length, 3);
});
