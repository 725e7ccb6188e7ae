import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { calibrate } from '../../cli/commands/calibrate.ts';
import { planGate } from '../../cli/commands/plan-gate.ts';
import { replay } from '../../cli/commands/replay.ts';
import type { Call, Command, ExitCode } from '../../cli/terminal.ts';
import { RollbackError } from '../../src/errors.ts';
import { recordingHead } from '../../src/measure/recording.ts';

const FROM = '2026-03-01T12:00:00Z';
const START = Date.parse(FROM) / 1000;
const PODS = ['s1', 's2', 's3', 's4'];

/** Requests and errors of a pod at a second: steady, and s1 has a burst of two minutes once an hour. */
function truth(pod: string, at: number): { readonly all: number; readonly bad: number } {
  const t = at - START + 10_000_000;
  const hour = Math.floor(t / 3600);
  const inBurst = pod === 's1' ? Math.min(120, Math.max(0, (t % 3600) - 1000)) + 120 * hour : 0;
  const rate = pod === 'canary' ? 0.09 : 0.01;
  return { all: Math.floor(t * 20), bad: Math.floor(t * 20 * rate + inBurst * 4) };
}

function answer(form: URLSearchParams, path: string): unknown {
  const promql = form.get('query') ?? '';
  const pods = promql.includes('track="canary"') ? ['canary'] : PODS;
  const valueAt = (pod: string, at: number) => {
    const { all, bad } = truth(pod, at);
    return String(promql.startsWith('timestamp(') ? at : promql.includes('failed_total') ? bad : all);
  };
  const name = promql.includes('failed_total') ? 'failed_total' : 'requests_total';
  const metric = (pod: string) => (promql.startsWith('timestamp(') ? { pod } : { __name__: name, pod });
  if (path.endsWith('/query')) {
    const at = Number(form.get('time'));
    return {
      resultType: 'vector',
      result: pods.map((pod) => ({ metric: metric(pod), value: [at, valueAt(pod, at)] })),
    };
  }
  const [start = 0, end = 0, step = 1] = ['start', 'end', 'step'].map((key) => Number(form.get(key)));
  const times = Array.from({ length: Math.floor((end - start) / step + 1e-6) + 1 }, (_, i) => start + i * step);
  const result = pods.map((pod) => ({ metric: metric(pod), values: times.map((at) => [at, valueAt(pod, at)]) }));
  return { resultType: 'matrix', result };
}

describe('commands about the past, against a server with history', () => {
  let server: Server;
  let folder = '';
  let playbook = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lastgood-past-'));
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString('utf8')));
      request.on('end', () => {
        const data = answer(new URLSearchParams(body), request.url ?? '');
        response.end(JSON.stringify({ status: 'success', data }));
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    playbook = join(folder, 'lastgood.yml');
    await writeFile(
      playbook,
      `version: 1
sources: { prom: { kind: prometheus, url: 'http://127.0.0.1:${address.port}' } }
services:
  rec:
    environments:
      production:
        paths: [apps/rec]
        rollback: { approval: human }
        gate: # how releases are judged
          source: prom
          arms: { canary: 'track="canary"', baseline: 'track="stable"' }
          triggers: [{ name: errors, bad: failed_total, total: requests_total, if: rate > baseline + 0.5pp, pass-when: rate < baseline + 3pp, then: rollback }]
          warm-up: 30s
          soak: 2m
          deadline: 10m
        verify: { healthy-for: 30s, within: 10m, arm: app="rec", criteria: [{ name: errors, bad: failed_total, total: requests_total, if: rate > 5% }] }
`,
    );
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await rm(folder, { recursive: true, force: true });
  });

  async function run(
    command: Command,
    options: Call['options'],
  ): Promise<{ code: ExitCode; out: string; json: unknown }> {
    let out = '';
    const json = options['json'] === true;
    const code = await command.run({
      words: [],
      options: { service: 'rec', playbook, ...options },
      env: {},
      json,
      print: (text) => (out += text),
      progress: () => undefined,
    });
    return { code, out, json: json ? JSON.parse(out) : null };
  }

  test('replay judges the history look by look and says what would have happened', async () => {
    const { code, out } = await run(replay, { from: FROM, release: 'abc1234' });
    assert.equal(code, 1);
    assert.match(out, /Replay of rec in production, release abc1234, from 2026-03-01 12:00:00 UTC/);
    assert.match(out, /2026-03-01 12:00:30 UTC \(30 s\) {2}continue/);
    assert.match(out, /would have failed the release after .* because of errors: a rollback would have been started/);
    const { json } = await run(replay, { from: FROM, to: '2026-03-01T12:01:00Z', json: true });
    const said = json as { status: string; looks: { t: number }[] };
    assert.equal(said.status, 'inconclusive');
    assert.deepEqual(
      said.looks.map(({ t }) => t),
      [30, 45, 60],
    );
  });

  test('replay reads the lines of lastgood judge, and asks which release where there are several', async () => {
    const file = join(folder, 'judged.jsonl');
    const line = (release: string, t: number, bad: number) =>
      JSON.stringify({ release, t, metric: 'errors', canary: { bad, total: 300 }, baseline: { bad: 12, total: 1200 } });
    await writeFile(
      file,
      [1, 2, 3, 4, 5, 6].flatMap((k) => [line('good', 15 * k, 3), line('bad', 15 * k, 90)]).join('\n'),
    );
    const bad = await run(replay, { file, release: 'bad' });
    assert.match(bad.out, /^fail: /m);
    const good = await run(replay, { file, release: 'good' });
    assert.match(good.out, /held|inconclusive/);
    await assert.rejects(run(replay, { file }), /judged\.jsonl has 2 releases: good, bad$/);
  });

  test('calibrate counts what today’s gate would have rolled back, and finds a threshold', async () => {
    const { code, json, out } = await run(calibrate, { from: FROM, to: '2026-03-01T15:00:00Z', json: true });
    assert.equal(code, 0, out);
    const said = json as {
      headline: string;
      write: Record<string, number>;
      calibration: { runs: number; alarms: { slice: string }[] };
    };
    assert.match(
      said.headline,
      /^This gate would have rolled back [1-9] of your last 72 unchanged spans of 10 min \(4 pods x 18 spans\)\.$/,
    );
    assert.equal(said.calibration.runs, 72);
    assert.ok(said.calibration.alarms.every(({ slice }) => slice === 's1'));
    assert.ok((said.write['fail-at'] ?? 0) >= 100);
  });

  test('calibrate shows the change and writes it only with --write; without pods it names the labels there are', async () => {
    const before = await readFile(playbook, 'utf8');
    const when = { from: FROM, to: '2026-03-01T13:00:00Z' };
    const { out } = await run(calibrate, when);
    assert.match(out, /Write into the gate: fail-at: \d+/);
    assert.match(out, /Only 24 runs: .* 99 runs are needed/);
    assert.equal(await readFile(playbook, 'utf8'), before);
    const written = await run(calibrate, { ...when, write: true });
    const now = await readFile(playbook, 'utf8');
    const added = now.split('\n').filter((line) => !before.split('\n').includes(line));
    assert.equal(added.length, 2);
    for (const line of added) assert.ok(written.out.includes(`+${line}`), line);
    assert.ok(now.includes('gate: # how releases are judged'));
    await assert.rejects(run(calibrate, { ...when, by: 'instance' }), (error: unknown) => {
      assert.ok(error instanceof RollbackError);
      assert.match(error.hint, /requests_total\{pod="s1"\}/);
      return true;
    });
    await writeFile(playbook, before);
  });

  test('plan-gate measures the traffic or takes it as given, and its exit code says whether the gate can pass', async () => {
    const measured = await run(planGate, { json: true });
    const said = measured.json as { plan: { triggers: { flow: { canary: number; baseline: number; bad: number } }[] } };
    const flow = said.plan.triggers[0]?.flow;
    assert.ok(flow);
    assert.ok(Math.abs(flow.canary - 20) < 0.1 && Math.abs(flow.baseline - 80) < 0.4, JSON.stringify(flow));
    assert.equal(measured.code, 0);
    const late = await run(planGate, { traffic: 'canary 0.2/s, baseline 9.8/s, bad 0.5%' });
    assert.equal(late.code, 1);
    assert.match(late.out, /It does not fit: .*\n {2}more traffic: /);
    assert.match(late.out, /a longer deadline: \S+ instead of 10m/);
    const same = await run(planGate, { 'canary-rps': '0.2', 'baseline-rps': '9.8', 'bad-rate': '0.5%' });
    assert.equal(same.out, late.out);
    await assert.rejects(run(planGate, { traffic: 'canary 5/s, bad 1%' }), /baseline is missing/);
    await assert.rejects(run(planGate, { traffic: 'canary lots' }), /canary is 'lots'|bad is missing/);
  });

  test('what the past cannot tell is refused with a cure', async () => {
    await assert.rejects(run(replay, {}), /--from or --file is missing/);
    await assert.rejects(run(replay, { from: 'yesterday' }), /--from 'yesterday' is not a time/);
    await assert.rejects(
      run(calibrate, { from: FROM, to: '2026-03-01T12:05:00Z' }),
      /is 5 min before 2026-03-01T12:05:00Z, not more than the deadline of the gate, 10 min/,
    );
    const file = join(folder, 'cut.jsonl');
    await writeFile(file, recordingHead({ service: 'rec', environment: 'production', startedAt: 1 }));
    const { code, out } = await run(replay, { file });
    assert.equal(code, 1);
    assert.match(out, /^inconclusive: /m);
  });
});
