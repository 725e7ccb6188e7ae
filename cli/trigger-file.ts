import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';
import { RollbackError } from '../src/errors.ts';
import { gateSchema } from '../src/playbook/schema-gate.ts';
import { triggerSchema } from '../src/playbook/schema-trigger.ts';
import type { JudgeBy } from './judge.ts';

/** One trigger, a list of triggers, or a whole gate, written as in a playbook. Throws playbook-invalid with every fault. */
export async function readTriggerFile(path: string): Promise<JudgeBy> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new RollbackError('playbook-missing', `${path} cannot be read`);
  });
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw new RollbackError('playbook-invalid', `${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const isGate = typeof value === 'object' && value !== null && 'triggers' in value;
  const read = Array.isArray(value)
    ? z.array(triggerSchema).min(1).safeParse(value)
    : isGate
      ? gateSchema.safeParse(value)
      : triggerSchema.safeParse(value);
  if (read.success) return read.data;
  const faults = read.error.issues.map(
    (issue) => `${path}: ${issue.path.map(String).join('.') || 'trigger'}: ${issue.message}`,
  );
  throw new RollbackError('playbook-invalid', faults.join('\n'));
}
