import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

/** The dependency rule of docs/architecture.md, read off the real imports by the compiler's own parser. */
const ROOT = join(import.meta.dirname, '../..');
const SHELLS = ['action', 'bot', 'cli'];
const PURE = [
  'playbook',
  'measure',
  'judge',
  'plan',
  'manifests',
  'registries',
  'chatops',
  'report',
  'ledger',
  'migrations',
  'survey',
];

interface Import {
  /** File from the top of the repository. */
  readonly file: string;
  readonly line: number;
  /** Package, or file from the top of the repository. */
  readonly of: string;
  /** False where the compiler removes it: it carries types only. */
  readonly value: boolean;
}

const files = [...SHELLS, 'src']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'));
const trees = new Map(
  files.map((file) => [
    file,
    ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest),
  ]),
);
const imports = [...trees].flatMap(([file, tree]) => importsOf(file, tree));

function importsOf(file: string, tree: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const note = (at: ts.Node, of: ts.Expression | undefined, value: boolean): void => {
    if (!of || !ts.isStringLiteral(of)) return;
    const name = of.text.startsWith('.') ? normalize(join(dirname(file), of.text)) : of.text;
    found.push({ file, line: tree.getLineAndCharacterOfPosition(at.getStart(tree)).line + 1, of: name, value });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) note(node, node.moduleSpecifier, carriesValue(node.importClause));
    else if (ts.isExportDeclaration(node)) note(node, node.moduleSpecifier, !node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      note(node, node.arguments[0], true);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function carriesValue(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return true;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return false;
  const bindings = clause.namedBindings;
  if (clause.name || !bindings || ts.isNamespaceImport(bindings)) return true;
  return bindings.elements.some((element) => !element.isTypeOnly);
}

/** `src/judge/ks.ts` is in `judge`, `bot/app.ts` in `bot`, `src/errors.ts` in no folder. */
function folderOf(file: string): string {
  const parts = file.split('/');
  if (parts[0] !== 'src') return parts[0] ?? '';
  return parts.length > 2 ? (parts[1] ?? '') : '';
}

function told(offenders: readonly Import[]): string[] {
  return offenders.map(({ file, line, of }) => `${file}:${line} imports ${of}`);
}

const isOurs = (of: string) => of.startsWith('src/') || SHELLS.some((shell) => of.startsWith(`${shell}/`));

test('the rule reads something: hundreds of imports, in every folder', () => {
  assert.ok(imports.length > 300, String(imports.length));
  const folders = new Set(imports.map(({ file }) => folderOf(file)));
  for (const folder of [...SHELLS, ...PURE, 'control', 'adapters', 'world']) assert.ok(folders.has(folder), folder);
});

test('adapters are imported by the shells, which wire them, and by nobody else', () => {
  const allowed = new Set([...SHELLS, 'adapters']);
  const offenders = imports.filter(
    ({ file, of, value }) => value && of.startsWith('src/adapters/') && !allowed.has(folderOf(file)),
  );
  assert.deepEqual(told(offenders), []);
});

test('the world is imported by the command line and the tests, and by nobody else', () => {
  const allowed = new Set(['cli', 'world']);
  const offenders = imports.filter(({ file, of }) => of.startsWith('src/world/') && !allowed.has(folderOf(file)));
  assert.deepEqual(told(offenders), []);
});

test('nothing in src imports a shell, and no shell imports another', () => {
  const offenders = imports.filter(
    ({ file, of }) => SHELLS.includes(folderOf(of)) && isOurs(of) && folderOf(file) !== folderOf(of),
  );
  assert.deepEqual(told(offenders), []);
});

test('pure folders import nothing of the outside: no Node, no Octokit, no Actions, no Probot', () => {
  const offenders = imports.filter(
    ({ file, of, value }) => PURE.includes(folderOf(file)) && value && !isOurs(of) && !['zod', 'yaml'].includes(of),
  );
  assert.deepEqual(told(offenders), []);
});

test('pure folders import values only from each other and from the table of errors', () => {
  const offenders = imports.filter(
    ({ file, of, value }) =>
      PURE.includes(folderOf(file)) && value && isOurs(of) && !PURE.includes(folderOf(of)) && of !== 'src/errors.ts',
  );
  assert.deepEqual(told(offenders), []);
});

test('yaml is read in playbook, plan, manifests and migrations only', () => {
  const readers = ['playbook', 'plan', 'manifests', 'migrations'];
  const offenders = imports.filter(
    ({ file, of, value }) =>
      of === 'yaml' &&
      value &&
      file.startsWith('src/') &&
      !readers.includes(folderOf(file)) &&
      folderOf(file) !== 'world',
  );
  assert.deepEqual(told(offenders), []);
});

test('control reaches the world through its doors only', () => {
  const offenders = imports.filter(({ file, of, value }) => folderOf(file) === 'control' && value && !isOurs(of));
  assert.deepEqual(told(offenders), []);
});

/** What a pure function may not touch: the clock, chance, the environment, a log, the network, the page. */
const IMPURE: readonly (readonly [string, (node: ts.Node) => boolean])[] = [
  ['Date.now', (node) => isMember(node, 'Date', 'now')],
  [
    'new Date() without a time',
    (node) => ts.isNewExpression(node) && isName(node.expression, 'Date') && (node.arguments?.length ?? 0) === 0,
  ],
  ['Date()', (node) => ts.isCallExpression(node) && isName(node.expression, 'Date')],
  ['performance.now', (node) => isMember(node, 'performance', 'now')],
  ['Math.random', (node) => isMember(node, 'Math', 'random')],
  ['process', (node) => ts.isPropertyAccessExpression(node) && isName(node.expression, 'process')],
  ['console', (node) => ts.isPropertyAccessExpression(node) && isName(node.expression, 'console')],
  ['crypto', (node) => ts.isPropertyAccessExpression(node) && isName(node.expression, 'crypto')],
  ['globalThis', (node) => isName(node, 'globalThis')],
  [
    'a timer or the network',
    (node) =>
      ts.isCallExpression(node) &&
      ['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].some((name) =>
        isName(node.expression, name),
      ),
  ],
];

function isName(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

function isMember(node: ts.Node, object: string, member: string): boolean {
  return ts.isPropertyAccessExpression(node) && isName(node.expression, object) && node.name.text === member;
}

function impurities(file: string, tree: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    for (const [name, is] of IMPURE)
      if (is(node)) found.push(`${file}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1} ${name}`);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

test('pure folders know no clock, no chance, no environment and no log', () => {
  const offenders = [...trees]
    .filter(([file]) => PURE.includes(folderOf(file)))
    .flatMap(([file, tree]) => impurities(file, tree));
  assert.deepEqual(offenders, []);
});

test('the search for impurity finds each of them, and does not take a time that is given for the clock', () => {
  const impure = (code: string) =>
    impurities('x.ts', ts.createSourceFile('x.ts', code, ts.ScriptTarget.Latest)).length > 0;
  for (const code of [
    'Date.now()',
    'new Date()',
    'new Date',
    'Math.random()',
    'process.env.X',
    'console.log(1)',
    'globalThis.x',
    'fetch("x")',
    'setTimeout(() => 1)',
    'crypto.randomUUID()',
    'performance.now()',
  ])
    assert.equal(impure(code), true, code);
  for (const code of ['new Date(0)', 'Date.parse("x")', 'Math.max(1)', 'clock.now()', '"process.env"', '// Date.now()'])
    assert.equal(impure(code), false, code);
});

test('no folder depends on itself through others', () => {
  const arrows = new Map<string, Map<string, string>>();
  for (const { file, line, of, value } of imports) {
    const [from, to] = [folderOf(file), folderOf(of)];
    if (!value || !isOurs(of) || from === '' || to === '' || from === to) continue;
    const known = arrows.get(from) ?? new Map<string, string>();
    arrows.set(from, known.set(to, known.get(to) ?? `${file}:${line} -> ${of}`));
  }
  assert.deepEqual(cyclesOf(arrows), []);
});

/** Each cycle once, as the imports that make it. */
function cyclesOf(arrows: ReadonlyMap<string, ReadonlyMap<string, string>>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (folder: string, path: readonly string[]): void => {
    const at = path.indexOf(folder);
    if (at >= 0) {
      const circle = [...path.slice(at), folder];
      cycles.push(
        circle
          .slice(1)
          .map((to, i) => arrows.get(circle[i] ?? '')?.get(to) ?? '')
          .join('; '),
      );
      return;
    }
    if (done.has(folder)) return;
    for (const to of arrows.get(folder)?.keys() ?? []) walk(to, [...path, folder]);
    done.add(folder);
  };
  for (const folder of arrows.keys()) walk(folder, []);
  return cycles;
}

test('the search for cycles finds one', () => {
  const circle = new Map([
    ['a', new Map([['b', 'a to b']])],
    ['b', new Map([['c', 'b to c']])],
    ['c', new Map([['a', 'c to a']])],
  ]);
  assert.deepEqual(cyclesOf(circle), ['a to b; b to c; c to a']);
});
