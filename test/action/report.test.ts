import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseGateNote } from '../../src/report/check-run.ts';
import { aGitHub, aPlaybook, aService, runAction } from './stubs.ts';

const GATE = { service: 'rec', environment: 'production' };

async function withWorld(
  work: (url: string, github: Awaited<ReturnType<typeof aGitHub>>, temp: string) => Promise<void>,
) {
  const service = await aService({ canary: 0.05, stable: 0.005 });
  const github = await aGitHub({ 'lastgood.yml': aPlaybook(service.url) });
  const temp = await mkdtemp(join(tmpdir(), 'lastgood-report-'));
  try {
    await work(github.url, github, temp);
  } finally {
    for (const { server } of [service, github]) {
      server.closeAllConnections();
      server.close();
    }
    await rm(temp, { recursive: true, force: true });
  }
}

test('the output `report` names a folder whose page tells the numbers, and the check run carries them to the bot', async () => {
  await withWorld(async (apiUrl, github, temp) => {
    const ran = await runAction({ inputs: GATE, apiUrl, env: { RUNNER_TEMP: temp } });
    assert.equal(ran.exitCode, 1, ran.stdout + ran.stderr);
    const folder = ran.outputs['report'] ?? '';
    assert.equal(folder, join(temp, 'lastgood-rec-production'));
    const page = await readFile(join(folder, 'explain.html'), 'utf8');
    assert.match(page, /<h1>Failed: rec in production at 9f8e7d6<\/h1>/);
    assert.match(page, /<th scope="row">Canary<\/th><td>5\.\d\d % \(n [\d,]+\)/);
    assert.match(page, /<svg [^>]*role="img"/);
    assert.equal(await readFile(join(folder, 'explain.md'), 'utf8'), ran.summary);
    const note = parseGateNote(github.checks[0]?.output?.text);
    assert.match(note?.numbers?.[0] ?? '', /^errors: canary 5\.\d\d % \(n [\d,]+\), baseline 0\.50 %/);
  });
});

test('a folder that cannot be written costs the page, not the verdict', async () => {
  await withWorld(async (apiUrl, _github, temp) => {
    const file = join(temp, 'file');
    await writeFile(file, '');
    const ran = await runAction({ inputs: GATE, apiUrl, env: { RUNNER_TEMP: file } });
    assert.deepEqual([ran.exitCode, ran.outputs['report'], ran.outputs['decision']], [1, '', 'fail']);
    assert.match(ran.stdout, /The report was not written/);
  });
});
