/** What the readiness check says: can this release be taken back tonight, and how do we know? */
import type { CheckAnswer } from '../ports.ts';
import { inline, oneLine, plain } from './escape.ts';
import { duration } from './numbers.ts';
import { placeWords } from './orders.ts';

/** Every question of the check, in the order in which a person would ask them. */
export const READY_QUESTIONS = {
  'last-good': 'Is there a last good to go back to?',
  revert: 'Does the revert apply?',
  artefacts: 'Do its artefacts still exist?',
  migrations: 'Can the database go back?',
  versions: 'Are the versions pinned?',
  metrics: 'Do the metrics answer?',
  criteria: 'Is it said what recovered means?',
  argocd: 'Does Argo CD follow?',
  'on-call': 'Who is called?',
} as const;

export type ReadyQuestion = keyof typeof READY_QUESTIONS;

/** `off`: the playbook names nothing to ask, which is its own decision. `unknown`: it was asked, or should be, and nobody could say. */
export type ReadyStatus = 'ok' | 'off' | 'unknown' | 'fault';

export interface ReadyFinding {
  readonly question: ReadyQuestion;
  readonly status: ReadyStatus;
  readonly says: string;
  /** Empty where nothing is to be done. */
  readonly cure: string;
  /** One line each, for whoever reads on. */
  readonly details: readonly string[];
}

const MOST_DETAILS = 20;

export function readyFinding(
  question: ReadyQuestion,
  said: Pick<ReadyFinding, 'status' | 'says'> & Partial<Pick<ReadyFinding, 'cure' | 'details'>>,
): ReadyFinding {
  const { cure = '', details = [] } = said;
  const rest = details.length - MOST_DETAILS;
  return {
    question,
    status: said.status,
    says: said.says,
    cure,
    details: rest > 0 ? [...details.slice(0, MOST_DETAILS), `and ${rest} more`] : details,
  };
}

/** The answer for one service in one environment. */
export interface Readiness {
  readonly service: string;
  readonly environment: string;
  readonly policy: 'report' | 'require';
  readonly findings: readonly ReadyFinding[];
  /** Median of this repository, from the opened revert to recovered; null: none has recovered yet. */
  readonly seconds: number | null;
}

export function readyStatus({ findings }: Pick<Readiness, 'findings'>): 'ok' | 'unknown' | 'fault' {
  const has = (status: ReadyStatus): boolean => findings.some((finding) => finding.status === status);
  return has('fault') ? 'fault' : has('unknown') ? 'unknown' : 'ok';
}

/** One sentence: yes with the time, or exactly why not. */
export function readySentence(readiness: Readiness): string {
  const { findings, seconds } = readiness;
  const of = (status: ReadyStatus) => findings.filter((finding) => finding.status === status);
  const [fault] = of('fault');
  if (fault) {
    const more = of('fault').length - 1;
    return `Not ready to be rolled back: ${fault.says}${more === 0 ? '' : `; and ${more} more`}`;
  }
  const time =
    seconds === null
      ? 'This release can be rolled back; how long it takes is not known, because no rollback here has recovered yet'
      : `This release can be rolled back in about ${duration(seconds)}`;
  const [open] = of('unknown');
  return open ? `${time}. Not known: ${open.says}` : time;
}

const CONCLUSION = {
  report: { ok: 'success', unknown: 'neutral', fault: 'neutral' },
  // Not knowing blocks nothing: a source that is away for a minute must not stop every release.
  require: { ok: 'success', unknown: 'neutral', fault: 'failure' },
} as const satisfies Record<Readiness['policy'], Record<string, CheckAnswer['conclusion']>>;

const WORST = ['success', 'neutral', 'failure'] as const;

/** `trial`: GitHub's trial merge was read; `left`: how many further services the change touches that were not looked at. */
export function readyAnswer(
  name: string,
  all: readonly Readiness[],
  { trial, left }: { readonly trial: boolean; readonly left: number },
): CheckAnswer {
  const rows = all.map((one) => ({ one, conclusion: CONCLUSION[one.policy][readyStatus(one)] }));
  const [worst] = rows.toSorted((a, b) => WORST.indexOf(b.conclusion) - WORST.indexOf(a.conclusion));
  if (!worst)
    return {
      name,
      conclusion: 'success',
      title: 'No service of the playbook is touched',
      summary: 'Nothing that lastgood would have to take back changes here.',
    };
  const where = all.length === 1 ? '' : `${worst.one.service} in ${worst.one.environment}: `;
  const notes = [
    ...(trial ? [] : ['GitHub had no trial merge of this pull request; its head was read instead.']),
    ...(left > 0 ? [`${left} further services that change here were not looked at.`] : []),
  ];
  return {
    name,
    conclusion: left > 0 && worst.conclusion === 'success' ? 'neutral' : worst.conclusion,
    title: plain(`${where}${readySentence(worst.one)}`, 240),
    summary: [...all.map(section), ...notes].join('\n\n').slice(0, 60_000),
  };
}

const SIGNS = { ok: 'yes', off: 'not asked', unknown: 'not known', fault: '**no**' } as const satisfies Record<
  ReadyStatus,
  string
>;

function section(readiness: Readiness): string {
  const rows = readiness.findings.map(
    ({ question, status, says, cure }) =>
      `| ${READY_QUESTIONS[question]} | ${SIGNS[status]} | ${inline(says)}${cure === '' ? '' : `<br>**Cure:** ${inline(cure)}`} |`,
  );
  const details = readiness.findings.flatMap(({ question, details: lines }) =>
    lines.length === 0
      ? []
      : [`${READY_QUESTIONS[question]}\n\n${lines.map((line) => `- ${inline(line)}`).join('\n')}`],
  );
  return [
    `### ${placeWords(readiness)}`,
    `${inline(readySentence(readiness))}.`,
    ['| Question | | Answer |', '| --- | --- | --- |', ...rows].join('\n'),
    ...(details.length === 0 ? [] : [`<details><summary>More</summary>\n\n${details.join('\n\n')}\n\n</details>`]),
  ].join('\n\n');
}

const WORDS = { ok: 'yes', off: 'not asked', unknown: 'NOT KNOWN', fault: 'NO' } as const satisfies Record<
  ReadyStatus,
  string
>;

/** For a terminal. */
export function readyText(readiness: Readiness): string {
  const rows = readiness.findings.flatMap(({ question, status, says, cure, details }) => [
    `${WORDS[status].padEnd(9)}  ${READY_QUESTIONS[question]}  ${oneLine(says)}`,
    ...(cure === '' ? [] : [`           cure: ${oneLine(cure)}`]),
    ...details.map((line) => `           - ${oneLine(line)}`),
  ]);
  return [`${readiness.service} in ${readiness.environment}: ${readySentence(readiness)}`, '', ...rows].join('\n');
}
