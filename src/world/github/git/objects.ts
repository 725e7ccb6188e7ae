/**
 * Git's object formats, parsed and printed: https://git-scm.com/docs/gitformat-pack and `git help cat-file`.
 */
export interface Person {
  readonly name: string;
  readonly email: string;
  /** Epoch ms, whole seconds. */
  readonly at: number;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

export type Mode = '100644' | '100755' | '120000' | '040000' | '160000';

export interface TreeEntry {
  readonly name: string;
  readonly mode: Mode;
  readonly sha: string;
}

export interface Tag {
  readonly sha: string;
  readonly name: string;
  readonly message: string;
  readonly tagger: Person;
  readonly object: { readonly sha: string; readonly type: 'commit' | 'tree' | 'blob' | 'tag' };
}

const NOBODY: Person = { name: '', email: '', at: 0 };

function person(line: string | undefined): Person {
  const match = /^(.*?) ?<([^>]*)> (\d+)/.exec(line ?? '');
  return match === null ? NOBODY : { name: match[1] ?? '', email: match[2] ?? '', at: Number(match[3]) * 1000 };
}

/** Names and addresses may not hold what ends them. */
function printPerson({ name, email, at }: Person): string {
  return `${name.replace(/[<>\n]/g, '')} <${email.replace(/[<>\n]/g, '')}> ${Math.floor(at / 1000)} +0000`;
}

function split(data: Buffer): { headers: readonly (readonly [string, string])[]; message: string } {
  const text = data.toString('utf8');
  const gap = text.indexOf('\n\n');
  const head = gap < 0 ? text : text.slice(0, gap);
  const headers = head.split('\n').map((line) => {
    const space = line.indexOf(' ');
    return [line.slice(0, space), line.slice(space + 1)] as const;
  });
  return { headers, message: gap < 0 ? '' : text.slice(gap + 2) };
}

export function parseCommit(sha: string, data: Buffer): Commit {
  const { headers, message } = split(data);
  const first = (key: string): string | undefined => headers.find(([name]) => name === key)?.[1];
  return {
    sha,
    tree: first('tree') ?? '',
    parents: headers.filter(([name]) => name === 'parent').map(([, value]) => value),
    author: person(first('author')),
    committer: person(first('committer')),
    message: message.replace(/\n+$/, ''),
  };
}

export function printCommit(commit: Omit<Commit, 'sha'>): Buffer {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${printPerson(commit.author)}`,
    `committer ${printPerson(commit.committer)}`,
  ];
  return Buffer.from(`${lines.join('\n')}\n\n${commit.message}`);
}

export function parseTag(sha: string, data: Buffer): Tag {
  const { headers, message } = split(data);
  const first = (key: string): string => headers.find(([name]) => name === key)?.[1] ?? '';
  return {
    sha,
    name: first('tag'),
    message: message.replace(/\n+$/, ''),
    tagger: person(first('tagger')),
    object: { sha: first('object'), type: first('type') as Tag['object']['type'] },
  };
}

export function printTag(tag: Omit<Tag, 'sha'>): Buffer {
  const lines = [
    `object ${tag.object.sha}`,
    `type ${tag.object.type}`,
    `tag ${tag.name}`,
    `tagger ${printPerson(tag.tagger)}`,
  ];
  return Buffer.from(`${lines.join('\n')}\n\n${tag.message}\n`);
}

export function parseTree(data: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < data.length) {
    const space = data.indexOf(32, at);
    const zero = data.indexOf(0, space);
    const mode = data.toString('latin1', at, space).padStart(6, '0') as Mode;
    entries.push({
      mode,
      name: data.toString('utf8', space + 1, zero),
      sha: data.toString('hex', zero + 1, zero + 21),
    });
    at = zero + 21;
  }
  return entries;
}

/** Git sorts a folder as if its name ended with a slash. */
export function printTree(entries: readonly TreeEntry[]): Buffer {
  const keyed = entries.map((entry) => ({
    entry,
    key: Buffer.from(entry.mode === '040000' ? `${entry.name}/` : entry.name),
  }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    keyed.flatMap(({ entry }) => [
      Buffer.from(`${entry.mode.replace(/^0/, '')} ${entry.name}\0`),
      Buffer.from(entry.sha, 'hex'),
    ]),
  );
}

export function typeOf(mode: Mode): 'blob' | 'tree' | 'commit' {
  return mode === '040000' ? 'tree' : mode === '160000' ? 'commit' : 'blob';
}
