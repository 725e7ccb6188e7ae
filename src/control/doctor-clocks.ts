import type { DoctorFinding } from '../report/doctor.ts';
import type { ClockFacts } from './doctor-facts.ts';
import { finding } from './doctor-finding.ts';

/** A proof compares times of several machines; half a minute is more than a scrape. */
const MOST_SKEW_MS = 30_000;

export function ofClock({ who, skewMs }: ClockFacts): readonly DoctorFinding[] {
  if (Math.abs(skewMs) <= MOST_SKEW_MS) return [];
  return [
    finding({
      rule: 'clock/skew',
      severity: Math.abs(skewMs) > 10 * MOST_SKEW_MS ? 'error' : 'warning',
      place: who,
      what: 'its clock and ours differ',
      because: `${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead' : 'behind'} > ${MOST_SKEW_MS / 1000} s`,
      cure: 'Run a time service (NTP) on both machines.',
    }),
  ];
}
