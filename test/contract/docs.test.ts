import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generated } from '../../docs/generate.ts';
import { LABELS } from '../../src/plan/identity.ts';
import { ERRORS } from '../../src/errors.ts';
import { foundIn, namesIn, textOf } from './pages.ts';

const operate = textOf('docs/operate.md');
const install = textOf('docs/install.md');

for (const { path, text } of generated()) {
  test(`${path} is what npm run docs writes`, () => {
    assert.equal(textOf(path), text);
  });
}

/** The words of one closed set in the source of a type. */
function membersOf(path: string, type: string): readonly string[] {
  const body = new RegExp(`export type ${type} =([^;]+);`).exec(textOf(path))?.[1] ?? '';
  return foundIn(body, /'([a-z-]+)'/g);
}

/** The first column of the table under a heading. */
function rowsUnder(page: string, heading: string): readonly string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return foundIn(section, /^\| `([a-z-]+)`/gm);
}

test('operate.md explains every trouble and every wait, and no other', () => {
  assert.deepEqual(rowsUnder(operate, 'When it calls a person'), membersOf('src/control/step.ts', 'Trouble'));
  assert.deepEqual(rowsUnder(operate, 'What lastgood waits for'), membersOf('src/control/step.ts', 'WaitFor'));
});

test('operate.md has every label and every error code', () => {
  for (const label of Object.values(LABELS)) assert.ok(operate.includes(`\`${label}\``), label);
  assert.deepEqual(rowsUnder(operate, 'Errors'), Object.keys(ERRORS).sort());
});

test('install.md lists every environment variable that the bot reads', () => {
  const read = foundIn(textOf('bot/config.ts') + textOf('src/adapters/github/client.ts'), /\benv\['([A-Z_]+)'\]/g);
  assert.ok(read.length > 5);
  for (const name of read) assert.ok(install.includes(`\`${name}\``), name);
});

interface Manifest {
  readonly default_permissions: Readonly<Record<string, string>>;
  readonly default_events: readonly string[];
}

test('the App asks for the events that the bot handles, and for the permissions that install.md argues for', () => {
  const manifest = JSON.parse(textOf('.github/app-manifest.json')) as Manifest;
  const handled = [...textOf('bot/app.ts').matchAll(/app\.on\(\s*(\[[^\]]+\]|'[^']+')/g)].flatMap(([, names = '']) =>
    foundIn(names, /'([a-z_]+)/g),
  );
  assert.deepEqual([...manifest.default_events].sort(), [...new Set(handled)].sort());
  for (const event of manifest.default_events) assert.ok(install.includes(`\`${event}\``), event);
  const argued = [...install.matchAll(/^\| `([a-z_]+)` +\| (read|write) +\|/gm)].map(([, name, level]) => [
    name,
    level,
  ]);
  assert.deepEqual(argued, Object.entries(manifest.default_permissions));
});

test('ledger.md has every field and every kind of line', () => {
  const ledger = textOf('docs/ledger.md');
  for (const kind of membersOf('src/ledger/entry.ts', 'EntryKind')) assert.ok(ledger.includes(`\`${kind}\``), kind);
  const fields = foundIn(textOf('src/ledger/entry.ts'), /^ {2}readonly (\w+):/gm);
  assert.ok(fields.length > 10);
  for (const field of fields) assert.ok(ledger.includes(`\`${field}\``), field);
});

test('architecture.md has a row for every folder of the source, and no other', () => {
  const folders = namesIn('src').filter((name) => !name.includes('.'));
  assert.deepEqual(rowsOfFolders(), [...folders.map((name) => `src/${name}`), 'action', 'bot', 'cli'].sort());
});

function rowsOfFolders(): readonly string[] {
  return foundIn(textOf('docs/architecture.md'), /^\| `((?:src\/)?[a-z]+)`/gm);
}

test('a decision is a title and a few lines', () => {
  for (const [i, name] of namesIn('docs/decisions').entries()) {
    const text = textOf(`docs/decisions/${name}`);
    assert.match(name, new RegExp(`^${String(i + 1).padStart(4, '0')}-[a-z-]+\\.md$`));
    assert.match(text, new RegExp(`^# ${i + 1}\\. `));
    assert.ok(text.trimEnd().split('\n').length <= 10, name);
  }
});

test('the glossary says each word once', () => {
  const [, glossary = ''] = textOf('CONTEXT.md').split(/^## /m);
  const terms = [...glossary.matchAll(/^\*\*(.+?)\*\*/gm)].map(([, term]) => term);
  assert.ok(terms.length > 40);
  assert.deepEqual(terms, [...new Set(terms)]);
});
