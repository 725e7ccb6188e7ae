import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { RollbackError } from '../../src/errors.ts';
import { parse, verify } from '../../src/ledger/chain.ts';
import { toCsv, toMarkdown } from '../../src/ledger/export.ts';
import { find } from '../../src/ledger/query.ts';
import { openRemote } from '../remote.ts';
import { answer, option, type Call, type Command, type ExitCode } from '../terminal.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const ledger: Command = {
  usage: 'ledger show|verify|export',
  does: 'reads the ledger of --repo (or --file): shows, proves or exports it (--format csv|markdown|json)',
  async run(call) {
    const action = call.words[0] ?? 'show';
    const text = await readText(call);
    switch (action) {
      case 'verify':
        return proveChain(call, text);
      case 'show':
      case 'export':
        return list(call, text, action);
      default:
        throw new RollbackError('input-invalid', `ledger knows show, verify and export, not '${action}'`);
    }
  },
};

async function readText(call: Call): Promise<string> {
  const file = option(call, 'file');
  if (file === null) return openRemote(call).repository.ledger();
  return readFile(file, 'utf8').catch(() => {
    throw new RollbackError('input-invalid', `${file} cannot be read`);
  });
}

function proveChain(call: Call, text: string): ExitCode {
  const proved = verify(text, sha256);
  answer(call, proved, () =>
    proved.ok
      ? `ledger verified: ${proved.lines} lines, head ${proved.head.hash.slice(0, 12)}`
      : `ledger line ${proved.line}: ${proved.because}`,
  );
  return proved.ok ? 0 : 1;
}

function list(call: Call, text: string, action: 'show' | 'export'): ExitCode {
  const [service, environment, incident] = ['service', 'environment', 'incident'].map((name) => option(call, name));
  const lines = find(parse(text), {
    ...(service ? { service } : {}),
    ...(environment ? { environment } : {}),
    ...(incident ? { incident } : {}),
  });
  const format = option(call, 'format') ?? (action === 'export' ? 'csv' : 'markdown');
  if (!['csv', 'markdown', 'json'].includes(format))
    throw new RollbackError('input-invalid', `--format is csv, markdown or json, not '${format}'`);
  if (call.json || format === 'json') call.print(JSON.stringify(lines, null, 2));
  else
    call.print(
      format === 'csv' ? toCsv(lines) : lines.length === 0 ? 'the ledger has no such lines' : toMarkdown(lines),
    );
  return 0;
}
