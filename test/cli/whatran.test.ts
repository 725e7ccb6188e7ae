import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { whatran } from '../../cli/commands/whatran.ts';
import { playbookText } from '../control/builders.ts';

test('a clone answers what ran at a time and after a commit, each version with file, key and commit; without a service of everything', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastgood-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const git = (date: string, ...args: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=ada', '-c', 'user.email=a@example.com', ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
    }).trim();
  git('', 'init', '--quiet', '--initial-branch=main');
  mkdirSync(join(folder, 'apps/web'), { recursive: true });
  writeFileSync(join(folder, 'lastgood.yml'), playbookText({ others: { mail: {} } }));
  const release = (version: string, date: string): string => {
    const image = `apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: web:${version}\n`;
    writeFileSync(join(folder, 'apps/web/deploy.yaml'), image);
    git(date, 'add', '.');
    git(date, 'commit', '--quiet', '-m', `Release ${version}`);
    return git(date, 'rev-parse', 'HEAD');
  };
  const first = release('1.0.0', '2026-11-01T10:00:00Z');
  const second = release('2.0.0', '2026-11-02T10:00:00Z');
  const ask = async (word: string, json = true, place: object = { service: 'web' }) => {
    let text = '';
    const options = { ...place, clone: folder };
    const print = (words: string): void => void (text += words);
    const exit = await whatran.run({ words: [word], options, env: {}, print, progress: () => undefined, json });
    return { exit, text };
  };
  const read = async (word: string) => {
    const { answers } = JSON.parse((await ask(word)).text) as Place;
    return answers.map(({ what, value, sources }) => [what, value, sources[0]?.file, sources[0]?.commit]);
  };
  assert.deepEqual(await read('2026-11-01T12:00Z'), [['image', 'web:1.0.0', 'apps/web/deploy.yaml', first]]);
  assert.deepEqual(await read(second.slice(0, 7)), [['image', 'web:2.0.0', 'apps/web/deploy.yaml', second]]);
  assert.match(
    (await ask('2026-11-02T12:00Z', false)).text,
    /WHAT +VERSION +SOURCE[\s\S]*image +web:2\.0\.0 +apps\/web\/deploy\.yaml/,
  );
  assert.equal((await ask('2026-10-01T00:00Z')).exit, 1);
  await assert.rejects(ask('yesterday'), /neither a time with its zone nor a commit/);
  const everywhere = await ask('2026-11-02T12:00Z', true, {});
  const { places } = JSON.parse(everywhere.text) as { places: Place[] };
  assert.deepEqual(
    places.map(({ ok, service, environment }) => [ok, service, environment]),
    [
      [true, 'web', 'production'],
      [false, 'mail', 'production'],
    ],
  );
  assert.equal(everywhere.exit, 0);
});

interface Place {
  readonly ok: boolean;
  readonly service: string;
  readonly environment: string;
  readonly answers: { what: string; value: string; sources: { file: string; commit: string }[] }[];
}
