import { access, constants, readFile } from 'node:fs/promises';
import type { Verdict } from '../src/judge/verdict.ts';
import { RollbackError } from '../src/errors.ts';

/** What every command gets: its words, its options, and where to say things. */
export interface Call {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard output: the answer. With --json exactly one JSON document (judge: JSON Lines). */
  readonly print: (text: string) => void;
  /** Standard error: progress, only when a person watches. */
  readonly progress: (text: string) => void;
  readonly json: boolean;
}

/** 0: yes. 1: the answer is no (faults, a failed gate, a broken ledger, not recovered). 2: asked wrongly. 3: the world did not answer. */
export type ExitCode = 0 | 1 | 2 | 3;

export interface Command {
  /** What it takes, without what is rarely needed. */
  readonly usage: string;
  readonly does: string;
  /** The words it takes after its name; where the last one ends in `...`, any number. */
  readonly words: readonly string[];
  /** Options with a value, and what stands for the value in the usage. Any other option is refused. */
  readonly values: Readonly<Record<string, string>>;
  /** Options without a value. */
  readonly switches: readonly string[];
  /** Groups of options of which one at most may be given: they name different things to read. */
  readonly apart?: readonly (readonly string[])[];
  readonly run: (call: Call) => Promise<ExitCode>;
}

/** The options that name a service and an environment of it: of the playbook at hand, or of a repository on GitHub. */
export const TARGET = { service: 'S', environment: 'E' } as const;
export const OF_PLAYBOOK = { ...TARGET, playbook: 'F' } as const;
export const REMOTE = { ...TARGET, repo: 'R' } as const;

export function answer(call: Call, value: unknown, text: () => string): void {
  call.print(call.json ? JSON.stringify(value, null, 2) : text());
}

export function option(call: Call, name: string): string | null {
  const value = call.options[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function needed(call: Call, name: string, example: string): string {
  const value = option(call, name);
  if (value === null)
    throw new RollbackError('input-invalid', `--${name} is missing`, { hint: `Give it, such as --${name} ${example}` });
  return value;
}

/** Of a gate: 0 pass, 3 a source is broken, 1 anything else. As in the Action, a broken source is no word about the release. */
export function exitCodeOfVerdict({ status }: Pick<Verdict, 'status'>): ExitCode {
  return status === 'pass' ? 0 : status === 'error' ? 3 : 1;
}

/** Text of a file that somebody named; `what`: the option, or what the file is. Throws input-invalid. */
export async function textOf(
  path: string,
  { what, hint }: { readonly what: string; readonly hint: string },
): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new RollbackError('input-invalid', `${what} ${path} ${whyUnread(cause)}`, { cause, hint });
  });
}

export const NO_FILE = 'does not exist';

/** Before work that ends in writing: throws input-invalid where this file or folder may not be written. */
export async function refuseUnwritable(path: string): Promise<void> {
  await access(path, constants.W_OK).catch((cause: unknown) => {
    throw new RollbackError('input-invalid', `${path} cannot be written`, {
      cause,
      hint: 'Run it where you may write, or leave --write out and copy what is shown.',
    });
  });
}

/** Why a file could not be read, in words that follow its name. */
export function whyUnread(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT' || code === 'ENOTDIR') return NO_FILE;
  if (code === 'EISDIR') return 'is a folder, not a file';
  return code === 'EACCES' || code === 'EPERM' ? 'may not be read' : 'cannot be read';
}

/** Which exit code an error stands for. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof RollbackError)) return 3;
  switch (error.code) {
    case 'playbook-invalid':
    case 'ledger-broken':
    case 'revert-conflict':
    case 'no-last-good':
    case 'nothing-to-revert':
      return 1;
    case 'input-invalid':
    case 'playbook-missing':
    case 'unknown-service':
    case 'unknown-environment':
    case 'not-allowed':
    case 'source-query-invalid':
      return 2;
    case 'github-unauthorized':
    case 'github-forbidden':
    case 'github-conflict':
    case 'github-unavailable':
    case 'argocd-unauthorized':
    case 'argocd-unknown-application':
    case 'argocd-unavailable':
    case 'source-unauthorized':
    case 'source-unavailable':
    case 'queue-unavailable':
    case 'internal':
      return 3;
  }
}
