import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { loadReferences } from '../src/adapters/references.ts';
import type { References } from '../src/judge/rules.ts';
import type { Gate } from '../src/playbook/schema.ts';

/** The reference files of a gate from the checkout that the playbook stands in. Throws playbook-invalid with every fault. */
export function localReferences(gate: Gate, playbook: string): Promise<References> {
  const folder = dirname(playbook);
  const top = basename(folder) === '.github' ? dirname(folder) : folder;
  return loadReferences(gate, (path) => readFile(join(top, path), 'utf8').catch(() => null));
}
