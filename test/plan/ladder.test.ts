import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blobRung, climb } from '../../src/plan/ladder.ts';
import type { FileAt, Rung } from '../../src/plan/ladder.ts';
import type { FileMode } from '../../src/plan/plan.ts';

const at = (text: string, mode: FileMode = '100644'): FileAt => ({ blob: `blob ${text}`, mode, text });
const bytes = (name: string): FileAt => ({ blob: name, mode: '100644', text: null });

interface Texts {
  readonly good: string;
  readonly bad: string;
  readonly now: string;
}

const keys = ({ good, bad, now }: Texts, path = 'a.yaml'): Rung =>
  climb({ path, good: at(good), bad: at(bad), now: at(now) });

function text(rung: Rung): string {
  assert.ok(rung.kind === 'edit', JSON.stringify(rung));
  return rung.edit.kind === 'write' ? rung.edit.text : '';
}

function conflicts(rung: Rung): readonly string[] {
  assert.ok(rung.kind === 'conflict', JSON.stringify(rung));
  return rung.conflicts.map(({ key, good, bad, now }) => `${key}: ${good} | ${bad} | ${now}`);
}

const [G, B, N] = [at('a: good\n'), at('a: bad\n'), at('a: now\n')];

test('untouched since the bad change: the blob of the last good content comes back', () => {
  assert.deepEqual(climb({ path: 'p.bin', good: bytes('g'), bad: bytes('b'), now: bytes('b') }), {
    kind: 'edit',
    edit: { kind: 'restore', path: 'p.bin', blob: 'g', mode: '100644', rung: 'blob' },
    text: null,
  });
});

test('a file that the bad change added is deleted; one that it deleted comes back', () => {
  const added = climb({ path: 'p', good: null, bad: B, now: B });
  assert.deepEqual(added.kind === 'edit' && added.edit, { kind: 'delete', path: 'p', rung: 'blob' });
  const deleted = climb({ path: 'p', good: { ...G, mode: '120000' }, bad: null, now: null });
  assert.deepEqual(deleted.kind === 'edit' && deleted.edit, {
    kind: 'restore',
    path: 'p',
    blob: G.blob,
    mode: '120000',
    rung: 'blob',
  });
});

test('already as when good, or not part of the bad change: nothing', () => {
  assert.equal(climb({ path: 'p', good: G, bad: B, now: G }).kind, 'nothing');
  assert.equal(climb({ path: 'p', good: null, bad: B, now: null }).kind, 'nothing');
  assert.equal(climb({ path: 'p', good: G, bad: G, now: N }).kind, 'nothing');
});

test('deleted or created by somebody else since: the whole file is a conflict', () => {
  for (const [good, bad, now] of [
    [G, B, null],
    [null, B, N],
    [G, null, N],
  ] as const) {
    const rung = climb({ path: 'a.yaml', good, bad, now });
    assert.deepEqual(rung.kind === 'conflict' && rung.conflicts.map(({ key }) => key), [null]);
  }
});

test('binary, symbolic link, submodule and other text are never edited inside', () => {
  assert.equal(climb({ path: 'a.yaml', good: bytes('g'), bad: bytes('b'), now: bytes('n') }).kind, 'conflict');
  assert.deepEqual(conflicts(keys({ good: 'a: 1\nb: 1\n', bad: 'a: 2\nb: 1\n', now: 'a: 2\nb: 2\n' }, 'run.sh')), [
    'null: 100644 blob a: | 100644 blob a: | 100644 blob a:',
  ]);
  const link = (name: string): FileAt => at(name, '120000');
  assert.equal(climb({ path: 'a.yaml', good: link('a: 1'), bad: link('a: 2'), now: link('a: 3') }).kind, 'conflict');
});

test('file modes are merged apart from the content', () => {
  const x = (file: FileAt): FileAt => ({ ...file, mode: '100755' });
  const edit = (good: FileAt, bad: FileAt, now: FileAt) => {
    const rung = blobRung({ path: 'p', good, bad, now });
    return rung?.kind === 'edit' && rung.edit.kind === 'restore'
      ? `${rung.edit.blob.slice(8, 9)} ${rung.edit.mode}`
      : rung?.kind;
  };
  assert.equal(edit(G, B, x(B)), 'g 100755', 'somebody made it executable since: it stays so');
  assert.equal(edit(G, x(B), x(B)), 'g 100644', 'the bad change made it executable: taken back');
  assert.equal(edit(G, x(G), x(N)), 'n 100644', 'only the mode was bad: the later content stays');
  assert.equal(edit(G, x(G), { ...G, mode: '120000' }), undefined, 'the kind of file moved on both ways');
});

test('the blob decides without any text', () => {
  assert.equal(blobRung({ path: 'a.yaml', good: bytes('g'), bad: bytes('b'), now: bytes('n') }), null);
});

const SPEC = (image: string, replicas: string, extra = ''): string =>
  `spec:\n  image: ${image} # pinned\n  replicas: ${replicas}\n${extra}`;

test('neighbouring lines are no conflict by key: the later change stays', () => {
  const rung = keys({ good: SPEC('a:1', '2'), bad: SPEC('a:2', '2'), now: SPEC('a:2', '5', '# later\n') });
  assert.equal(text(rung), SPEC('a:1', '5', '# later\n'));
});

test('the same key changed again: a conflict with its three values, and nothing else', () => {
  const rung = keys({ good: SPEC('a:1', '2'), bad: SPEC('a:2', '3'), now: SPEC('a:3', '3') });
  assert.deepEqual(conflicts(rung), ['spec.image: a:1 | a:2 | a:3']);
});

test('already undone by somebody in the same way: nothing is left to do', () => {
  assert.equal(keys({ good: SPEC('a:1', '2'), bad: SPEC('a:2', '2'), now: SPEC('a:1', '7') }).kind, 'nothing');
});

test('the comment of the bad change goes with it where lines allow it', () => {
  const later = 'z: 1\ny: 1\nx: 1\n';
  const rung = keys({ good: `a: 1\n${later}`, bad: `# risky\na: 2\n${later}`, now: `# risky\na: 2\n${later}w: 1\n` });
  assert.equal(text(rung), `a: 1\n${later}w: 1\n`);
});

test('JSON stays JSON, also where lines collide', () => {
  const flags = (a: string, b: string) => `{"flags": {"x": {"defaultVariant": "${a}", "state": "${b}"}}}\n`;
  const rung = keys(
    { good: flags('off', 'ENABLED'), bad: flags('on', 'ENABLED'), now: flags('on', 'DISABLED') },
    'flags.json',
  );
  assert.equal(text(rung), flags('off', 'DISABLED'));
});

test('an item that the bad change added goes, one that others added beside it stays', () => {
  const env = (...names: readonly string[]) =>
    `env:\n${names.map((name) => `  - name: ${name}\n    value: "1"\n`).join('')}`;
  assert.equal(
    text(keys({ good: env('A', 'B'), bad: env('A', 'X', 'B'), now: env('A', 'X', 'Y', 'B') })),
    env('A', 'Y', 'B'),
  );
  assert.equal(
    text(keys({ good: env('A', 'X', 'B'), bad: env('A', 'B'), now: env('A', 'B', 'C') })),
    env('A', 'X', 'B', 'C'),
  );
});

test('items that only their position tells apart: a shift is a conflict of the whole list', () => {
  const steps = (...weights: readonly number[]) =>
    `steps:\n${weights.map((weight) => `  - setWeight: ${weight}\n  - pause: {}\n`).join('')}`;
  assert.equal(text(keys({ good: steps(5, 50), bad: steps(10, 50), now: steps(10, 60) })), steps(5, 60));
  assert.match(conflicts(keys({ good: steps(5, 5), bad: steps(5, 6), now: steps(7, 5, 6) }))[0] ?? '', /^steps: /);
});

test('plain arguments are compared by place when nothing was inserted', () => {
  const args = (...words: readonly string[]) => `args: [${words.join(', ')}]\n`;
  assert.equal(
    text(
      keys({
        good: args('serve', '--port', '80', 'x'),
        bad: args('serve', '--port', '81', 'x'),
        now: args('serve', '--port', '81', 'y'),
      }),
    ),
    args('serve', '--port', '80', 'y'),
  );
  assert.match(conflicts(keys({ good: args('a', '80'), bad: args('a', '81'), now: args('a', '82') }))[0] ?? '', /80/);
});

test('half of a rename is never undone', () => {
  const rung = keys({ good: 'm:\n  old: 1\n  k: 1\n', bad: 'm:\n  new: 1\n  k: 1\n', now: 'm:\n  newer: 1\n  k: 1\n' });
  assert.match(conflicts(rung)[0] ?? '', /^m: /);
});

test('a removed block that somebody commented since is left to a person', () => {
  const rung = keys({ good: 'a: 1\n', bad: 'a: 1\nb:\n  c: 1\n', now: 'a: 1\nb:\n  # needed by X\n  c: 1\n' });
  assert.match(conflicts(rung)[0] ?? '', /^b: null \| c: 1/);
});

test('an anchored value that somebody else uses by now is left to a person', () => {
  const file = (image: string, more = '') => `a: &img ${image}\nb: *img\n${more}`;
  assert.equal(text(keys({ good: file('x:1'), bad: file('x:2'), now: file('x:2', 'd: 1\n') })), file('x:1', 'd: 1\n'));
  assert.deepEqual(conflicts(keys({ good: file('x:1'), bad: file('x:2'), now: file('x:2', 'c: *img\n') })), [
    'a: x:1 | x:2 | x:2',
  ]);
});

test('1.10 and 1.1 are different versions, quotes of a word are not', () => {
  assert.deepEqual(conflicts(keys({ good: 'v: 1.2\n', bad: 'v: 1.10\n', now: 'v: 1.1\n' })), ['v: 1.2 | 1.10 | 1.1']);
  assert.equal(text(keys({ good: 'v: v1\n', bad: 'v: v2\n', now: 'v: "v2"\n' })), 'v: "v1"\n');
});

test('templates and broken YAML: the whole file is a conflict', () => {
  for (const line of ['x: {{ .Values.x }}\n', 'x: [\n']) {
    const rung = keys({ good: `a: 1\n${line}`, bad: `a: 2\n${line}`, now: `a: 2\n${line}b: 1\n` });
    assert.deepEqual(rung.kind === 'conflict' && rung.conflicts.map(({ key }) => key), [null]);
  }
});

test('only the named document of a stream is touched, also when documents were added', () => {
  const one = (name: string, v: number) => `kind: C\nmetadata: { name: ${name} }\nv: ${v}\n`;
  const rung = keys({
    good: `${one('a', 1)}---\n${one('b', 1)}`,
    bad: `${one('a', 1)}---\n${one('b', 2)}`,
    now: `${one('z', 0)}---\n${one('a', 9)}---\n${one('b', 2)}`,
  });
  assert.equal(text(rung), `${one('z', 0)}---\n${one('a', 9)}---\n${one('b', 1)}`);
  const moved = keys({
    good: `${one('a', 1)}---\n${one('b', 1)}`,
    bad: `${one('a', 1)}---\n${one('b', 2)}`,
    now: `${one('a', 1)}---\n${one('b', 3)}`,
  });
  assert.deepEqual(conflicts(moved), ['(C/b).v: 1 | 2 | 3']);
});

test('CRLF files keep their line breaks', () => {
  const crlf = (lines: string): string => lines.replaceAll('\n', '\r\n');
  const rung = keys({ good: crlf(SPEC('a:1', '2')), bad: crlf(SPEC('a:2', '2')), now: crlf(SPEC('a:2', '5')) });
  assert.equal(text(rung), crlf(SPEC('a:1', '5')));
});
