import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { RollbackError } from '../../src/errors.ts';
import { targetOf } from '../../src/playbook/target.ts';
import { judgeStream, type JudgeBy } from '../judge.ts';
import { loadPlaybook } from '../playbook-file.ts';
import { needed, option, type Call, type Command } from '../terminal.ts';
import { readTriggerFile } from '../trigger-file.ts';

export const judge: Command = {
  usage: 'judge --trigger F | --service S [--playbook F]',
  does: 'judges samples from standard input (or --file), JSON Lines in and out',
  async run(call) {
    const by = await rulesFor(call);
    const file = option(call, 'file');
    const lines = createInterface({
      input: file === null ? process.stdin : createReadStream(file),
      crlfDelay: Infinity,
    });
    const summary = await judgeStream(lines, { by }, (line) => void process.stdout.write(`${line}\n`));
    call.progress(
      `${summary.releases} releases, ${JSON.stringify(summary.verdicts)}, ${summary.errors} unreadable lines`,
    );
    return summary.errors > 0 ? 2 : 0;
  },
};

async function rulesFor(call: Call): Promise<JudgeBy> {
  const file = option(call, 'trigger');
  if (file !== null) return readTriggerFile(file);
  const target = targetOf(await loadPlaybook(option(call, 'playbook')), {
    service: needed(call, 'service', 'recommender'),
    environment: option(call, 'environment') ?? undefined,
  });
  if (!target.rules.gate)
    throw new RollbackError('playbook-invalid', `There is no gate for '${target.service}' in '${target.environment}'`);
  return target.rules.gate;
}
