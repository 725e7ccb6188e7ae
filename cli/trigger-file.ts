import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';
import { RollbackError, messageOf } from '../src/errors.ts';
import { expandGate } from '../src/playbook/expand.ts';
import { isMapping } from '../src/playbook/mapping.ts';
import { gateSchema } from '../src/playbook/schema-gate.ts';
import { triggerSchema } from '../src/playbook/schema-trigger.ts';
import type { JudgeBy } from './judge.ts';

/** One trigger, a list of triggers, or a whole gate, written as in a playbook. Throws playbook-invalid with every fault. */
export async function readTriggerFile(path: string): Promise<JudgeBy> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new RollbackError('input-invalid', `--trigger ${path} cannot be read`, {
      hint: 'Name a file with one trigger, a list of triggers or a gate, written as in a playbook.',
    });
  });
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw new RollbackError('playbook-invalid', `${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const gate = isMapping(value) && ('triggers' in value || 'preset' in value) ? expandGate(value) : null;
  const [strange] = gate?.faults ?? [];
  if (strange !== undefined)
    throw new RollbackError(
      'playbook-invalid',
      `${path}: ${strange.path.join('.')}: ${strange.message}; ${strange.cure}`,
    );
  const read = Array.isArray(value)
    ? z.array(triggerSchema).min(1).safeParse(value)
    : gate !== null
      ? gateSchema.safeParse(gate.data)
      : triggerSchema.safeParse(value);
  if (read.success) return read.data;
  const faults = read.error.issues.map(
    (issue) => `${path}: ${issue.path.map(String).join('.') || 'trigger'}: ${issue.message}`,
  );
  throw new RollbackError('playbook-invalid', faults.join('\n'));
}
