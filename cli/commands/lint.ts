import { readPromql } from '../../src/adapters/promql.ts';
import { formatFault } from '../../src/playbook/faults.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { readPlaybookFile } from '../playbook-file.ts';
import { answer, type Command } from '../terminal.ts';

export const lint: Command = {
  usage: 'lint [file]',
  does: 'checks a playbook and names every fault with its place and cure',
  async run(call) {
    const file = await readPlaybookFile(call.words[0] ?? null);
    const parsed = parsePlaybook(file.text, file.path, { promql: readPromql });
    const faults = parsed.ok ? [] : parsed.faults;
    const warnings = parsed.ok ? parsed.warnings : [];
    answer(call, { file: file.path, ok: parsed.ok, faults, warnings }, () => {
      const lines = [...faults, ...warnings].map(formatFault);
      const services = parsed.ok ? Object.keys(parsed.playbook.services).length : 0;
      return [
        ...lines,
        parsed.ok
          ? `${file.path}: no faults, ${services} service${services === 1 ? '' : 's'}`
          : `${file.path}: ${faults.length} fault${faults.length === 1 ? '' : 's'}`,
      ].join('\n');
    });
    return parsed.ok ? 0 : 1;
  },
};
