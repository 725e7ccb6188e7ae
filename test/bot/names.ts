import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Environment variables that docs/install.md lists: what an operator can know of. */
export function documentedVariables(): ReadonlySet<string> {
  const text = readFileSync(fileURLToPath(new URL('../../docs/install.md', import.meta.url)), 'utf8');
  return new Set(Array.from(text.matchAll(/`([A-Z][A-Z_]{3,})`/g), (match) => match[1] ?? ''));
}
