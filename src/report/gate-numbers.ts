/** What a gate measured, one line a trigger: small enough to travel in a check run and a pull request. Plain text. */
import type { Finding } from '../judge/verdict.ts';
import { bandWords } from './explain.ts';
import { apart, count, odds, quantity, segmentOf } from './numbers.ts';

export const NUMBERS_MAX = 8;
export const NUMBER_LENGTH_MAX = 400;

/** Both numbers with n, the limit, the odds and the band; the blamed trigger first. */
export function gateNumbers(findings: readonly Finding[], blame: string | null): readonly string[] {
  const ordered = [...findings].sort((a, b) => Number(b.trigger === blame) - Number(a.trigger === blame));
  return ordered.slice(0, NUMBERS_MAX).map((finding) => {
    const { statistic, band } = finding;
    const [canary, limit] = apart(statistic, finding.canary, finding.limit);
    const parts = [
      `canary ${canary} (n ${count(finding.canaryCount)})`,
      ...(finding.baseline === null
        ? []
        : [`baseline ${quantity(statistic, finding.baseline)} (n ${count(finding.baselineCount)})`]),
      `limit ${limit}`,
      `harm at ${odds(finding.logEFail)}`,
      `safety at ${odds(finding.logEPass)}`,
      ...(band === null ? [] : [`difference ${bandWords(finding)}`]),
    ];
    return `${finding.trigger.slice(0, 100)}${segmentOf(finding)}: ${parts.join(', ')}`.slice(0, NUMBER_LENGTH_MAX);
  });
}
