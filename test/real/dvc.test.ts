import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { keyOf } from '../../src/adapters/registries/dvc.ts';
import { artefacts } from '../../src/adapters/registries/registries.ts';
import { registrySchema } from '../../src/playbook/schema-registries.ts';
import type { Look } from '../../src/registries/look.ts';
import { referencesIn } from '../../src/registries/references.ts';
import { isInstalled } from './installed.ts';
import { freePort } from './mlflow-server.ts';

const run = promisify(execFile);
const skip = isInstalled('dvc') ? false : 'dvc is not installed (pip install dvc)';

describe('a real DVC repository', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lastgood-dvc-'));
  const repo = join(folder, 'repo');
  const remote = join(folder, 'remote');
  let web: ChildProcess;
  let webUrl = '';

  async function dvc(...args: readonly string[]): Promise<void> {
    await run('dvc', args, { cwd: repo, env: { ...process.env, DVC_NO_ANALYTICS: '1' } });
  }

  before(async () => {
    mkdirSync(join(repo, 'data'), { recursive: true });
    mkdirSync(remote);
    await run('git', ['init', '-q'], { cwd: repo });
    await dvc('init', '-q');
    await dvc('remote', 'add', '-q', '-d', 'store', remote);
    writeFileSync(join(repo, 'data/a.csv'), 'id,label\n1,0\n');
    writeFileSync(join(repo, 'data/b.csv'), 'id,label\n2,1\n');
    writeFileSync(join(repo, 'model.pkl'), 'weights');
    await dvc('add', '-q', 'data', 'model.pkl');
    writeFileSync(
      join(repo, 'dvc.yaml'),
      'stages:\n  train:\n    cmd: cp model.pkl trained.pkl\n    deps: [model.pkl]\n    outs: [trained.pkl]\n',
    );
    await dvc('repro', '-q');
    await dvc('push', '-q');
    const port = await freePort();
    web = spawn('python3', ['-m', 'http.server', String(port), '--bind', '127.0.0.1', '--directory', remote], {
      stdio: 'ignore',
    });
    webUrl = `http://127.0.0.1:${port}`;
    while (!(await answers(webUrl))) await new Promise((resolve) => setTimeout(resolve, 50));
  });
  after(async () => {
    web.kill('SIGKILL');
    await once(web, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });

  async function look(file: string, url: string): Promise<Look> {
    const registries = { data: registrySchema.parse({ kind: 'dvc', url }) };
    const text = readFileSync(join(repo, file), 'utf8');
    const [reference] = referencesIn(registries, [{ path: file, text }]);
    assert.ok(reference, file);
    return artefacts(registries, { env: {}, budgetMs: 30_000 }).look(reference);
  }

  /** The object that a .dvc file names, taken from the remote while `test` runs. */
  async function without(file: string, test: () => Promise<void>): Promise<void> {
    const registries = { data: registrySchema.parse({ kind: 'dvc', url: remote }) };
    const [found] = referencesIn(registries, [{ path: file, text: readFileSync(join(repo, file), 'utf8') }]);
    assert.ok(found?.artefact.kind === 'object');
    const at = join(remote, keyOf(found.artefact));
    renameSync(at, join(folder, 'away'));
    try {
      await test();
    } finally {
      renameSync(join(folder, 'away'), at);
    }
  }

  for (const [name, urlOf] of [
    ['a folder', () => remote],
    ['a web server', () => webUrl],
  ] as const) {
    it(`has on ${name} what .dvc files and dvc.lock name, and misses what was removed`, async () => {
      for (const file of ['model.pkl.dvc', 'dvc.lock']) {
        const found = await look(file, urlOf());
        assert.deepEqual([found.state, found.says], ['there', 'there, 7 bytes'], file);
      }
      assert.equal((await look('data.dvc', urlOf())).says, 'there with all of its 2 files');
      await without('model.pkl.dvc', async () => {
        const found = await look('model.pkl.dvc', urlOf());
        assert.deepEqual([found.state, /the remote has no files\/md5\//.test(found.says)], ['gone', true], found.says);
      });
      assert.equal((await look('model.pkl.dvc', urlOf())).state, 'there');
    });

    it(`misses on ${name} one file of a directory whose list is still there`, async () => {
      writeFileSync(join(repo, 'one.csv'), 'id,label\n2,1\n');
      await dvc('add', '-q', 'one.csv');
      await without('one.csv.dvc', async () => {
        const found = await look('data.dvc', urlOf());
        assert.deepEqual([found.state, found.says], ['gone', '1 of its 2 files are missing: b.csv']);
      });
    });
  }

  it('knows nothing where the folder itself is missing: it is most likely not mounted', async () => {
    const found = await look('model.pkl.dvc', join(folder, 'nowhere'));
    assert.deepEqual([found.state, /is it mounted\?/.test(found.says)], ['unknown', true], found.says);
  });
});

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).text();
    return true;
  } catch {
    return false;
  }
}
