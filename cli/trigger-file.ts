import { playbookError } from '../src/playbook/faults.ts';
import { parseTriggers } from '../src/playbook/parse-triggers.ts';
import type { JudgeBy } from './judge.ts';
import { textOf } from './terminal.ts';

/** One trigger, a list of triggers, or a whole gate, written as in a playbook. Throws playbook-invalid with every fault. */
export async function readTriggerFile(path: string): Promise<JudgeBy> {
  const text = await textOf(path, {
    what: '--trigger',
    hint: 'Name a file with one trigger, a list of triggers or a gate, written as in a playbook.',
  });
  const parsed = parseTriggers(text, path);
  if (!parsed.ok) throw playbookError(parsed.faults, 'Write it as in a playbook; docs/playbook.md explains every key.');
  return parsed.by;
}
