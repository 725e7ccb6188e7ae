import { readFile } from 'node:fs/promises';
import { readPromql } from '../src/adapters/promql.ts';
import { RollbackError } from '../src/errors.ts';
import { playbookError } from '../src/playbook/faults.ts';
import { parsePlaybook } from '../src/playbook/parse.ts';
import type { Playbook } from '../src/playbook/schema.ts';

export const PLACES = ['lastgood.yml', '.github/lastgood.yml'] as const;

/** The named file, else the playbook of the folder. Throws playbook-missing. */
export async function readPlaybookFile(path: string | null): Promise<{ path: string; text: string }> {
  for (const candidate of path === null ? PLACES : [path]) {
    const text = await readFile(candidate, 'utf8').catch(() => null);
    if (text !== null) return { path: candidate, text };
  }
  throw new RollbackError('playbook-missing', `There is no ${path ?? PLACES.join(' or ')} here`, {
    hint: 'Name the file, or go to the folder that has it.',
  });
}

export async function loadPlaybook(path: string | null): Promise<Playbook> {
  const file = await readPlaybookFile(path);
  const parsed = parsePlaybook(file.text, file.path, { promql: readPromql });
  if (!parsed.ok) throw playbookError(parsed.faults);
  return parsed.playbook;
}
