/** The tables of README.md and of pages in docs that are made from the code. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { parse } from 'yaml';
import { REASON_CODES, type ReasonCode } from '../action/reason-codes.ts';
import { COMMANDS } from '../cli/commands.ts';
import { STRATEGIES } from '../src/plan/strategies/table.ts';
import { ERRORS, type ErrorCode } from '../src/errors.ts';
import { KINDS } from '../src/manifests/kinds.ts';
import { EXIT_REASONS, type ExitReason } from '../src/report/reason-codes.ts';
import type { Generated } from './generate.ts';
import { between } from './markers.ts';
import { presetSections } from './preset-table.ts';
import { table } from './table.ts';

const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string().optional() })),
  outputs: z.record(z.string(), z.object({ description: z.string() })),
});

/** Each page with its tables as they should be. */
export function pages(): readonly Generated[] {
  const action = actionSchema.parse(parse(read('action.yml')));
  return [
    filled('README.md', {
      inputs: inputTable(action.inputs),
      outputs: table(
        ['Output', 'Meaning'],
        Object.entries(action.outputs).map(([name, { description }]) => [code(name), description]),
      ),
    }),
    filled('docs/presets.md', { presets: presetSections() }),
    filled('docs/manifests.md', { kinds: kindTable() }),
    filled('docs/operate.md', { cli: cliTable(), reasons: reasonTable(), exits: exitTable(), errors: errorTable() }),
    filled('docs/strategies.md', { strategies: strategyTable() }),
  ];
}

function strategyTable(): string {
  return table(
    ['Strategy', 'What goes first', 'Chosen by itself when', 'Why'],
    Object.entries(STRATEGIES).map(([name, { first, chosen, because }]) => [code(name), first, chosen, because]),
  );
}

function inputTable(inputs: z.output<typeof actionSchema>['inputs']): string {
  return table(
    ['Input', 'Default', 'Meaning'],
    Object.entries(inputs).map(([name, input]) => [
      code(name),
      input.default === undefined ? '' : code(input.default),
      input.description,
    ]),
  );
}

function cliTable(): string {
  return table(
    ['Command', 'What it does'],
    Object.values(COMMANDS).map(({ usage, does }) => [code(`lastgood ${usage}`), does]),
  );
}

/** Only the codes of judged releases: those of errors stand in their own table. */
function reasonTable(): string {
  const codes = (Object.keys(REASON_CODES) as ReasonCode[]).filter((name) => !Object.hasOwn(ERRORS, name));
  return table(
    ['Code', 'Decision', 'Meaning'],
    codes.map((name) => [code(name), REASON_CODES[name].decision, REASON_CODES[name].meaning]),
  );
}

function kindTable(): string {
  return table(
    ['Kind', 'Version', 'Weight or colour', 'Moved by', 'Everybody on stable', 'Traffic first?'],
    KINDS.map(({ name, about }) => [
      name,
      about.version,
      about.weight,
      about.owner,
      about.stable,
      about.trafficFirst === null ? 'no' : `yes: ${about.trafficFirst}`,
    ]),
  );
}

/** What became of a rollback, or of the wish for one. */
function exitTable(): string {
  const codes = Object.keys(EXIT_REASONS) as ExitReason[];
  return table(
    ['Code', 'Decision', 'Meaning'],
    codes.map((name) => [code(name), EXIT_REASONS[name].decision, EXIT_REASONS[name].meaning]),
  );
}

function errorTable(): string {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  return table(
    ['Code', 'Tried again by itself', 'What to do'],
    codes.map((name) => [code(name), ERRORS[name].retryable ? 'yes' : 'no', ERRORS[name].hint]),
  );
}

function filled(path: string, tables: Readonly<Record<string, string>>): Generated {
  let text = read(path);
  for (const [name, content] of Object.entries(tables)) text = between({ path, text }, name, content);
  return { path, text };
}

function code(text: string): string {
  return `\`${text}\``;
}

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}
