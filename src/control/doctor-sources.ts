import type { DoctorFinding } from '../report/doctor.ts';
import { count } from '../report/proposed.ts';
import type { DoctorFacts, ProbeFacts } from './doctor-facts.ts';
import { finding } from './doctor-finding.ts';

/** One question of which one arm has no number. */
interface Gap extends Pick<ProbeFacts, 'source' | 'from' | 'question' | 'service' | 'environment'> {
  readonly arm: 'canary' | 'baseline';
  readonly because: string;
}

/** Questions of the playbook that have no number now; those that have none for one and the same reason are one finding. */
export function ofProbes(probes: readonly ProbeFacts[]): readonly DoctorFinding[] {
  const gaps = probes.flatMap(({ canary, baseline, ...question }): Gap[] =>
    (
      [
        ['canary', canary],
        ['baseline', baseline],
      ] as const
    ).flatMap(([arm, because]) => (because === null ? [] : [{ ...question, arm, because }])),
  );
  return [...Map.groupBy(gaps, ({ source, because }) => `${source} ${because}`).values()].flatMap(ofGaps);
}

function ofGaps(gaps: readonly Gap[]): readonly DoctorFinding[] {
  const [first] = gaps;
  if (first === undefined) return [];
  const { source, because } = first;
  const questions = [...new Set(gaps.map(nameOf))];
  const one = questions.length === 1;
  const arm = gaps.length > 1 ? '' : first.from === 'verify' ? ' for this criterion' : ` for the ${first.arm}`;
  const hurt = [...new Set(gaps.map(({ from }) => HURT[from]))].join(', and ');
  return [
    finding({
      rule: 'source/no-data',
      severity: 'warning',
      place: one ? nameOf(first) : `source ${source}`,
      what: one
        ? `source ${source} has no number${arm}`
        : `it has no number for ${count(questions.length, 'question')}: ${some(questions)}`,
      because,
      cure: because.startsWith('query-error')
        ? `Without an answer ${hurt}. Check the url and the credentials of the source, and that it answers from here.`
        : `Without a number ${hurt}. Run the query by hand while a canary has traffic.`,
    }),
  ];
}

const HURT = {
  gate: 'the gate holds every release',
  verify: 'no recovery is ever proven',
} as const satisfies Record<Gap['from'], string>;

function nameOf({ service, environment, question, from }: Gap): string {
  return `${service} in ${environment}: ${from === 'verify' ? 'verify: ' : ''}${question}`;
}

/** A line of a terminal holds a few names. */
function some(names: readonly string[]): string {
  const most = 3;
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
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
