import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { bundleAction, DIST_FILES } from '../../action/bundle.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = join(root, 'action/dist');
let fresh = '';

before(async () => {
  fresh = await mkdtemp(join(tmpdir(), 'lastgood-dist-'));
  const home = process.cwd();
  // Another working directory must give the same bytes.
  process.chdir(fresh);
  await bundleAction(root, join(fresh, 'dist'));
  process.chdir(home);
});
after(() => rm(fresh, { recursive: true, force: true }));

test('action/dist holds exactly the promised files', async () => {
  assert.deepEqual((await readdir(dist)).sort(), [...DIST_FILES].sort());
});

for (const name of DIST_FILES) {
  test(`${name} is what the sources give, byte by byte (else run: node action/bundle.ts)`, async () => {
    const [committed, rebuilt] = await Promise.all([readFile(join(dist, name)), readFile(join(fresh, 'dist', name))]);
    assert.ok(committed.equals(rebuilt), `${name}: ${committed.length} bytes committed, ${rebuilt.length} rebuilt`);
  });
}

test('the bundle stays small enough to start at once', async () => {
  assert.ok((await stat(join(dist, 'index.js'))).size <= 1_600_000);
});

test('the bundle reads built-in modules by require: an import of http would start a second undici', async () => {
  const text = await readFile(join(dist, 'index.js'), 'utf8');
  const imported = Array.from(text.matchAll(/\bimport\b[^;"'()]*\bfrom\s*["']([\w:/]+)["']/g), ([, name]) => name);
  assert.deepEqual(imported, ['node:module']);
});

test('the bundle holds no path of the machine that built it, and no library the Action must not need', async () => {
  const text = await readFile(join(dist, 'index.js'), 'utf8');
  assert.doesNotMatch(text, /\/work\/|\/home\/|node_modules\//);
  const licenses = await readFile(join(dist, 'licenses.txt'), 'utf8');
  assert.doesNotMatch(licenses, /^(probot|@octokit\/rest|@octokit\/auth-app|graphql) \d/m);
});

test('every package inside has its licence in licenses.txt', async () => {
  const licenses = await readFile(join(dist, 'licenses.txt'), 'utf8');
  const heads = licenses.split(/\n-{80}\n/).map((part) => part.trim());
  assert.ok(heads.length > 10);
  for (const part of heads) assert.match(part, /^\S+ \d+\.\d+\.\d+\S* \((MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD)\)/);
});
