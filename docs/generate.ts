/** Rewrites what is generated from the code: `node docs/generate.ts`. A test fails when it would change anything. */
import { readFileSync, writeFileSync } from 'node:fs';
import { commandTable } from '../src/chatops/commands.ts';
import { jsonSchema, referenceTable } from '../src/playbook/document.ts';
import { pages } from './pages.ts';

export interface Generated {
  /** From the top of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every generated file as it should be. Text outside the markers is written by hand and kept. */
export function generated(): readonly Generated[] {
  const guide = readFileSync(fileAt('docs/playbook.md'), 'utf8');
  const tables = between(between(guide, 'reference', referenceTable()), 'commands', commandTable());
  return [
    { path: 'playbook.schema.json', text: `${JSON.stringify(jsonSchema(), null, 2)}\n` },
    { path: 'docs/playbook.md', text: tables },
    ...pages(),
  ];
}

/** The text with new content between `<!-- name:begin -->` and `<!-- name:end -->`. */
function between(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/playbook.md needs ${begin} before ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

function fileAt(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}

if (import.meta.main) {
  for (const { path, text } of generated()) writeFileSync(fileAt(path), text);
}
