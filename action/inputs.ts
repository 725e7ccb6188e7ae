/** The public contract of the Action. The only file that reads inputs or writes outputs; a test holds it against action.yml. */
import * as core from '@actions/core';
import { RollbackError } from '../src/errors.ts';

interface InputRow {
  readonly name: string;
  /** As in action.yml; null: none. */
  readonly default: string | null;
}

/** Inputs that take one of these words; the first is the default. */
export const CHOICES = {
  mode: ['gate', 'lint'],
  'on-fail': ['report', 'rollback'],
  'on-inconclusive': ['hold', 'fail', 'rollback'],
  'dry-run': ['false', 'true'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export const INPUTS = [
  { name: 'mode', default: 'gate' },
  { name: 'service', default: null },
  { name: 'environment', default: null },
  { name: 'sha', default: '${{ github.sha }}' },
  { name: 'playbook', default: null },
  { name: 'token', default: '${{ github.token }}' },
  { name: 'on-fail', default: 'report' },
  { name: 'on-inconclusive', default: 'hold' },
  { name: 'dry-run', default: 'false' },
] as const satisfies readonly InputRow[];

export const OUTPUTS = ['decision', 'reason_code', 'result', 'check-run-url', 'report'] as const;

type InputName = (typeof INPUTS)[number]['name'];
type Choice = keyof typeof CHOICES;
type ValueOf<Name extends Choice> = (typeof CHOICES)[Name][number];

/** What a gate is asked to do when it does not pass. */
export interface GateOptions {
  readonly onFail: ValueOf<'on-fail'>;
  readonly onInconclusive: ValueOf<'on-inconclusive'>;
  readonly dryRun: boolean;
}

export type Inputs =
  | { readonly mode: 'lint'; readonly playbook: string | null }
  | {
      readonly mode: 'gate';
      readonly service: string;
      /** Null: production, or the only one. */
      readonly environment: string | null;
      readonly sha: string;
      readonly playbook: string | null;
      readonly token: string;
      readonly options: GateOptions;
    };

/** Throws input-invalid: name, value, cure. The token is never part of a message. */
export function readInputs(): Inputs {
  const playbook = playbookPath(text('playbook'));
  if (oneOf('mode') === 'lint') return { mode: 'lint', playbook };
  const token = needed('token', 'the default is the token of the job');
  core.setSecret(token);
  const sha = text('sha').toLowerCase();
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(sha))
    throw invalid('sha', sha, 'give the full commit, such as ${{ github.sha }}');
  return {
    mode: 'gate',
    service: needed('service', 'name a service of the playbook'),
    environment: text('environment') === '' ? null : text('environment'),
    sha,
    playbook,
    token,
    options: {
      onFail: oneOf('on-fail'),
      onInconclusive: oneOf('on-inconclusive'),
      dryRun: oneOf('dry-run') === 'true',
    },
  };
}

/** Every output, always: an absent one would be read as an empty string that somebody compares. */
export function writeOutputs(outputs: Readonly<Record<(typeof OUTPUTS)[number], string>>): void {
  for (const name of OUTPUTS) core.setOutput(name, outputs[name]);
}

/** Best effort: a summary that cannot be written takes no verdict along. */
export async function writeSummary(summary: string): Promise<void> {
  if ((process.env['GITHUB_STEP_SUMMARY'] ?? '') === '') return;
  await core.summary
    .addRaw(summary)
    .write()
    .catch(() => core.info('The summary of the job was not written.'));
}

function text(name: InputName): string {
  return core.getInput(name).trim();
}

function needed(name: InputName, cure: string): string {
  const value = text(name);
  if (value === '')
    throw new RollbackError('input-invalid', `The input '${name}' is empty.`, { hint: `Set '${name}': ${cure}.` });
  return value;
}

/** The one of these words that is given, else the first: the default comes first in its row. */
function oneOf<Name extends Choice>(name: Name): ValueOf<Name> {
  const values: readonly ValueOf<Name>[] = CHOICES[name];
  const given = text(name);
  const value = given === '' ? values[0] : values.find((word) => word === given);
  if (value === undefined) throw invalid(name, given, `use one of ${values.join(', ')}`);
  return value;
}

function playbookPath(value: string): string | null {
  if (value === '') return null;
  const inside = /^[^/\\].*\.ya?ml$/i.test(value) && !value.split('/').includes('..');
  if (!inside) throw invalid('playbook', value, 'give the path of a .yml file inside the repository');
  return value.replace(/^\.\//, '');
}

function invalid(name: InputName, value: string, cure: string): RollbackError {
  const shown = value.length > 80 ? `${value.slice(0, 77)}...` : value;
  return new RollbackError('input-invalid', `The input '${name}' cannot be '${shown}'.`, {
    hint: `${cure.charAt(0).toUpperCase()}${cure.slice(1)}.`,
  });
}
