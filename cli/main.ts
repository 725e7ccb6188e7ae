import { parseArgs } from 'node:util';
import { RollbackError } from '../src/errors.ts';
import { nearest } from '../src/playbook/nearest.ts';
import { COMMANDS } from './commands.ts';
import { exitCodeOf, type Call, type ExitCode } from './terminal.ts';

const OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  repo: { type: 'string' },
  service: { type: 'string' },
  environment: { type: 'string' },
  playbook: { type: 'string' },
  repository: { type: 'string' },
  clone: { type: 'string' },
  sarif: { type: 'boolean' },
  annotations: { type: 'boolean' },
  trigger: { type: 'string' },
  file: { type: 'string' },
  folder: { type: 'string' },
  format: { type: 'string' },
  to: { type: 'string' },
  at: { type: 'string' },
  'baseline-since': { type: 'string' },
  incident: { type: 'string' },
  scenario: { type: 'string' },
  seed: { type: 'string' },
  keep: { type: 'boolean' },
  from: { type: 'string' },
  pointer: { type: 'string' },
  undo: { type: 'boolean' },
  offline: { type: 'boolean' },
  apply: { type: 'boolean' },
  release: { type: 'string' },
  record: { type: 'string' },
  report: { type: 'string' },
  by: { type: 'string' },
  write: { type: 'boolean' },
  expand: { type: 'boolean' },
  traffic: { type: 'string' },
  'canary-rps': { type: 'string' },
  'baseline-rps': { type: 'string' },
  'bad-rate': { type: 'string' },
  base: { type: 'string' },
  head: { type: 'string' },
  pull: { type: 'string' },
  prove: { type: 'boolean' },
  'database-url-env': { type: 'string' },
  database: { type: 'string' },
  schema: { type: 'string' },
  budget: { type: 'string' },
  runs: { type: 'string' },
} as const;

function help(): string {
  const width = Math.max(...Object.values(COMMANDS).map((command) => command.usage.length));
  const rows = Object.values(COMMANDS).map(({ usage, does }) => `  lastgood ${usage.padEnd(width)}  ${does}`);
  return [
    'lastgood brings a bad release back to the last good commit, by pull request, and proves that it recovered.',
    '',
    ...rows,
    '',
    'Every command takes --json. Commands that ask GitHub read GITHUB_TOKEN and GITHUB_API_URL (or GHE_HOST).',
    'Exit: 0 yes, 1 the answer is no, 2 asked wrongly, 3 the world did not answer.',
  ].join('\n');
}

async function main(args: readonly string[]): Promise<ExitCode> {
  const json = args.includes('--json');
  try {
    const { values, positionals } = readArguments(args);
    const [name, ...words] = positionals;
    if (name === undefined || name === 'help' || values.help === true) {
      process.stdout.write(`${help()}\n`);
      return name === undefined && values.help !== true ? 2 : 0;
    }
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) {
      const guess = nearest(name, Object.keys(COMMANDS));
      throw new RollbackError(
        'input-invalid',
        `There is no command '${name}'.${guess === null ? '' : ` Did you mean '${guess}'?`}`,
        {
          hint: 'See lastgood help.',
        },
      );
    }
    const call: Call = {
      words,
      options: values,
      env: process.env,
      json,
      print: (text) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
      progress: (text) => {
        if (process.stderr.isTTY || process.env['LASTGOOD_PROGRESS']) process.stderr.write(`${text}\n`);
      },
    };
    return await command.run(call);
  } catch (error) {
    const code = error instanceof RollbackError ? error.code : 'internal';
    const message = error instanceof Error ? error.message : String(error);
    const hint = error instanceof RollbackError ? error.hint : '';
    if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, hint } }, null, 2)}\n`);
    else process.stderr.write(`${message}\n${hint}\n`);
    return exitCodeOf(error);
  }
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new RollbackError(
      'input-invalid',
      error instanceof Error ? (error.message.split('. To specify')[0] ?? '') : String(error),
      {
        hint: 'See lastgood help.',
        cause: error,
      },
    );
  }
}

process.exitCode = await main(process.argv.slice(2));
