import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git as gitIn } from '../github/git/run.ts';

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
  const git = (...args: readonly string[]): Promise<string> => gitIn(folder, ['--git-dir', folder, ...args]);
  await git('init', '--bare', '--quiet');
  // Local folders may belong to another user, which git would else refuse.
  const fetchNow = async (): Promise<void> => {
    await git('-c', 'safe.directory=*', 'fetch', '--quiet', '--prune', '--force', repoUrl, '+refs/*:refs/*');
  };
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  /** Who asks while one runs shares the one after it: what was pushed meanwhile is in that one. */
  const fetch = (): Promise<void> => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        running = fetchNow().finally(() => {
          resolved.clear();
        });
        return running;
      });
    return next;
  };
  /** A commit and a blob never change. Only the last commit is kept whole: all applications ask for the same one. */
  let listed: { readonly sha: string; readonly entries: Promise<readonly Entry[]> } | null = null;
  const blobs = new Map<string, Promise<string>>();
  const list = (sha: string): Promise<readonly Entry[]> => {
    if (listed?.sha !== sha) listed = { sha, entries: git('ls-tree', '-r', '-z', '--full-tree', sha).then(entriesOf) };
    return listed.entries;
  };
  const blob = (id: string): Promise<string> => {
    const known = blobs.get(id) ?? git('cat-file', 'blob', id);
    blobs.set(id, known);
    known.catch(() => blobs.delete(id));
    return known;
  };
  /** What a name stands for changes with a fetch alone. */
  const resolved = new Map<string, Promise<string>>();
  const resolve = (revision: string): Promise<string> => {
    const known =
      resolved.get(revision) ??
      git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`).then((sha) => sha.trim());
    resolved.set(revision, known);
    return known;
  };
  return {
    fetch,
    resolve,
    files: async (sha, path) => {
      const folder = path.replace(/\/+$/, '');
      const inside = (name: string): boolean =>
        folder === '' || folder === '.' || name === folder || name.startsWith(`${folder}/`);
      const wanted = (await list(sha)).filter(({ name }) => inside(name));
      return new Map(await Promise.all(wanted.map(async ({ name, id }) => [name, await blob(id)] as const)));
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

interface Entry {
  readonly name: string;
  readonly id: string;
}

/** `100644 blob 83baae6...<tab>path`, each ended by NUL; what is no blob (a submodule) has no text. */
function entriesOf(output: string): readonly Entry[] {
  return output.split('\0').flatMap((line) => {
    const found = /^\d+ blob (?<id>[0-9a-f]+)\t(?<name>[\s\S]+)$/.exec(line)?.groups;
    return found ? [{ id: found['id'] ?? '', name: found['name'] ?? '' }] : [];
  });
}
