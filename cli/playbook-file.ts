import { readFile } from 'node:fs/promises';
import { readPromql } from '../src/adapters/promql.ts';
import { RollbackError } from '../src/errors.ts';
import { playbookError } from '../src/playbook/faults.ts';
import { parsePlaybook } from '../src/playbook/parse.ts';
import type { Playbook } from '../src/playbook/schema.ts';
import { NO_FILE, whyUnread } from './terminal.ts';

export const PLACES = ['lastgood.yml', '.github/lastgood.yml'] as const;

/** The named file, else the playbook of the folder. Throws playbook-missing. */
export async function readPlaybookFile(path: string | null): Promise<{ path: string; text: string }> {
  for (const candidate of path === null ? PLACES : [path]) {
    try {
      return { path: candidate, text: await readFile(candidate, 'utf8') };
    } catch (cause) {
      const why = whyUnread(cause);
      if (why !== NO_FILE)
        throw new RollbackError('playbook-missing', `${candidate} ${why}`, {
          hint: 'Name the file of a playbook.',
          cause,
        });
    }
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
