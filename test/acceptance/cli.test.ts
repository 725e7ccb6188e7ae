import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../../src/world/deployment.ts';
import { labelled, ledgerText, openStage, type Stage } from './stage.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line as a process, with nothing of this machine's environment. */
function lastgood(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = tmpdir()): Promise<Said> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } });
    const said = { out: '', err: '' };
    child.stdout.on('data', (part: Buffer) => (said.out += part.toString('utf8')));
    child.stderr.on('data', (part: Buffer) => (said.err += part.toString('utf8')));
    child.once('close', (code) => resolve({ code, ...said }));
  });
}

describe('the command line against a deployment repository with one rollback behind it', () => {
  let stage: Stage;
  let folder = '';
  let env: Readonly<Record<string, string>> = {};
  let bad = '';
  const remote = ['--repo', REPOSITORY, '--service', 'recommender'];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lastgood-cli-'));
    stage = await openStage({ rps: 40 });
    const { town } = stage;
    await stage.startBot();
    const release = await town.release('2.0.0');
    bad = release.sha;
    await town.github.comment(REPOSITORY, release.number, { author: 'mona', body: '/rollback' });
    await labelled(town, bad, 'recovered');
    env = { GITHUB_API_URL: town.github.url, GITHUB_TOKEN: town.github.token('mona') };
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await stage.close();
  });
  const json = (said: Said): unknown => JSON.parse(said.out);

  test('lint says yes with 0, names a fault with its place and 1, and asks for the file with 2', async () => {
    await writeFile(join(folder, 'bad.yml'), 'version: 1\nservices: {}\nsurces: {}\n');
    const [wrong, wrongJson, none] = await Promise.all([
      lastgood(['lint', 'bad.yml'], {}, folder),
      lastgood(['lint', 'bad.yml', '--json'], {}, folder),
      lastgood(['lint'], {}, folder),
    ]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.out, /bad\.yml:3:1/);
    assert.equal(wrongJson.code, 1);
    assert.equal((json(wrongJson) as { ok: boolean }).ok, false);
    assert.equal(none.code, 2);
    assert.match(none.err, /lastgood\.yml/);
  });

  test('npm run, called from another folder, reads the playbook of that folder', async () => {
    await writeFile(join(folder, 'lastgood.yml'), 'version: 1\nservices: {}\n');
    const said = await lastgood(['lint'], { npm_lifecycle_event: 'lastgood', INIT_CWD: folder });
    assert.match(said.out, /^lastgood\.yml:/);
    await rm(join(folder, 'lastgood.yml'));
  });

  test('the doctor reads the playbook of the repository where the folder has none', async () => {
    const said = await lastgood(['doctor', '--repository', REPOSITORY, '--json'], env, folder);
    const { findings } = json(said) as { findings: { rule: string }[] };
    assert.ok(findings.length > 0);
    assert.ok(!findings.some(({ rule }) => rule === 'playbook/missing'), said.out);
  });

  test('plan prints what a rollback would change, changes nothing, and refuses an unknown service with 2', async () => {
    const calls = stage.town.github.calls.length;
    const release = await stage.town.release('2.1.0');
    const [text, data, unknown, noToken] = await Promise.all([
      lastgood(['plan', ...remote], env),
      lastgood(['plan', ...remote, '--json'], env),
      lastgood(['plan', '--repo', REPOSITORY, '--service', 'recomender'], env),
      lastgood(['plan', ...remote], { GITHUB_API_URL: env['GITHUB_API_URL'] ?? '' }),
    ]);
    assert.equal(text.code, 0, text.err);
    assert.match(text.out, /2\.1\.0.*1\.0\.0/);
    assert.equal((json(data) as { plan: { incident: { bad: string } } }).plan.incident.bad, release.sha);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /did you mean 'recommender'/i);
    assert.equal(noToken.code, 3);
    assert.match(noToken.err, /GITHUB_TOKEN/);
    const written = stage.town.github.calls
      .slice(calls)
      .filter(({ login, method, path }) => login === 'mona' && method !== 'GET' && path !== '/graphql');
    assert.deepEqual(written, []);
  });

  test('history lists what was released with what the ledger knows of it', async () => {
    const [text, data] = await Promise.all([
      lastgood(['history', ...remote], env),
      lastgood(['history', ...remote, '--json'], env),
    ]);
    assert.equal(text.code, 0, text.err);
    assert.match(text.out, /Release recommender 2\.0\.0 \(mona\)/);
    assert.match(text.out, /recovered/);
    assert.ok((json(data) as { revision: string }[]).some(({ revision }) => revision === bad));
  });

  test('the ledger is shown, exported and proven; one changed letter is found and its line named', async () => {
    const whole = await ledgerText(stage.town);
    await writeFile(join(folder, 'tampered.jsonl'), whole.replace('"actor":"mona"', '"actor":"mina"'));
    const [shown, csv, proven, tampered, tamperedJson] = await Promise.all([
      lastgood(['ledger', 'show', '--repo', REPOSITORY], env),
      lastgood(['ledger', 'export', '--repo', REPOSITORY], env),
      lastgood(['ledger', 'verify', '--repo', REPOSITORY, '--json'], env),
      lastgood(['ledger', 'verify', '--file', 'tampered.jsonl'], {}, folder),
      lastgood(['ledger', 'verify', '--file', 'tampered.jsonl', '--json'], {}, folder),
    ]);
    assert.match(shown.out, /recovered/);
    assert.equal(csv.out.trim().split('\n').length, whole.trim().split('\n').length + 1);
    assert.equal(proven.code, 0, proven.err);
    assert.equal((json(proven) as { ok: boolean }).ok, true);
    assert.equal(tampered.code, 1);
    assert.match(tampered.out, /^ledger line 1:/);
    assert.equal((json(tamperedJson) as { line: number }).line, 1);
  });
});

test('the demo prints one JSON document and ends recovered', async () => {
  const said = await lastgood(['demo', '--json', '--scenario', 'bad-sync']);
  const result = JSON.parse(said.out) as { outcome: string; asAnnounced: boolean; ledger: { verified: boolean } };
  assert.equal(said.code, 0, said.err);
  assert.deepEqual([result.outcome, result.asAnnounced, result.ledger.verified], ['recovered', true, true]);
});
