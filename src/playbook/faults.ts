import { RollbackError } from '../errors.ts';

/** One thing that is wrong with a playbook: where, what, with which value, and what to do about it. */
export interface Fault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** `services.rec.environments.prod.gate.poll`; empty: the file as a whole. */
  readonly path: string;
  /** What is wrong, to be read after the key: "needs one number with its unit". */
  readonly message: string;
  /** The source text, short; null where there is none, or where it may be a secret. */
  readonly value: string | null;
  /** What to do, as an order or a question: "write 15s", "did you mean 'poll'?". */
  readonly cure: string;
}

/** `lastgood.yml:14:7 'poll' needs one number with its unit (got '15'). Write 15s.` - always one line. */
export function formatFault(fault: Fault): string {
  const key = fault.path.split('.').at(-1) ?? '';
  const about = key === '' ? '' : ` '${oneLine(key)}'`;
  const got = fault.value === null ? '' : ` (got '${oneLine(fault.value)}')`;
  const cure = `${fault.cure.slice(0, 1).toUpperCase()}${fault.cure.slice(1)}`;
  const end = /[.?!]$/.test(cure) ? '' : '.';
  return `${oneLine(fault.file)}:${fault.line}:${fault.column}${about} ${oneLine(fault.message)}${got}. ${oneLine(cure)}${end}`;
}

/** All faults of one file as the error that stops whoever needed it. `hint`: left out, that of a playbook. */
export function playbookError(faults: readonly Fault[], hint?: string): RollbackError {
  const lines = faults.slice(0, 50).map(formatFault);
  const head =
    faults.length === 1 ? '' : `${faults.length} faults in ${hint === undefined ? 'the playbook' : 'the file'}:\n`;
  const more = faults.length > lines.length ? `\n... and ${faults.length - lines.length} more` : '';
  return new RollbackError('playbook-invalid', `${head}${lines.join('\n')}${more}`, hint === undefined ? {} : { hint });
}

/** Top to bottom, the same key, place and sentence only once (an anchor that is used twice is wrong once). */
export function inOrder(faults: readonly Fault[]): readonly Fault[] {
  const unique = new Map(
    faults.map((fault) => [
      `${fault.line}:${fault.column} ${fault.path.split('.').at(-1) ?? ''} ${fault.message}`,
      fault,
    ]),
  );
  return [...unique.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}

const privateKeys = /^(auth|bearer|basic|headers|token|password|secret|authorization)$/i;

/** The source text as a message may show it: short, and null under keys that might hold a secret. */
export function shownValue(path: readonly (string | number)[], source: string | null): string | null {
  if (source === null || path.some((part) => typeof part === 'string' && privateKeys.test(part))) return null;
  // Whoever writes the address of a webhook where its variable belongs has written a secret.
  if (path.includes('notify') && path.includes('to')) return null;
  const clean = source.replace(/\/\/[^/\s]*@/g, '//(hidden)@');
  return clean.length > 80 ? `${clean.slice(0, 77)}...` : clean;
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}
