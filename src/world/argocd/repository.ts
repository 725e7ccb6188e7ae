import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The files of one application at one commit, by path in the repository. */
export type Files = ReadonlyMap<string, string>;

/** A mirror of a Git repository, read with git itself. */
export interface Repository {
  fetch(): Promise<void>;
  /** Branch, tag, sha or HEAD -> full sha. Throws when there is none. */
  resolve(revision: string): Promise<string>;
  files(sha: string, path: string): Promise<Files>;
  close(): Promise<void>;
}

/** `repoUrl` is anything git can clone: a path, http(s) or file. */
export async function openRepository(repoUrl: string): Promise<Repository> {
  const folder = await mkdtemp(join(tmpdir(), 'lastgood-argocd-'));
  const git = async (...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
    const { stdout } = await run('git', ['--git-dir', folder, ...args], { env, maxBuffer: 64_000_000 });
    return stdout;
  };
  await git('init', '--bare', '--quiet');
  // Local folders may belong to another user, which git would else refuse.
  const fetch = async (): Promise<void> => {
    await git('-c', 'safe.directory=*', 'fetch', '--quiet', '--prune', '--force', repoUrl, '+refs/*:refs/*');
  };
  return {
    fetch,
    resolve: async (revision) =>
      (await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`)).trim(),
    files: async (sha, path) => {
      const list = await git('ls-tree', '-r', '-z', '--name-only', '--full-tree', sha, '--', path.replace(/\/+$/, ''));
      const names = list.split('\0').filter((name) => name !== '');
      const texts = await Promise.all(
        names.map(async (name) => [name, await git('cat-file', 'blob', `${sha}:${name}`)] as const),
      );
      return new Map(texts);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
