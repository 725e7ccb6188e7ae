/** Annotations on the job: few, plain text, the blame first. */
import { decisionWord, type Decision, type GateId } from './check-run.ts';
import { blameSentence } from './gate-summary.ts';
import { logLine, oneLine } from './escape.ts';
import type { Verdict } from '../judge/verdict.ts';

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

const LEVELS = {
  pass: 'notice',
  fail: 'error',
  inconclusive: 'warning',
  'no-data': 'warning',
  error: 'error',
} as const satisfies Record<Decision, Annotation['level']>;

/** One for the decision, and one warning for each trigger that had gaps while another trigger decided. At most ten: GitHub shows no more. */
export function gateAnnotations(id: GateId, decision: Decision, verdict: Verdict): readonly Annotation[] {
  const first: Annotation = {
    level: LEVELS[decision],
    title: oneLine(`${decisionWord(decision, verdict.role)}: ${id.service} in ${id.environment}`, 200),
    message: logLine(blameSentence(verdict)),
  };
  const gaps = verdict.findings
    .filter(
      (finding) => finding.trigger !== verdict.blame && (finding.status === 'no-data' || finding.status === 'error'),
    )
    .map((finding): Annotation => ({
      level: 'warning',
      title: oneLine(`${finding.trigger}: ${finding.status}`, 200),
      message: logLine(finding.because),
    }));
  // Where the decision itself is about the gaps, its sentence already names them.
  return decision === 'no-data' || decision === 'error' ? [first] : [first, ...gaps].slice(0, 10);
}

/** One sentence with its cure. */
export function errorAnnotation(error: { readonly message: string; readonly hint: string }): Annotation {
  return { level: 'error', title: 'lastgood', message: logLine(`${error.message} ${error.hint}`, 4_000) };
}
