import type { DoctorFinding } from '../report/doctor.ts';
import type { ProbeFacts } from './doctor-facts.ts';
import { finding } from './doctor-finding.ts';

/** Questions of the playbook that have no number now. */
export function ofProbe({
  source,
  question,
  service,
  environment,
  canary,
  baseline,
}: ProbeFacts): readonly DoctorFinding[] {
  return (
    [
      ['canary', canary],
      ['baseline', baseline],
    ] as const
  ).flatMap(([arm, because]) =>
    because === null
      ? []
      : [
          finding({
            rule: 'source/no-data',
            severity: 'warning',
            place: `${service} in ${environment}: ${question}`,
            what: `source ${source} has no number for the ${arm}`,
            because,
            cure: 'Without one the gate holds every release. Run the query by hand while a canary has traffic.',
          }),
        ],
  );
}
