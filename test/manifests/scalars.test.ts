import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scalarsOf } from '../../src/manifests/scalars.ts';

function pairs(text: string): readonly string[] {
  const read = scalarsOf(text);
  assert.ok(read.kind === 'scalars', JSON.stringify(read));
  return read.scalars.map(({ path, value }) => `${path} = ${value}`);
}

function because(text: string): string {
  const read = scalarsOf(text);
  return read.kind === 'refused' ? read.because : 'not refused';
}

test('every range is exactly the token in the source text', () => {
  const text = '# c\na: "x" # d\nb: [1, \'y\']\nc: |\n  z\n\nd: &n v\n';
  const read = scalarsOf(text);
  assert.ok(read.kind === 'scalars');
  assert.deepEqual(
    read.scalars.map(({ range }) => text.slice(range.start, range.end)),
    ['"x"', '1', "'y'", '|\n  z\n', 'v'],
  );
  assert.deepEqual(
    read.scalars.map(({ style }) => style),
    ['double', 'plain', 'single', 'block', 'plain'],
  );
});

test('documents are named by kind, namespace and name; a single one needs no name', () => {
  const one = 'kind: A\nmetadata: {name: x}\nv: 1\n';
  assert.ok(pairs(one).includes('v = 1'));
  const two = pairs(`${one}---\nkind: B\nmetadata: {name: x, namespace: n}\nv: 2\n`);
  assert.ok(two.includes('(A/x).v = 1') && two.includes('(B/n/x).v = 2'));
  assert.deepEqual(pairs('v: 1\n---\nv: 2\n'), ['(0).v = 1', '(1).v = 2']);
});

const lists: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'name',
    '- {name: a, v: 1}\n- {name: b, v: 2}\n',
    ['[name=a].name = a', '[name=a].v = 1', '[name=b].name = b', '[name=b].v = 2'],
  ],
  [
    'image without tag',
    '- {image: "r:5000/a:1"}\n- {image: b@sha256:c}\n',
    ['[image=r:5000/a].image = r:5000/a:1', '[image=b].image = b@sha256:c'],
  ],
  ['key', '- {key: f, on: true}\n', ['[key=f].key = f', '[key=f].on = true']],
  ['flag', '- --model=v2\n- --x\n- -v=3\n', ['[--model] = --model=v2', '[--x] = --x', '[-v] = -v=3']],
  ['assignment', '- A=1\n- B=2\n', ['[A] = A=1', '[B] = B=2']],
  ['value', '- a.yaml\n- b c\n', ['[a.yaml] = a.yaml', '["b c"] = b c']],
  ['position, when two share a name', '- {name: a}\n- {name: a}\n', ['[0].name = a', '[1].name = a']],
  ['position, when one has none', '- {setWeight: 5}\n- {pause: {}}\n', ['[0].setWeight = 5']],
];
for (const [what, text, expected] of lists) {
  test(`list items are named by ${what}`, () => assert.deepEqual(pairs(text), expected));
}

test('keys that a dot would hide are quoted, and numbers keep their digits', () => {
  assert.deepEqual(pairs('data:\n  app.yaml: 1.10\n  8080: 010\n'), ['data["app.yaml"] = 1.10', 'data["8080"] = 010']);
});

test('an alias is listed as itself; what it points to is listed once', () => {
  assert.deepEqual(pairs('a: &x {v: 1}\nb: *x\nc:\n  <<: *x\n'), ['a.v = 1', 'b = *x', 'c["<<"] = *x']);
});

test('an empty file has no scalars', () => {
  assert.deepEqual(pairs(''), []);
  assert.deepEqual(pairs('# nothing\n'), []);
});

test('templates are refused politely, quoted placeholders of other tools are not', () => {
  for (const text of [
    'a: {{ .Values.a }}\n',
    '{{- if .x }}\na: 1\n{{- end }}\n',
    'a: x-{{ .Values.a }}\n',
    'a: {{ include "x" . }}\n',
    'a: b-{{ $x }}\n',
  ]) {
    assert.match(because(text), /template/, text);
  }
  assert.deepEqual(pairs('a: "{{ .name }}-app"\nb: x-{{args.service}}\nc: |\n  {{ .user }}\n').length, 3);
});

test('what cannot be read is refused with its place', () => {
  assert.match(because('a: 1\na: 2\n'), /not valid YAML: .*unique.*line 2/);
  assert.match(because('1: a\n"1": b\n'), /unique, and 1 stands twice at line 2/);
  assert.match(because('a: *nowhere\n'), /\*nowhere points to an anchor that is not defined/);
  assert.match(because('? [a]\n: 1\n'), /key is itself/);
  assert.match(because('{"a": 1'), /not valid YAML/);
});
