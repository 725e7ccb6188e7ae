import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyEdits, patchScalars } from '../../src/manifests/patch.ts';
import type { Change } from '../../src/manifests/patch.ts';
import { readTree } from '../../src/manifests/read.ts';
import { scalarsOf } from '../../src/manifests/scalars.ts';

function patched(text: string, changes: readonly Change[], donor?: string): string {
  const result = patchScalars(text, changes, donor);
  assert.ok(result.kind === 'patched', JSON.stringify(result));
  return result.text;
}

function refusal(text: string, changes: readonly Change[], donor?: string): string {
  const result = patchScalars(text, changes, donor);
  assert.ok(result.kind === 'refused');
  return result.refusals.map(({ path, because }) => `${path}: ${because}`).join('\n');
}

const set = (path: string, value: string): Change => ({ kind: 'set', path, value });
const copy = (path: string): Change => ({ kind: 'copy', path });
const remove = (path: string): Change => ({ kind: 'remove', path });

const styles: readonly (readonly [string, string, string, string])[] = [
  ['double quotes stay', 'a: "1.4.2" # why\n', '1.4.1', 'a: "1.4.1" # why\n'],
  ['single quotes stay', "a: '1.4.2'\n", "it's", "a: 'it''s'\n"],
  ['a plain word stays plain', 'a:   v2\n', 'v1', 'a:   v1\n'],
  ['a plain image stays plain', 'a: ghcr.io/x/y:2\n', 'ghcr.io/x/y:1@sha256:ab', 'a: ghcr.io/x/y:1@sha256:ab\n'],
  ['text that would become a number gets quotes', 'a: v2\n', '1.10', 'a: "1.10"\n'],
  ['text that would become a truth value gets quotes', 'a: blue\n', 'no', 'a: "no"\n'],
  ['a number stays a number', 'a: 20\n', '0', 'a: 0\n'],
  ['signs that mean something get quotes', 'a: v2\n', 'x: y # z', 'a: "x: y # z"\n'],
  ['the anchor and the tag stay', 'a: &x !!str v2\nb: *x\n', 'v1', 'a: &x !!str v1\nb: *x\n'],
  ['CRLF stays', 'a: v2\r\nb: 1\r\n', 'v1', 'a: v1\r\nb: 1\r\n'],
  ['a byte order mark stays', '\uFEFFa: v2\n', 'v1', '\uFEFFa: v1\n'],
  ['a missing last line break stays missing', 'a: v2', 'v1', 'a: v1'],
  ['an empty value gets a space', 'a:\nb: 1\n', 'v1', 'a: v1\nb: 1\n'],
  ['inside a flow map', '{a: v2, b: [1]}\n', 'v1', '{a: v1, b: [1]}\n'],
  ['in JSON with tabs', '{\n\t"a": "v2",\n\t"b": 1\n}\n', 'v1', '{\n\t"a": "v1",\n\t"b": 1\n}\n'],
];
for (const [what, before, value, after] of styles) {
  test(`set: ${what}`, () => assert.equal(patched(before, [set('a', value)]), after));
}

test('set: an empty document gets a space behind its mark', () => {
  assert.equal(patched('---\n---\na: 1\n', [set('(0)', 'x')]), '--- x\n---\na: 1\n');
});

const SERVICE = `# head
spec:
  containers:
    # first
    - name: app # x
      image: "app:2"
    - name: proxy
      image: envoy:1
  data:
    text: |
      one
      two
    last: 1 # end
# tail
`;

test('a list item is named, so one inserted before it changes nothing', () => {
  const path = 'spec.containers[name=proxy].image';
  const more = SERVICE.replace('    # first\n', '    # first\n    - name: new\n      image: n:1\n');
  assert.equal(patched(more, [set(path, 'envoy:2')]), more.replace('envoy:1', 'envoy:2'));
});

test('removing an item takes its lines and nothing else', () => {
  assert.equal(
    patched(SERVICE, [remove('spec.containers[name=proxy]')]),
    SERVICE.replace('    - name: proxy\n      image: envoy:1\n', ''),
  );
  assert.equal(
    patched(SERVICE, [remove('spec.data.text')]),
    SERVICE.replace('    text: |\n      one\n      two\n', ''),
  );
  assert.equal(patched(SERVICE, [remove('spec.data.last')]), SERVICE.replace('    last: 1 # end\n', ''));
});

test('what is removed from flow style or JSON takes its comma with it', () => {
  assert.equal(patched('a: {b: 1, c: 2}\n', [remove('a.c')]), 'a: {b: 1}\n');
  assert.equal(patched('a: {b: 1, c: 2}\n', [remove('a.b')]), 'a: {c: 2}\n');
  assert.equal(patched('a: [x, y, z]\n', [remove('a[y]')]), 'a: [x, z]\n');
  assert.equal(patched('{\n  "a": {},\n  "b": [\n    1\n  ]\n}\n', [remove('b')]), '{\n  "a": {}\n}\n');
  assert.equal(patched('{"a": 1}\n', [remove('a')]), '{}\n');
});

const puts: readonly (readonly [string, string, string])[] = [
  ['block style', 'm:\n  a: 1 # x\n\n# tail\n', 'm:\n  a: 1 # x\n  k: v\n\n# tail\n'],
  ['block style behind a nested map', 'm:\n  a:\n    b: 1\nn: 2\n', 'm:\n  a:\n    b: 1\n  k: v\nn: 2\n'],
  ['a file without a last line break', 'm:\n  a: 1', 'm:\n  a: 1\n  k: v'],
  ['a file with CRLF', 'm:\r\n  a: 1\r\n', 'm:\r\n  a: 1\r\n  k: v\r\n'],
  ['flow style', 'm: { a: 1 }\n', 'm: { a: 1, k: v }\n'],
  ['JSON on several lines', '{\n\t"m": {\n\t\t"a": 1\n\t}\n}\n', '{\n\t"m": {\n\t\t"a": 1,\n\t\t"k": "v"\n\t}\n}\n'],
  ['JSON on one line', '{"m":{"a":1}}', '{"m":{"a":1, "k": "v"}}'],
  ['JSON over a null', '{"m":{"k":null}}', '{"m":{"k":"v"}}'],
];
for (const [what, before, after] of puts) {
  test(`put: a new key in ${what}`, () => assert.equal(put(before, 'v'), after));
}

test('put: text that would read as something else gets quotes, also over a plain word', () => {
  assert.equal(put('m: {a: 1}\n', 'off'), 'm: {a: 1, k: "off"}\n');
  assert.equal(put('m:\n  k: on # x\n', 'off'), 'm:\n  k: "off" # x\n');
  assert.equal(put('m:\n', 'v'), 'the map around it is missing or empty');
});

function put(text: string, value: string): string {
  const source = readTree(text);
  assert.ok(source.kind === 'tree');
  const document = source.root.children[0]?.step ?? '';
  const result = applyEdits(source, [{ kind: 'put', steps: [document, '.m', '.k'], value, isText: true }], null);
  return result.kind === 'patched' ? result.text : result.refusals.map(({ because }) => because).join();
}

test('what was removed is copied back to its place, byte for byte', () => {
  for (const path of ['spec.containers[name=proxy]', 'spec.data.text', 'spec.data.last']) {
    const without = patched(SERVICE, [remove(path)]);
    assert.equal(patched(without, [copy(path)], SERVICE), SERVICE, path);
  }
});

test('several insertions at one place keep the order of the donor', () => {
  const donor = 'a: 1\nb: 2\nc: 3\nd: 4\n';
  assert.equal(patched('a: 1\nd: 4\n', [copy('b'), copy('c')], donor), donor);
  assert.equal(patched('d: 4\n', [copy('a'), copy('b'), copy('c')], donor), donor);
  assert.equal(patched('a: 1', [copy('b')], donor), 'a: 1\nb: 2\n');
});

test('copied lines get the line breaks of the file they come to', () => {
  assert.equal(patched('a: 1\r\n', [copy('b')], 'a: 1\nb:\n  c: 2\n'), 'a: 1\r\nb:\r\n  c: 2\r\n');
});

test('a block text is replaced as a whole', () => {
  assert.equal(patched(SERVICE, [copy('spec.data.text')], SERVICE.replace('one', 'un')), SERVICE.replace('one', 'un'));
  assert.match(refusal(SERVICE, [set('spec.data.text', 'x')]), /spans several lines/);
});

test('a copied number stays a number, whatever quotes stand there now', () => {
  assert.equal(patched('a: "2"\n', [copy('a')], 'a: 1\n'), 'a: 1\n');
  assert.equal(patched('a: 2\n', [copy('a')], 'a: "1"\n'), 'a: "1"\n');
  assert.equal(patched("a: 'v2'\n", [copy('a')], 'a: "v1"\n'), "a: 'v1'\n");
});

const refusals: readonly (readonly [string, string, Change, string | undefined, RegExp])[] = [
  [
    'an alias',
    'a: &x 1\nb: *x\n',
    set('b', '2'),
    undefined,
    /b: it is the alias \*x: edit the value where it is defined/,
  ],
  ['an alias as donor', 'a: &x 1\nb: 2\n', copy('b'), 'a: &x 1\nb: *x\n', /there it is the alias/],
  ['a key behind a merge key', 'a: &x {c: 1}\nb:\n  <<: *x\n', set('b.c', '2'), undefined, /no such key/],
  ['an unknown key', 'a: 1\n', set('b', '2'), undefined, /b: there is no such key/],
  ['a whole map as a value', 'a:\n  b: 1\n', set('a', '2'), undefined, /not a single value/],
  ['inserting into flow style', 'a: {b: 1}\n', copy('a.c'), 'a: {b: 1, c: 2}\n', /flow style/],
  ['removing beside a comment in flow style', 'a: {b: 1, # x\n  c: 2}\n', remove('a.c'), undefined, /comment stands/],
  [
    'removing the first key behind a dash',
    '- name: a\n  b: 1\n',
    remove('[name=a].name'),
    undefined,
    /lines of its own/,
  ],
  ['other indentation', 'a:\n    b: 1\n', copy('a.c'), 'a:\n  b: 1\n  c: 2\n', /indented differently/],
  ['a template', 'a: {{ .Values.a }}\n', set('a', '1'), undefined, /template/],
  ['broken YAML', 'a: [1\n', set('a', '1'), undefined, /not valid YAML/],
];
for (const [what, text, change, donor, because] of refusals) {
  test(`refused, with the reason: ${what}`, () => assert.match(refusal(text, [change], donor), because));
}

test('one refused change refuses all of them', () => {
  assert.match(refusal('a: 1\nb: *x\n', [set('a', '2')]), /anchor that is not defined/);
  assert.match(refusal('a: &x 1\nb: *x\n', [set('a', '2'), set('b', '2')]), /^b: /);
});

test('setting any value is read back as that value, and every other byte stays', () => {
  const scalars = scalarsOf(SERVICE);
  assert.ok(scalars.kind === 'scalars');
  const places = scalars.scalars.filter(({ style, path }) => style !== 'block' && !path.endsWith('.name'));
  const value = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.constantFrom(
      'yes',
      '1e3',
      '~',
      '- x',
      'a: b',
      '#',
      '*a',
      '&a',
      '!t',
      '%',
      '@',
      '{}',
      ' ',
      "'",
      '"',
      '0x1',
      '12:30',
      '---',
      'é',
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...places), value, (place, wanted) => {
      fc.pre(!/[\r\n]/.test(wanted));
      const after = patched(SERVICE, [set(place.path, wanted)]);
      const read = scalarsOf(after);
      assert.ok(read.kind === 'scalars');
      assert.equal(read.scalars.find(({ path }) => path === place.path)?.value, wanted);
      assert.ok(
        after.startsWith(SERVICE.slice(0, place.range.start)) && after.endsWith(SERVICE.slice(place.range.end)),
      );
    }),
    { seed: 3, numRuns: 400 },
  );
});
