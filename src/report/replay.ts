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
    ...lookLines(view),
    '',
    `${view.verdict.status}: ${view.verdict.because}`,
    ...view.verdict.findings.map((finding) => `  ${finding.trigger}: ${finding.because}`),
    '',
    consequence(view.verdict),
    ...compared(view),
  ].join('\n');
}

/** Of looks in a row that say the same, the first and the last: nothing measured for half an hour is three lines. */
function lookLines({ startedAt, looks }: ReplayView): readonly string[] {
  const said = looks.map(({ soFar }) => lookWords(soFar));
  const lines: string[] = [];
  let same = 0;
  for (const [i, { t }] of looks.entries()) {
    const within = said[i] === said[i - 1] && said[i] === said[i + 1];
    same = within ? same + 1 : 0;
    if (within && said[i + 1] !== said[i + 2])
      lines.push(same === 1 ? 'one more look like this' : `${same} more looks like this`);
    if (within) continue;
    const when = startedAt === null ? duration(t) : `${at(startedAt, t)} (${duration(t)})`;
    lines.push(`${when}  ${said[i] ?? ''}`);
  }
  return lines;
}

function lookWords(soFar: Verdict): string {
  const triggers = soFar.findings.map((finding) => {
    const canary = quantity(finding.statistic, finding.canary);
    const numbers =
      finding.canary === null ? canary : `${canary} against ${quantity(finding.statistic, finding.baseline)}`;
    return `${finding.trigger} ${numbers}, harm ${odds(finding.logEFail)}, safe ${odds(finding.logEPass)}`;
  });
  return `${soFar.status}  harm ${odds(soFar.logE)}  ${triggers.join(' | ')}`;
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
