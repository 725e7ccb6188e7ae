import { finding } from './doctor-finding.ts';
import type { DoctorFacts } from './doctor-facts.ts';
import type { ParsedPlaybook } from '../playbook/parse.ts';
import type { DoctorFinding } from '../report/doctor.ts';

/** Faults of the playbook, and its doubts. */
export function ofPlaybook(file: DoctorFacts['playbook'], parsed: ParsedPlaybook | null): readonly DoctorFinding[] {
  if (file === null || parsed === null)
    return [
      finding({
        rule: 'playbook/missing',
        severity: 'error',
        place: 'the default branch',
        what: 'there is no playbook',
        because: 'neither lastgood.yml nor .github/lastgood.yml exists',
        cure: 'Add one: lastgood init proposes it from a checkout of the deployment repository.',
      }),
    ];
  const faults = parsed.ok ? parsed.warnings : parsed.faults;
  return faults.map(({ file: path, line, column, path: key, message, value, cure }) =>
    finding({
      rule: parsed.ok ? 'playbook/doubt' : 'playbook/fault',
      severity: parsed.ok ? 'warning' : 'error',
      place: `${path}:${line}:${column}`,
      at: { file: path, line, column },
      what: `'${key.split('.').at(-1) ?? ''}' ${message}`,
      because: value === null ? message : `it is '${value}'`,
      cure: `${cure.slice(0, 1).toUpperCase()}${cure.slice(1)}`,
    }),
  );
}
