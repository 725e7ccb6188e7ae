/**
 * One real bare repository: the truth of a local GitHub repository.
 * Questions whose answer depends only on object names are asked of git once and remembered.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffFiles, type FileDiff } from './diff.ts';
import type { Commit } from './objects.ts';
import { UPDATE_HOOK } from './update-hook.ts';
import { git, runGit } from './run.ts';
import { ObjectStore } from './store.ts';

export const NO_OBJECT = '0'.repeat(40);

/** Move `ref` from `from` to `to`; NO_OBJECT stands for "does not exist" on either side, null for "whatever it is". */
export interface RefChange {
  readonly ref: string;
  readonly to: string;
  readonly from: string | null;
}

export type MergeResult =
  | { readonly kind: 'clean'; readonly tree: string }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] }
  | { readonly kind: 'unrelated' };

export interface Ref {
  readonly ref: string;
  readonly sha: string;
  readonly type: string;
}

export class GitRepository {
  readonly directory: string;
  readonly store: ObjectStore;
  readonly #asked = new Map<string, Promise<unknown>>();

  private constructor(directory: string) {
    this.directory = directory;
    this.store = new ObjectStore(directory);
  }

  static async create(directory: string, defaultBranch: string): Promise<GitRepository> {
    mkdirSync(directory, { recursive: true });
    await git(directory, ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, '--template=', '.']);
    writeFileSync(
      join(directory, 'config'),
      [
        '[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tfilemode = true',
        '[http]\n\treceivepack = true\n\tuploadpack = true',
        '[receive]\n\tautogc = false\n\tadvertisePushOptions = false',
        '[uploadpack]\n\tallowAnySHA1InWant = true\n\tallowFilter = true',
        '[gc]\n\tauto = 0\n',
      ].join('\n'),
    );
    mkdirSync(join(directory, 'hooks'), { recursive: true });
    writeFileSync(join(directory, 'hooks', 'update'), UPDATE_HOOK, { mode: 0o755 });
    return new GitRepository(directory);
  }

  close(): void {
    this.store.close();
  }

  /** The sha and type a full ref name points at; null when it does not exist. */
  async ref(name: string): Promise<Ref | null> {
    if (!name.startsWith('refs/')) return null;
    const object = await this.store.read(name);
    return object === null ? null : { ref: name, sha: object.sha, type: object.type };
  }

  async branch(name: string): Promise<string | null> {
    const ref = await this.ref(`refs/heads/${name}`);
    return ref?.type === 'commit' ? ref.sha : null;
  }

  async refs(prefix: string): Promise<readonly Ref[]> {
    const text = await git(this.directory, ['for-each-ref', '--format=%(refname) %(objectname) %(objecttype)']);
    return text
      .split('\n')
      .filter((line) => line.startsWith(prefix))
      .map((line) => {
        const [ref = '', sha = '', type = ''] = line.split(' ');
        return { ref, sha, type };
      });
  }

  /** All changes or none; null when done, else git's own words on why not. */
  async updateRefs(changes: readonly RefChange[]): Promise<string | null> {
    const lines = changes.map(({ ref, to, from }) =>
      to === NO_OBJECT ? `delete ${ref} ${from ?? ''}\n` : `update ${ref} ${to} ${from ?? ''}\n`,
    );
    const output = await runGit(this.directory, ['update-ref', '--stdin'], lines.join(''));
    return output.code === 0 ? null : output.stderr.trim();
  }

  /** The commit that a branch, tag, full ref, sha or short sha stands for; null when none or ambiguous. */
  async resolveCommit(name: string): Promise<Commit | null> {
    if (/^[0-9a-f]{40}$/.test(name)) return this.store.commit(name);
    const names = name.startsWith('refs/')
      ? [name]
      : [`refs/heads/${name}`, `refs/tags/${name}`, ...(/^(heads|tags|pull)\//.test(name) ? [`refs/${name}`] : [])];
    for (const candidate of names) {
      const object = await this.store.read(`${candidate}^{commit}`);
      if (object !== null) return this.store.commit(object.sha);
    }
    if (name === 'HEAD') return this.#commitNamed('HEAD');
    return /^[0-9a-f]{7,39}$/.test(name) ? this.#commitNamed(name) : null;
  }

  async #commitNamed(name: string): Promise<Commit | null> {
    const object = await this.store.read(`${name}^{commit}`);
    return object === null ? null : this.store.commit(object.sha);
  }

  /** `git rev-list`, newest first. The arguments must name commits by sha only. */
  revList(args: readonly string[]): Promise<readonly string[]> {
    return this.#once(`rev-list ${args.join('\0')}`, async () =>
      (await git(this.directory, ['rev-list', ...args])).split('\n').filter((line) => line !== ''),
    );
  }

  mergeBase(a: string, b: string): Promise<string | null> {
    return this.#once(`merge-base ${a} ${b}`, async () => {
      const output = await runGit(this.directory, ['merge-base', a, b]);
      return output.code === 0 ? output.stdout.trim() : null;
    });
  }

  async isAncestor(ancestor: string, of: string): Promise<boolean> {
    return ancestor === of || (await this.mergeBase(ancestor, of)) === ancestor;
  }

  async aheadBehind(base: string, head: string): Promise<{ readonly ahead: number; readonly behind: number }> {
    const [ahead, behind] = await Promise.all([this.revList([`${base}..${head}`]), this.revList([`${head}..${base}`])]);
    return { ahead: ahead.length, behind: behind.length };
  }

  diff(from: string, to: string): Promise<readonly FileDiff[]> {
    return this.#once(`diff ${from} ${to}`, () => diffFiles(this.directory, from, to));
  }

  /** The three-way merge of two commits by git's own merge machinery, without a work tree. */
  merge(ours: string, theirs: string): Promise<MergeResult> {
    return this.#once(`merge ${ours} ${theirs}`, async () => {
      const output = await runGit(this.directory, [
        'merge-tree',
        '--write-tree',
        '--name-only',
        '--no-messages',
        '-z',
        ours,
        theirs,
      ]);
      const [tree = '', ...paths] = output.stdout.split('\0').filter((part) => part !== '');
      if (output.code === 0) return { kind: 'clean', tree };
      if (output.code === 1) return { kind: 'conflict', paths: [...new Set(paths)] };
      if (output.stderr.includes('unrelated histories')) return { kind: 'unrelated' };
      throw new Error(`git merge-tree ${ours} ${theirs} ended with ${output.code}: ${output.stderr.trim()}`);
    });
  }

  #once<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#asked.get(question);
    if (known !== undefined) return known as Promise<T>;
    const answer = ask();
    this.#asked.set(question, answer);
    answer.catch(() => this.#asked.delete(question));
    return answer;
  }
}
