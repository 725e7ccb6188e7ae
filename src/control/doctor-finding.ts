import type { DoctorFinding, Severity } from '../report/doctor.ts';
import type { Asked } from './doctor-facts.ts';

/** A finding; `at` is left out where it is no line of a file. */
export function finding(parts: Omit<DoctorFinding, 'at'> & { readonly at?: DoctorFinding['at'] }): DoctorFinding {
  return { at: null, ...parts };
}

/** What could not be read is said with its reason: it is never a good sign. */
export function unread(
  rule: string,
  place: string,
  { because, cure }: Extract<Asked<unknown>, { kind: 'unknown' }>,
  severity: Severity,
): DoctorFinding {
  return finding({ rule, severity, place, what: 'could not be read', because, cure });
}
