import { ERRORS, RollbackError, messageOf } from '../src/errors.ts';
import { readArguments, usageOf } from './arguments.ts';
import { COMMANDS } from './commands.ts';
import { exitCodeOf, type Call, type Command, type ExitCode } from './terminal.ts';

const EXIT = 'Exit: 0 yes, 1 the answer is no, 2 asked wrongly, 3 the world did not answer.';

function help(): string {
  const rows = Object.values(COMMANDS).map(({ usage, does }) => `  lastgood ${usage}\n      ${does}`);
  return [
    'lastgood brings a bad release back to the last good commit, by pull request, and proves that it recovered.',
    '',
    ...rows,
    '',
    'Every command takes --json, and --help shows all of its options.',
    'Commands that ask GitHub read GITHUB_TOKEN and GITHUB_API_URL (or GHE_HOST).',
    EXIT,
  ].join('\n');
}

function helpOf(command: Command): string {
  return `lastgood ${usageOf(command)} [--json]\n\n${command.does}\n\n${EXIT}`;
}

async function main(args: readonly string[]): Promise<ExitCode> {
  const json = args.includes('--json');
  try {
    const typed = readArguments(args, COMMANDS);
    if (typed.kind === 'help') {
      process.stdout.write(`${typed.of === null ? help() : helpOf(typed.of)}\n`);
      return typed.asked ? 0 : 2;
    }
    const call: Call = {
      words: typed.words,
      options: typed.options,
      env: process.env,
      json,
      print: (text) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
      progress: (text) => {
        if (process.stderr.isTTY || process.env['LASTGOOD_PROGRESS']) process.stderr.write(`${text}\n`);
      },
    };
    return await typed.command.run(call);
  } catch (error) {
    const code = error instanceof RollbackError ? error.code : 'internal';
    const message = messageOf(error);
    const hint = error instanceof RollbackError ? error.hint : ERRORS.internal.hint;
    if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, hint } }, null, 2)}\n`);
    else process.stderr.write(`${message}\n${hint}\n`);
    return exitCodeOf(error);
  }
}

// npm starts a script at the top of its package; files are named from where npm was called.
const { npm_lifecycle_event: script, INIT_CWD: calledFrom } = process.env;
if (script === 'lastgood' && calledFrom) process.chdir(calledFrom);

process.exitCode = await main(process.argv.slice(2));
