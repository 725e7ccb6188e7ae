/** A gate over the past, look by look, and what would have happened. */
import type { Verdict } from '../judge/verdict.ts';
import { instant, duration, odds, quantity } from './numbers.ts';

export interface ReplayLook {
  /** Seconds since the gate began. */
  readonly t: number;
  readonly soFar: Verdict;
}

export interface ReplayView {
  /** Such as `recommender in production`. */
  readonly about: string;
  readonly release: string | null;
  /** Epoch ms; null where the file does not tell. */
  readonly startedAt: number | null;
  readonly looks: readonly ReplayLook[];
  readonly verdict: Verdict;
  /** What the gate itself said when it was recorded; null where that is not known. */
  readonly then: { readonly status: string; readonly because: string } | null;
}

export function replayText(view: ReplayView): string {
  const release = view.release === null ? '' : `, release ${view.release}`;
  const began = view.startedAt === null ? '' : `, from ${at(view.startedAt, 0)}`;
  return [
    `Replay of ${view.about}${release}${began}`,
    '',
    ...view.looks.map((look) => lookLine(view, look)),
    '',
    `${view.verdict.status}: ${view.verdict.because}`,
    ...view.verdict.findings.map((finding) => `  ${finding.trigger}: ${finding.because}`),
    '',
    consequence(view.verdict),
    ...compared(view),
  ].join('\n');
}

function lookLine({ startedAt }: ReplayView, { t, soFar }: ReplayLook): string {
  const when = startedAt === null ? duration(t) : `${at(startedAt, t)} (${duration(t)})`;
  const triggers = soFar.findings.map((finding) => {
    const numbers = `${quantity(finding.statistic, finding.canary)} against ${quantity(finding.statistic, finding.baseline)}`;
    return `${finding.trigger} ${numbers}, harm ${odds(finding.logEFail)}, safe ${odds(finding.logEPass)}`;
  });
  return `${when}  ${soFar.status}  harm ${odds(soFar.logE)}  ${triggers.join(' | ')}`;
}

function at(startedAt: number, t: number): string {
  return instant(new Date(startedAt + t * 1000).toISOString());
}

/** What the verdict would have started, in one sentence. */
export function consequence({ status, then, blame, elapsedSeconds }: Verdict): string {
  const after = duration(elapsedSeconds);
  switch (status) {
    case 'fail':
      return `The gate would have failed the release after ${after}, because of ${blame ?? 'its data'}: ${FAILED[then ?? 'notify']}.`;
    case 'pass':
      return `The gate would have passed the release after ${after}.`;
    case 'inconclusive':
    case 'continue':
      return `The gate would have proven neither harm nor safety in ${after}: the release would have been held.`;
    case 'no-data':
    case 'error':
      return `The gate would have had nothing to judge by after ${after}: never a pass.`;
  }
}

const FAILED = {
  rollback: 'a rollback would have been started',
  fallback: 'users would have been sent to the fallback',
  ask: 'a person would have been asked whether to roll back',
  notify: 'it would have been told, and nothing started',
} as const;

function compared({ verdict, then }: ReplayView): readonly string[] {
  if (then === null) return [];
  const same = then.status === verdict.status && then.because === verdict.because;
  return [
    same
      ? `The gate that was recorded said exactly the same.`
      : `The gate that was recorded said otherwise: ${then.status}: ${then.because}`,
  ];
}
