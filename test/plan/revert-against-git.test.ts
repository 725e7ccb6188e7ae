import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { scalarsOf } from '../../src/manifests/scalars.ts';
import { climb } from '../../src/plan/ladder.ts';
import type { FileAt } from '../../src/plan/ladder.ts';
import { aRelease, aService, randomFrom, someEdit } from './monorepo.ts';
import type { Random } from './monorepo.ts';

const SERVICES = ['checkout', 'search', 'ranker', 'chat'];
const REVERTS = 240;
const SOMEBODY = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

type Files = ReadonlyMap<string, string>;

interface Story {
  readonly good: Files;
  readonly bad: Files;
  readonly now: Files;
}

/** A release of one service, then later commits of everybody on top. */
function story(random: Random): Story {
  const good = new Map(SERVICES.map((name) => [`${name}.yaml`, aService(name, random)]));
  const bad = new Map(good);
  const path = `${random.pick(SERVICES)}.yaml`;
  bad.set(path, aRelease(bad.get(path) ?? '', random));
  const now = new Map(bad);
  for (let later = random.below(6); later >= 0; later--) {
    const touched = `${random.pick(SERVICES)}.yaml`;
    now.set(touched, someEdit(now.get(touched) ?? '', random));
  }
  return { good, bad, now };
}

/** The three commits of every story as one stream for `git fast-import`, on branches s0, s1, ... */
function importStream(stories: readonly Story[]): string {
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const commit = (branch: string, files: Files): string =>
    `commit refs/heads/${branch}\ncommitter a <a@example.com> 1700000000 +0000\n${data('change')}` +
    [...files].map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`).join('');
  return stories
    .map(({ good, bad, now }, at) => commit(`s${at}`, good) + commit(`s${at}`, bad) + commit(`s${at}`, now))
    .join('');
}

/** What `git revert` of the middle commit makes of every story; null for a conflict. */
function gitReverts(stories: readonly Story[]): readonly (Files | null)[] {
  const repo = mkdtempSync(join(tmpdir(), 'revert-'));
  try {
    const git = (args: readonly string[], input = ''): string =>
      execFileSync('git', ['-C', repo, ...args], {
        encoding: 'utf8',
        input,
        maxBuffer: 1 << 28,
        stdio: ['pipe', 'pipe', 'ignore'],
      });
    git(['init', '-q', '-b', 'main']);
    git(['fast-import', '--quiet'], importStream(stories));
    const loop = stories.map(
      (_, at) =>
        `git checkout -qf --detach s${at}; git revert --no-edit HEAD~1 && git branch r${at} || git revert --abort`,
    );
    const env = { ...process.env, ...SOMEBODY };
    execFileSync('sh', ['-s'], { cwd: repo, env, input: loop.join('\n'), stdio: ['pipe', 'ignore', 'ignore'] });
    const wanted = stories.flatMap((_, at) => SERVICES.map((name) => `r${at}:${name}.yaml`));
    const texts = batch(git(['cat-file', '--batch'], `${wanted.join('\n')}\n`), wanted.length);
    return stories.map((_, at) => {
      const own = texts.slice(at * SERVICES.length, (at + 1) * SERVICES.length);
      return own.includes(null) ? null : new Map(SERVICES.map((name, index) => [`${name}.yaml`, own[index] ?? '']));
    });
  } finally {
    rmSync(repo, { recursive: true, force: true });
  }
}

/** The contents that `git cat-file --batch` prints (all of them ASCII here); null for what is missing. */
function batch(output: string, count: number): readonly (string | null)[] {
  const texts: (string | null)[] = [];
  for (let at = 0; texts.length < count;) {
    const end = output.indexOf('\n', at);
    const size = / blob (\d+)$/.exec(output.slice(at, end))?.[1];
    texts.push(size === undefined ? null : output.slice(end + 1, end + 1 + Number(size)));
    at = size === undefined ? end + 1 : end + 2 + Number(size);
  }
  return texts;
}

/** What the ladder makes of it; null for a conflict. Equal text is equal blob. */
function ourRevert({ good, bad, now }: Story): Files | null {
  const at = (files: Files, path: string): FileAt => ({
    blob: files.get(path) ?? '',
    mode: '100644',
    text: files.get(path) ?? '',
  });
  const result = new Map(now);
  for (const path of good.keys()) {
    const rung = climb({ path, good: at(good, path), bad: at(bad, path), now: at(now, path) });
    if (rung.kind === 'conflict') return null;
    if (rung.kind !== 'edit') continue;
    assert.notEqual(good.get(path), bad.get(path), `${path} was not part of the release, so nobody may touch it`);
    result.set(path, rung.text ?? '');
  }
  return result;
}

function valuesOf(text: string): ReadonlyMap<string, string> {
  const read = scalarsOf(text);
  assert.ok(read.kind === 'scalars');
  return new Map(read.scalars.map(({ path, value }) => [path, value]));
}

/** Every key that the release left alone has the value of now; every other one the value of good. */
function assertOnlyTheReleaseWent({ good, bad, now }: Story, result: Files): void {
  for (const path of good.keys()) {
    const [g, b, n, r] = [good, bad, now, result].map((files) => valuesOf(files.get(path) ?? ''));
    for (const key of new Set([
      ...(g?.keys() ?? []),
      ...(b?.keys() ?? []),
      ...(n?.keys() ?? []),
      ...(r?.keys() ?? []),
    ])) {
      const expected = g?.get(key) === b?.get(key) ? n?.get(key) : g?.get(key);
      assert.equal(r?.get(key), expected, `${path} ${key}`);
    }
  }
}

test('240 random reverts: where git revert and the ladder are both clean, every byte agrees', (context) => {
  const stories = Array.from({ length: REVERTS }, (_, seed) => story(randomFrom(seed + 1)));
  const theirs = gitReverts(stories);
  const tally = { git: 0, ours: 0, both: 0 };
  for (const [seed, one] of stories.entries()) {
    const [git, ours] = [theirs[seed] ?? null, ourRevert(one)];
    if (git) tally.git++;
    if (ours) {
      tally.ours++;
      assertOnlyTheReleaseWent(one, ours);
    }
    if (!git || !ours) continue;
    tally.both++;
    assert.deepEqual(ours, git, `story ${seed}`);
  }
  context.diagnostic(JSON.stringify(tally));
  assert.ok(tally.both >= 200 && tally.git < REVERTS, JSON.stringify(tally));
  assert.ok(tally.ours >= tally.git, JSON.stringify(tally));
});
