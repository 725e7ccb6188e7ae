import type { DoctorFinding } from '../report/doctor.ts';
import type { DoctorFacts, ProbeFacts } from './doctor-facts.ts';
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
            cure: because.startsWith('query-error')
              ? 'Without an answer the gate holds every release. Check the url and the credentials of the source, and that it answers from here.'
              : 'Without one the gate holds every release. Run the query by hand while a canary has traffic.',
          }),
        ],
  );
}

/** What was not asked is said, so that silence about it is not taken for health. */
export function ofUnasked({ unasked = 0, probes }: Pick<DoctorFacts, 'unasked' | 'probes'>): readonly DoctorFinding[] {
  if (unasked === 0) return [];
  return [
    finding({
      rule: 'source/not-asked',
      severity: 'note',
      place: 'the metric sources',
      what: 'not every question of the playbook was asked',
      because: `${probes.length} of ${probes.length + unasked} were asked, the first ones`,
      cure: 'Ask the others by hand where you doubt them: lastgood gate --service S.',
    }),
  ];
}
