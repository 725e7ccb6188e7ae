import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Server } from 'node:http';
import { parseExternalId, parseGateNote } from '../../src/report/check-run.ts';
import { aGitHub, aPlaybook, aProxy, aService, runAction, SHA, TOKEN, type Ran } from './stubs.ts';

const GATE = { service: 'rec', environment: 'production' };
const HEALTHY = { canary: 0.005, stable: 0.005 };
const BROKEN = { canary: 0.05, stable: 0.005 };

const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function aWorld(
  ratios: { canary: number; stable: number },
  options: {
    page?: Parameters<typeof aService>[1];
    playbook?: Parameters<typeof aPlaybook>[1];
    fault?: Parameters<typeof aGitHub>[1];
    path?: string;
  } = {},
) {
  const service = await aService(ratios, options.page);
  const github = await aGitHub(
    { [options.path ?? 'lastgood.yml']: aPlaybook(service.url, options.playbook) },
    options.fault,
  );
  servers.push(service.server, github.server);
  return { service, github };
}

function result(ran: Ran): {
  decision: string;
  reason_code: string;
  because: string;
  gate?: { findings: unknown[]; rollback: string };
} {
  return JSON.parse(ran.outputs['result'] ?? '{}') as ReturnType<typeof result>;
}

/** An error run: exit 3, one annotation with one sentence, the same words in the summary, every output written. */
function assertError(ran: Ran, code: string, words: RegExp): void {
  assert.equal(ran.exitCode, 3, ran.stdout + ran.stderr);
  assert.equal(ran.outputs['decision'], 'error');
  assert.equal(ran.outputs['reason_code'], code);
  assert.equal(ran.annotations.length, 1, ran.stdout);
  assert.match(ran.annotations[0] ?? '', words);
  assert.match(ran.summary, /never a pass/);
  assert.equal(result(ran).reason_code, code);
  assert.equal(ran.stderr, '');
}

describe('the bundle as a process', { concurrency: 8 }, () => {
  test('a healthy release passes: exit 0, a green check run on the sha, all outputs', async () => {
    const { github } = await aWorld(HEALTHY, { path: '.github/lastgood.yml' });
    const ran = await runAction({ inputs: GATE, apiUrl: github.url });
    assert.equal(ran.exitCode, 0, ran.stdout + ran.stderr);
    assert.deepEqual([ran.outputs['decision'], ran.outputs['reason_code']], ['pass', 'harm-excluded']);
    assert.equal(ran.outputs['check-run-url'], 'https://github.com/acme/deploy/runs/1');
    assert.equal(result(ran).gate?.findings.length, 1);
    const [check] = github.checks;
    assert.equal(github.checks.length, 1);
    assert.deepEqual(
      [check?.name, check?.head_sha, check?.status, check?.conclusion],
      ['lastgood/gate/rec/production', SHA, 'completed', 'success'],
    );
    assert.deepEqual(parseExternalId(check?.external_id), { service: 'rec', environment: 'production', sha: SHA });
    assert.equal(parseGateNote(check?.output?.text)?.decision, 'pass');
    assert.match(ran.summary, /^## Passed: rec in production at 9f8e7d6/);
  });

  test('behind a proxy GitHub is asked through it, and a source of this machine is not', async () => {
    const { github } = await aWorld(HEALTHY);
    const proxy = await aProxy(github.url);
    servers.push(proxy.server);
    const ran = await runAction({
      inputs: GATE,
      apiUrl: 'http://api.github.test',
      env: { http_proxy: proxy.url, no_proxy: '127.0.0.1' },
    });
    assert.equal(ran.exitCode, 0, ran.stdout + ran.stderr);
    assert.deepEqual([...new Set(proxy.asked)], ['api.github.test:80']);
    assert.equal(github.checks[0]?.conclusion, 'success');
  });

  test('a summary that cannot be written takes no verdict along', async () => {
    const { github } = await aWorld(HEALTHY);
    const ran = await runAction({ inputs: GATE, apiUrl: github.url, env: { GITHUB_STEP_SUMMARY: '/nowhere/summary' } });
    assert.deepEqual([ran.exitCode, ran.outputs['decision'], ran.stderr], [0, 'pass', '']);
    assert.match(ran.stdout, /^The summary of the job was not written\.$/m);
  });

  test('a harmful release fails: exit 1, the blame with both numbers, and only a report', async () => {
    const { github } = await aWorld(BROKEN);
    const ran = await runAction({ inputs: GATE, apiUrl: github.url });
    assert.equal(ran.exitCode, 1, ran.stdout + ran.stderr);
    assert.deepEqual([ran.outputs['decision'], ran.outputs['reason_code']], ['fail', 'harm-proven']);
    assert.match(
      ran.annotations[0] ?? '',
      /^::error title=Failed%3A rec in production::errors: rate 0\.05 > limit 0\.01/,
    );
    const note = parseGateNote(github.checks[0]?.output?.text);
    assert.deepEqual([note?.rollback, note?.blame, note?.decision], ['not-requested', 'errors', 'fail']);
    assert.equal(github.checks[0]?.conclusion, 'failure');
    assert.match(ran.summary, /`on-fail` is `report`/);
    assert.match(ran.summary, /\/rollback rec production/);
  });

  test('with on-fail rollback the check run asks for the revert, or for a person where the trigger says ask', async () => {
    for (const [then, expected] of [
      ['rollback', 'requested'],
      ['ask', 'ask'],
      ['notify', 'not-requested'],
    ] as const) {
      const { github } = await aWorld(BROKEN, { playbook: { then } });
      const ran = await runAction({ inputs: { ...GATE, 'on-fail': 'rollback' }, apiUrl: github.url });
      assert.equal(ran.exitCode, 1);
      assert.equal(parseGateNote(github.checks[0]?.output?.text)?.rollback, expected);
      assert.equal(result(ran).gate?.rollback, expected);
    }
  });

  for (const [name, page] of Object.entries({
    'empty pages': () => '',
    NaN: () => 'bad NaN\nall NaN\n',
    'samples of yesterday': (_arm: string, honest: string) => honest.replace(/^(\w+ \d+)$/gm, '$1 1700000000000'),
    'a frozen counter': () => 'bad 1\nall 1000\n',
    'another metric': () => 'other 1\n',
  })) {
    test(`no data (${name}) is never a pass: exit 2, the check asks for action`, async () => {
      const { github } = await aWorld(HEALTHY, { page, playbook: { deadline: '2s' } });
      const ran = await runAction({ inputs: GATE, apiUrl: github.url });
      assert.equal(ran.exitCode, 2, ran.stdout + ran.stderr);
      assert.match(ran.outputs['decision'] ?? '', /^(no-data|inconclusive)$/);
      assert.equal(github.checks[0]?.conclusion, 'action_required');
      assert.equal(parseGateNote(github.checks[0].output?.text)?.rollback, 'not-requested');
      assert.match(ran.annotations[0] ?? '', /^::warning/);
    });
  }

  test('what on-inconclusive says is done: fail closes the check, rollback asks for the revert', async () => {
    for (const [policy, conclusion, rollback] of [
      ['fail', 'failure', 'not-requested'],
      ['rollback', 'failure', 'requested'],
    ] as const) {
      const { github } = await aWorld(HEALTHY, { page: () => '', playbook: { deadline: '2s' } });
      const ran = await runAction({ inputs: { ...GATE, 'on-inconclusive': policy }, apiUrl: github.url });
      assert.equal(ran.exitCode, 2);
      assert.equal(github.checks[0]?.conclusion, conclusion);
      assert.equal(parseGateNote(github.checks[0].output?.text)?.rollback, rollback);
    }
  });

  test('a source that refuses or cannot be reached is an error with its reason, never a pass or a rollback', async () => {
    const refused = await aWorld(HEALTHY, { page: () => null, playbook: { deadline: '2s' } });
    const service = await aService(HEALTHY);
    const gone = await aGitHub({ 'lastgood.yml': aPlaybook(service.url, { deadline: '2s' }) });
    servers.push(gone.server);
    service.server.close();
    for (const [github, words] of [
      [refused.github, /401|unauthorized/],
      [gone, /cannot be reached/],
    ] as const) {
      const ran = await runAction({
        inputs: { ...GATE, 'on-fail': 'rollback', 'on-inconclusive': 'rollback' },
        apiUrl: github.url,
      });
      assert.equal(ran.exitCode, 3, ran.stdout);
      assert.deepEqual([ran.outputs['decision'], ran.outputs['reason_code']], ['error', 'source-broken']);
      assert.match(ran.annotations[0] ?? '', words);
      assert.equal(parseGateNote(github.checks[0]?.output?.text)?.rollback, 'not-requested');
      assert.equal(github.checks[0]?.conclusion, 'failure');
    }
  });

  test('a faulty playbook is told with line and cure, and nothing is published', async () => {
    const github = await aGitHub({ 'lastgood.yml': aPlaybook('http://127.0.0.1:9').replace('poll: 1s', 'pol: 1s') });
    servers.push(github.server);
    assertError(
      await runAction({ inputs: GATE, apiUrl: github.url }),
      'playbook-invalid',
      /lastgood\.yml:\d+:\d+ .*pol/,
    );
    assert.deepEqual(github.checks, []);
  });

  test('no playbook, an unknown service and an unknown environment each say what would work', async () => {
    const { github } = await aWorld(HEALTHY);
    const empty = await aGitHub({});
    servers.push(empty.server);
    assertError(
      await runAction({ inputs: GATE, apiUrl: empty.url }),
      'playbook-missing',
      /lastgood\.yml or \.github\/lastgood\.yml/,
    );
    assertError(
      await runAction({ inputs: { ...GATE, service: 'rek' }, apiUrl: github.url }),
      'unknown-service',
      /'rek'.*rec/,
    );
    assertError(
      await runAction({ inputs: { ...GATE, environment: 'prod' }, apiUrl: github.url }),
      'unknown-environment',
      /'prod'.*production/,
    );
    assert.deepEqual(github.checks, []);
  });

  test('wrong inputs are refused with the value and the cure', async () => {
    const { github } = await aWorld(HEALTHY);
    assertError(
      await runAction({ inputs: { ...GATE, sha: 'main' }, apiUrl: github.url }),
      'input-invalid',
      /'sha' cannot be 'main'/,
    );
    assertError(
      await runAction({ inputs: { ...GATE, 'on-fail': 'revert' }, apiUrl: github.url }),
      'input-invalid',
      /report, rollback/,
    );
    assertError(await runAction({ inputs: {}, apiUrl: github.url }), 'input-invalid', /'service' is empty/);
    assertError(
      await runAction({ inputs: { ...GATE, playbook: '../../etc/x.yml' }, apiUrl: github.url }),
      'input-invalid',
      /inside the repository/,
    );
  });

  test('a wrong token and a token without the right to write checks are told before anything is measured', async () => {
    const { github } = await aWorld(HEALTHY);
    assertError(
      await runAction({ inputs: { ...GATE, token: 'ghs_wrong' }, apiUrl: github.url }),
      'github-unauthorized',
      /401/,
    );
    const { service, github: narrow } = await aWorld(HEALTHY, { fault: (method) => (method === 'POST' ? 403 : null) });
    assertError(
      await runAction({ inputs: GATE, apiUrl: narrow.url }),
      'github-forbidden',
      /checks: write.*A pull request from a fork never has them: run the gate on push\./,
    );
    assert.deepEqual(service.scrapes, { canary: 0, stable: 0 });
    const foreign = await aWorld(HEALTHY, { fault: (method) => (method === 'POST' ? 422 : null) });
    assertError(
      await runAction({ inputs: GATE, apiUrl: foreign.github.url }),
      'input-invalid',
      /has no commit 9f8e7d6/,
    );
  });

  test('a pass that cannot be published is an error; a failure that cannot be published stays a failure', async () => {
    const fault = (method: string): number | null => (method === 'PATCH' ? 403 : null);
    const { github } = await aWorld(HEALTHY, { fault });
    assertError(await runAction({ inputs: GATE, apiUrl: github.url }), 'github-forbidden', /publish the verdict/);
    assert.equal(github.checks[0]?.status, 'in_progress');
    const broken = await aWorld(BROKEN, { fault });
    const ran = await runAction({ inputs: GATE, apiUrl: broken.github.url });
    assert.deepEqual([ran.exitCode, ran.outputs['decision']], [1, 'fail']);
  });

  test('GitHub stumbling while the playbook is read or the verdict is published is tried again', async () => {
    let stumbles = 0;
    const { github } = await aWorld(HEALTHY, {
      fault: (method) => (method !== 'POST' && ++stumbles % 2 === 1 ? 502 : null),
    });
    const ran = await runAction({ inputs: GATE, apiUrl: github.url });
    assert.equal(ran.exitCode, 0, ran.stdout);
    assert.equal(github.checks[0]?.conclusion, 'success');
  });

  test('a dry run decides the same, publishes nothing and exits 0', async () => {
    const { github } = await aWorld(BROKEN);
    const ran = await runAction({ inputs: { ...GATE, 'dry-run': 'true', 'on-fail': 'rollback' }, apiUrl: github.url });
    assert.deepEqual([ran.exitCode, ran.outputs['decision'], ran.outputs['check-run-url']], [0, 'fail', '']);
    assert.deepEqual(github.checks, []);
    assert.match(ran.summary, /Dry run: nothing was published/);
    assert.equal(result(ran).gate?.rollback, 'not-requested');
  });

  test('a secret of the playbook is used, masked and never printed; one that is not set is named', async () => {
    const auth = '    auth: { bearer: METRICS_TOKEN }';
    const page = (
      _arm: string,
      honest: string,
      request: { headers: { authorization?: string | undefined } },
    ): string | null => (request.headers.authorization === 'Bearer topsecret-123' ? honest : null);
    const { github } = await aWorld(HEALTHY, { page, playbook: { auth } });
    const ran = await runAction({ inputs: GATE, apiUrl: github.url, env: { METRICS_TOKEN: 'topsecret-123' } });
    assert.equal(ran.exitCode, 0, ran.stdout);
    assert.match(ran.stdout, /^::add-mask::topsecret-123$/m);
    const visible = [
      ran.stdout.replace(/^::add-mask::.*$/gm, ''),
      ran.stderr,
      ran.summary,
      JSON.stringify(ran.outputs),
      JSON.stringify(github.checks),
    ].join('\n');
    assert.doesNotMatch(visible, new RegExp(`topsecret|${TOKEN}`));
    assertError(
      await runAction({ inputs: GATE, apiUrl: github.url }),
      'source-unauthorized',
      /METRICS_TOKEN, which is not set/,
    );
  });

  test('a cancelled job says that nothing was decided, in seconds, and asks for no rollback', async () => {
    const { github } = await aWorld(HEALTHY, { page: () => '' });
    let killed = false;
    const ran = await runAction({
      inputs: { ...GATE, 'on-inconclusive': 'rollback' },
      apiUrl: github.url,
      onOutput: (kill, text) => {
        if (killed || !text.includes('harm at')) return;
        killed = true;
        kill('SIGINT');
      },
    });
    assert.deepEqual(
      [ran.exitCode, ran.outputs['decision'], ran.outputs['reason_code']],
      [2, 'inconclusive', 'terminated'],
      ran.stdout,
    );
    assert.equal(github.checks[0]?.conclusion, 'action_required');
    assert.equal(parseGateNote(github.checks[0].output?.text)?.rollback, 'not-requested');
  });

  test('lint reads the checkout, needs no network, and tells every fault at its line', async () => {
    const good = aPlaybook('http://127.0.0.1:9');
    const fine = await runAction({
      inputs: { mode: 'lint' },
      apiUrl: 'http://127.0.0.1:9',
      workspace: { 'lastgood.yml': good },
    });
    assert.deepEqual(
      [fine.exitCode, fine.outputs['decision'], fine.outputs['reason_code']],
      [0, 'pass', 'playbook-valid'],
      fine.stdout,
    );
    const bad = await runAction({
      inputs: { mode: 'lint' },
      apiUrl: 'http://127.0.0.1:9',
      workspace: { 'lastgood.yml': good.replace('poll: 1s', 'pol: 1s').replace('rate > 1%', 'rat > 1%') },
    });
    assert.deepEqual([bad.exitCode, bad.outputs['reason_code']], [3, 'playbook-invalid']);
    assert.ok(bad.annotations.length >= 2, bad.stdout);
    assert.match(bad.annotations[0] ?? '', /^::error title=lastgood\.yml,file=lastgood\.yml,line=\d+,col=\d+::/);
    const none = await runAction({ inputs: { mode: 'lint' }, apiUrl: 'http://127.0.0.1:9' });
    assertError(none, 'playbook-missing', /checkout/);
  });
});
