import { once } from 'node:events';
import { open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { RollbackError } from '../../src/errors.ts';
import { targetOf } from '../../src/playbook/target.ts';
import type { References } from '../../src/judge/rules.ts';
import { gateBy, judgeStream, type JudgeBy } from '../judge.ts';
import { loadPlaybook, readPlaybookFile } from '../playbook-file.ts';
import { localReferences } from '../references.ts';
import { needed, option, whyUnread, type Call, type Command, OF_PLAYBOOK } from '../terminal.ts';
import { readTriggerFile } from '../trigger-file.ts';

export const judge: Command = {
  usage: 'judge --trigger F | --service S [--playbook F]',
  does: 'judges samples from standard input (or --file), JSON Lines in and out',
  words: [],
  values: { ...OF_PLAYBOOK, trigger: 'F', file: 'F' },
  switches: [],
  apart: [
    ['trigger', 'service'],
    ['trigger', 'environment'],
    ['trigger', 'playbook'],
  ],
  async run(call) {
    // Verdicts are short-lived text: a small nursery keeps thousands of releases at half the memory, and costs no time.
    setFlagsFromString('--semi-space-growth-factor=1');
    const { by, references } = await rulesFor(call);
    const file = option(call, 'file');
    const lines = createInterface({
      input: file === null ? process.stdin : await opened(file),
      crlfDelay: Infinity,
    });
    const summary = await judgeStream(
      paced(lines),
      { by, references },
      (line) => void process.stdout.write(`${line}\n`),
    );
    call.progress(
      `${summary.releases} releases, ${JSON.stringify(summary.verdicts)}, ${summary.errors} unreadable lines`,
    );
    return summary.errors > 0 ? 2 : 0;
  },
};

async function opened(file: string) {
  try {
    if ((await stat(file)).isDirectory()) throw Object.assign(new Error(file), { code: 'EISDIR' });
    return (await open(file)).createReadStream();
  } catch (cause) {
    throw new RollbackError('input-invalid', `--file ${file} ${whyUnread(cause)}`, {
      hint: 'Name a file of JSON Lines, or leave it out and send them to standard input.',
      cause,
    });
  }
}

/** Reads no further while the reader of our output is behind: thousands of releases must not pile up here. */
async function* paced(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
    yield line;
  }
}

/** Reference files stand beside the trigger file, or in the checkout of the playbook. */
async function rulesFor(call: Call): Promise<{ readonly by: JudgeBy; readonly references: References }> {
  const file = option(call, 'trigger');
  if (file === null && option(call, 'service') === null)
    throw new RollbackError('input-invalid', '--trigger or --service is missing', {
      hint: 'Name a file of triggers with --trigger, or a service of the playbook with --service.',
    });
  if (file !== null) {
    const by = await readTriggerFile(file);
    return { by, references: await localReferences(gateBy(by), file) };
  }
  const target = targetOf(await loadPlaybook(option(call, 'playbook')), {
    service: needed(call, 'service', 'recommender'),
    environment: option(call, 'environment') ?? undefined,
  });
  if (!target.rules.gate)
    throw new RollbackError('playbook-invalid', `There is no gate for '${target.service}' in '${target.environment}'`);
  const by = target.rules.gate;
  const { path } = await readPlaybookFile(option(call, 'playbook'));
  return { by, references: await localReferences(by, path) };
}
