import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ready } from '../../cli/commands/ready.ts';
import type { Readiness } from '../../src/report/ready.ts';
import { playbookText } from '../control/builders.ts';
import { manifest } from '../control/world.ts';

test('a branch of a clone is planned back before it is merged: faults exit 1, and what nobody could be asked exits 3', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastgood-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=ada', '-c', 'user.email=a@example.com', ...args], {
      encoding: 'utf8',
    }).trim();
  const release = (version: string): string => {
    writeFileSync(join(folder, 'apps/web/deploy.yaml'), manifest(version));
    git('add', '.');
    git('commit', '--quiet', '-m', `Release ${version}`);
    return git('rev-parse', 'HEAD');
  };
  git('init', '--quiet', '--initial-branch=main');
  mkdirSync(join(folder, 'apps/web'), { recursive: true });
  // A port where nobody listens: what is asked there is not known.
  const nobody = 'http://127.0.0.1:9';
  const playbook = playbookText({ mention: ['acme/sre'] })
    .replace('http://prometheus.example:9090', nobody)
    .replace('https://argocd.example.com', nobody);
  writeFileSync(join(folder, 'lastgood.yml'), playbook);
  const base = release('1.0.0');
  const ask = async (head: string) => {
    let text = '';
    const options = { service: 'web', clone: folder, base, head };
    const print = (words: string): void => void (text += words);
    const exit = await ready.run({ words: [], options, env: {}, print, progress: () => undefined, json: true });
    const [one] = JSON.parse(text) as (Readiness & { readonly sentence: string })[];
    const found = Object.fromEntries(one?.findings.map(({ question, status }) => [question, status]) ?? []);
    return { exit, found, sentence: one?.sentence ?? '' };
  };
  const good = await ask(release('2.0.0'));
  assert.equal(good.exit, 3);
  assert.deepEqual(
    [good.found['revert'], good.found['versions'], good.found['metrics'], good.found['argocd']],
    ['ok', 'ok', 'unknown', 'unknown'],
  );
  const moving = await ask(release('latest'));
  assert.equal(moving.exit, 1);
  assert.match(moving.sentence, /ghcr\.io\/acme\/web:latest: the tag latest moves/);
});
