import { readPromql } from '../../src/adapters/promql.ts';
import { expandPlaybook } from '../../src/playbook/expand.ts';
import { formatFault } from '../../src/playbook/faults.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { readYaml } from '../../src/playbook/yaml.ts';
import { expandedText } from '../../src/report/expanded.ts';
import { count } from '../../src/report/proposed.ts';
import { readPlaybookFile } from '../playbook-file.ts';
import { answer, type Command } from '../terminal.ts';

export const lint: Command = {
  usage: 'lint [file] [--expand]',
  does: 'checks a playbook and names every fault with its place and cure; --expand shows what presets and tiers make of it',
  words: ['file'],
  values: {},
  switches: ['expand'],
  async run(call) {
    const file = await readPlaybookFile(call.words[0] ?? null);
    const parsed = parsePlaybook(file.text, file.path, { promql: readPromql });
    const faults = parsed.ok ? [] : parsed.faults;
    const warnings = parsed.ok ? parsed.warnings : [];
    const expanded = call.options['expand'] === true ? expandPlaybook(readYaml(file.text).data) : null;
    const more = expanded === null ? {} : { expanded: expanded.data, left: expanded.left };
    answer(call, { file: file.path, ok: parsed.ok, faults, warnings, ...more }, () => {
      const lines = [...faults, ...warnings].map(formatFault);
      const services = parsed.ok ? Object.keys(parsed.playbook.services).length : 0;
      return [
        ...(expanded === null ? [] : [expandedText(expanded), '']),
        ...lines,
        parsed.ok
          ? [
              `${file.path}: no faults`,
              ...(warnings.length === 0 ? [] : [count(warnings.length, 'warning')]),
              count(services, 'service'),
            ].join(', ')
          : `${file.path}: ${count(faults.length, 'fault')}`,
      ].join('\n');
    });
    return parsed.ok ? 0 : 1;
  },
};
