/** One line of the job log for each look. */
import type { Verdict } from '../judge/verdict.ts';
import { logLine } from './escape.ts';
import { duration, odds } from './numbers.ts';

export function progressLine(soFar: Verdict): string {
  const triggers = soFar.findings.map((finding) => `${finding.trigger}: ${finding.because}`).join(' | ');
  return logLine(`${duration(soFar.elapsedSeconds)}: harm at ${odds(soFar.logE)}. ${triggers}`);
}
