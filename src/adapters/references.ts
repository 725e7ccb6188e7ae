/** The reference samples of a gate, read before its first look. Shared by the shells; only where the text comes from differs. */
import { RollbackError } from '../errors.ts';
import { uncertainty } from '../judge/question.ts';
import type { References } from '../judge/rules.ts';
import { sharesOf } from '../judge/shares.ts';
import { referenceSize, type ReferenceSample } from '../measure/reference.ts';
import { passCondition } from '../playbook/provable.ts';
import type { Gate, Trigger } from '../playbook/schema.ts';
import { readReference } from './reference-file.ts';

/** True when the gate needs files besides the playbook. */
export function namesReferences(gate: Pick<Gate, 'triggers'>): boolean {
  return gate.triggers.some((trigger) => trigger.reference !== undefined);
}

/**
 * Reads every file once. `read` gives the text of a path from the top of the repository, null where there is none.
 * Throws playbook-invalid with every fault of every file at once.
 */
export async function loadReferences(gate: Gate, read: (path: string) => Promise<string | null>): Promise<References> {
  const texts = new Map<string, Promise<string | null>>();
  const shares = sharesOf(gate.triggers);
  const found = new Map<string, ReferenceSample>();
  const faults: string[] = [];
  for (const [i, trigger] of gate.triggers.entries()) {
    if (trigger.reference === undefined) continue;
    const { file, column, exact } = trigger.reference;
    const pending = texts.get(file) ?? read(file);
    texts.set(file, pending);
    const text = await pending;
    const complain = (fault: string) => faults.push(`trigger '${trigger.name}': the reference ${file} ${fault}`);
    if (text === null) {
      complain('is not there: it must be on the default branch, at this path from the top of the repository');
      continue;
    }
    const sample = readReference(text, file, column ?? null);
    if (sample.kind === 'faults') {
      sample.faults.forEach(complain);
      continue;
    }
    const part = shares[i]?.part ?? 0;
    const room = exact ? null : noRoom(trigger, sample.reference, gate['false-alarm'] * (part > 0 ? part : 1));
    if (room !== null) complain(room);
    found.set(trigger.name, sample.reference);
  }
  if (faults.length > 0) throw new RollbackError('playbook-invalid', faults.join('\n'));
  return found;
}

/** Edges of a pass stand about 2 % of the reference apart; closer distances cannot be told. */
const CELL = 0.02;

/** A sample whose own noise is as large as the limit could never let a release pass. */
function noRoom(trigger: Trigger, reference: ReferenceSample, falseAlarm: number): string | null {
  const kappa = Math.min(...passCondition(trigger).limits.map((limit) => limit.plus));
  const size = referenceSize(reference);
  const { pad } = uncertainty({ falseAlarm, falsePass: 1 }, reference, false);
  const room = Math.max(kappa - CELL, kappa / 2);
  if (pad < room) return null;
  const needed = Math.ceil(size * (pad / room) ** 2) + 1;
  return `has ${size} values: its own noise of ${pad.toFixed(3)} leaves no room under ks ${kappa}, so nothing could pass; give at least ${needed} values (four times as many are comfortable), or write exact: true if the file is the target itself`;
}
