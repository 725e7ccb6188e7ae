/**
 * The object store of one bare repository: reads through one long-lived git, writes loose objects itself,
 * so that neither costs a process. Objects never change, so what was read once is kept.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { CatFile, type ObjectType, type RawObject } from './cat-file.ts';
import {
  parseCommit,
  parseTag,
  parseTree,
  printCommit,
  printTag,
  printTree,
  type Commit,
  type Tag,
  type TreeEntry,
} from './objects.ts';

export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const SHA = /^[0-9a-f]{40}$/;

export class ObjectStore {
  readonly #directory: string;
  readonly #reader: CatFile;
  readonly #objects = new Map<string, RawObject>();
  readonly #commits = new Map<string, Commit>();
  readonly #trees = new Map<string, readonly TreeEntry[]>();

  constructor(directory: string) {
    this.#directory = directory;
    this.#reader = new CatFile(directory);
    this.write('tree', Buffer.alloc(0));
  }

  close(): void {
    this.#reader.close();
  }

  /** The object a sha or a full ref name stands for now; null when there is none. */
  async read(name: string): Promise<RawObject | null> {
    const known = this.#objects.get(name);
    if (known !== undefined) return known;
    const object = await this.#reader.read(name);
    if (object !== null) this.#objects.set(object.sha, object);
    return object;
  }

  async commit(sha: string): Promise<Commit | null> {
    const known = this.#commits.get(sha);
    if (known !== undefined) return known;
    const object = SHA.test(sha) ? await this.read(sha) : null;
    if (object?.type !== 'commit') return null;
    const commit = parseCommit(object.sha, object.data);
    this.#commits.set(sha, commit);
    return commit;
  }

  async tree(sha: string): Promise<readonly TreeEntry[] | null> {
    const known = this.#trees.get(sha);
    if (known !== undefined) return known;
    const object = SHA.test(sha) ? await this.read(sha) : null;
    if (object?.type !== 'tree') return null;
    const tree = parseTree(object.data);
    this.#trees.set(sha, tree);
    return tree;
  }

  async blob(sha: string): Promise<Buffer | null> {
    const object = SHA.test(sha) ? await this.read(sha) : null;
    return object?.type === 'blob' ? object.data : null;
  }

  async tag(sha: string): Promise<Tag | null> {
    const object = SHA.test(sha) ? await this.read(sha) : null;
    return object?.type === 'tag' ? parseTag(object.sha, object.data) : null;
  }

  write(type: ObjectType, data: Buffer): string {
    const content = Buffer.concat([Buffer.from(`${type} ${data.length}\0`), data]);
    const sha = createHash('sha1').update(content).digest('hex');
    if (this.#objects.has(sha)) return sha;
    const folder = join(this.#directory, 'objects', sha.slice(0, 2));
    const file = join(folder, sha.slice(2));
    if (!existsSync(file)) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, deflateSync(content, { level: 1 }), { mode: 0o444 });
    }
    this.#objects.set(sha, { sha, type, data });
    return sha;
  }

  writeBlob(data: Buffer): string {
    return this.write('blob', data);
  }

  writeTree(entries: readonly TreeEntry[]): string {
    return this.write('tree', printTree(entries));
  }

  writeCommit(commit: Omit<Commit, 'sha'>): string {
    return this.write('commit', printCommit(commit));
  }

  writeTag(tag: Omit<Tag, 'sha'>): string {
    return this.write('tag', printTag(tag));
  }
}
