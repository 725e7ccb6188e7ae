/** The hand-written pages of the repository, for the tests that hold them against the code. */
import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

export function textOf(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

export function namesIn(folder: string): readonly string[] {
  return readdirSync(new URL(folder, root)).sort();
}

/** Every Markdown page that people read, from the top of the repository. */
export function pagePaths(): readonly string[] {
  const under = (folder: string): string[] =>
    namesIn(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`);
  return [
    'README.md',
    'CONTEXT.md',
    ...under('docs'),
    ...under('docs/decisions'),
    'bench/README.md',
    'test/scenarios/README.md',
  ];
}

/** The fenced blocks of one language, in order. */
export function blocksOf(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1] ?? '');
}

/** What one expression finds in a text: the first group of each match, each once, sorted. */
export function foundIn(text: string, expression: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(expression)].map((match) => match[1] ?? ''))].sort();
}
