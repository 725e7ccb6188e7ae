/** Rewrites what is generated from the code: `node docs/generate.ts`. A test fails when it would change anything. */
import { readFileSync, writeFileSync } from 'node:fs';
import { commandTable } from '../src/chatops/commands.ts';
import { jsonSchema, referenceTable } from '../src/playbook/document.ts';
import { between } from './markers.ts';
import { pages } from './pages.ts';

export interface Generated {
  /** From the top of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every generated file as it should be. Text outside the markers is written by hand and kept. */
export function generated(): readonly Generated[] {
  const path = 'docs/playbook.md';
  const guide = readFileSync(fileAt(path), 'utf8');
  const withKeys = between({ path, text: guide }, 'reference', referenceTable());
  const tables = between({ path, text: withKeys }, 'commands', commandTable());
  return [
    { path: 'playbook.schema.json', text: `${JSON.stringify(jsonSchema(), null, 2)}\n` },
    { path, text: tables },
    ...pages(),
  ];
}

function fileAt(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}

if (import.meta.main) {
  for (const { path, text } of generated()) writeFileSync(fileAt(path), text);
}
