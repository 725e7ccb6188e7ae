/** What was typed, as a command with its words and options. Everything wrong with it is said at once. */
import { parseArgs } from 'node:util';
import { RollbackError } from '../src/errors.ts';
import { nearest } from '../src/playbook/nearest.ts';
import type { Call, Command } from './terminal.ts';

type Commands = Readonly<Record<string, Command>>;

/** Switches that every command takes. */
const COMMON: readonly string[] = ['json', 'help'];

export type Typed =
  | { readonly kind: 'help'; readonly of: Command | null; readonly asked: boolean }
  | {
      readonly kind: 'run';
      readonly command: Command;
      readonly words: Call['words'];
      readonly options: Call['options'];
    };

/** Throws input-invalid. */
export function readArguments(args: readonly string[], commands: Commands): Typed {
  const { tokens } = parseArgs({
    args: [...args],
    options: kindsOf(commands),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const typed = tokens.flatMap((token) => (token.kind === 'positional' ? [token] : []));
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token] : []));
  const asksHelp = typed[0]?.value === 'help' || given.some(({ name }) => name === 'help');
  const [first, ...words] = typed[0]?.value === 'help' ? typed.slice(1) : typed;
  if (first === undefined) return { kind: 'help', of: null, asked: asksHelp };
  const name = first.value;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const near = nearest(name, Object.keys(commands));
    throw new RollbackError(
      'input-invalid',
      `There is no command '${name}'.${near === null ? '' : ` Did you mean '${near}'?`}`,
      {
        hint: 'See lastgood help.',
      },
    );
  }
  if (asksHelp) return { kind: 'help', of: command, asked: true };

  const faults: string[] = [];
  const options: Record<string, string | boolean> = {};
  for (const one of given) {
    const fault =
      optionFault(name, command, one) ?? (Object.hasOwn(options, one.name) ? `${one.rawName} is given twice` : null);
    if (fault === null) options[one.name] = one.value ?? true;
    else faults.push(fault);
  }
  for (const group of command.apart ?? []) {
    const both = group.filter((option) => Object.hasOwn(options, option)).map((option) => `--${option}`);
    if (both.length > 1) faults.push(`${both.join(' and ')} exclude each other: give one of them`);
  }
  const most = command.words.at(-1)?.endsWith('...') ? Infinity : command.words.length;
  // What follows an unknown option was meant for it: that is one fault, not two.
  const strange = given.filter((one) => !takes(command, one.name)).map(({ index }) => index + 1);
  const stray = words.slice(most).filter(({ index }) => !strange.includes(index));
  faults.push(...stray.map(({ value }) => strayWord(name, command, value)));
  if (faults.length > 0)
    throw new RollbackError('input-invalid', faults.join('\n'), { hint: `It is: lastgood ${usageOf(command)}` });
  return { kind: 'run', command, words: words.map(({ value }) => value), options };
}

/** The whole of what a command takes: its usage, and what is too rare for that line. */
export function usageOf({ usage, values, switches }: Command): string {
  const rare = [
    ...Object.entries(values).map(([name, value]) => [name, `--${name} ${value}`] as const),
    ...switches.map((name) => [name, `--${name}`] as const),
  ].filter(([name]) => !new RegExp(`--${name}(?![\\w-])`).test(usage));
  return [usage, ...rare.map(([, text]) => `[${text}]`)].join(' ');
}

interface Kind {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
}

/** Whether a value follows is the same in every command that has the option. */
function kindsOf(commands: Commands): Readonly<Record<string, Kind>> {
  const kinds: Record<string, Kind> = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
  for (const { values, switches } of Object.values(commands)) {
    for (const name of Object.keys(values)) kinds[name] = { type: 'string' };
    for (const name of switches) kinds[name] = { type: 'boolean' };
  }
  return kinds;
}

function takes({ values, switches }: Command, name: string): boolean {
  return Object.hasOwn(values, name) || [...COMMON, ...switches].includes(name);
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function optionFault(of: string, command: Command, { name, rawName, value, inlineValue }: OptionToken): string | null {
  const switches = [...COMMON, ...command.switches];
  if (switches.includes(name)) return value === undefined ? null : `${rawName} takes no value, and got '${value}'`;
  const wanted = Object.hasOwn(command.values, name) ? command.values[name] : undefined;
  if (wanted === undefined) {
    const near = nearest(name, [...switches, ...Object.keys(command.values)]);
    return `${of} has no option ${rawName}.${near === null ? '' : ` Did you mean --${near}?`}`;
  }
  if (value === undefined || value === '') return `${rawName} needs a value: ${rawName} ${wanted}`;
  if (inlineValue === false && value.startsWith('-'))
    return `${rawName} needs a value, and '${value}' follows; a value that begins with - is written ${rawName}=${value}`;
  return null;
}

function strayWord(of: string, command: Command, word: string): string {
  const { words, values } = command;
  if (takes(command, word)) return `${of} does not know the word '${word}'. Did you mean --${word}?`;
  const file = Object.hasOwn(values, 'playbook') && /\.ya?ml$/.test(word);
  const room = words.length === 0 ? 'no words' : words.length === 1 ? 'one word' : `${words.length} words`;
  return `${of} takes ${room}, and '${word}' is one too many.${file ? ` Did you mean --playbook ${word}?` : ''}`;
}
