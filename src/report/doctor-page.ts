/** The issue in which the bot keeps what the doctor found. */
import { countLine, doctorMarkdown, type DoctorFinding } from './doctor.ts';
import { parseMarker, printMarker } from './marker.ts';

/** The label by which the issue is found again. */
export const DOCTOR_LABEL = 'lastgood: doctor';

export interface DoctorPage {
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
}

const MOST_ROWS = 50;

/** Open while there is an error. The same findings give the same page, so that nothing is written again. */
export function doctorPage(findings: readonly DoctorFinding[]): DoctorPage {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const worth = findings.filter(({ severity }) => severity !== 'note');
  const more = worth.length > MOST_ROWS ? `\nand ${worth.length - MOST_ROWS} more, in the log of the bot.\n` : '';
  const intro =
    errors === 0
      ? 'Nothing is left that would keep a rollback from working.'
      : 'A rollback would not work as the playbook says until these are repaired. This issue is kept up to date and closed by itself.';
  return {
    title: errors === 0 ? 'lastgood doctor: no errors' : `lastgood doctor: ${countLine(findings)}`,
    body: `${intro}\n\n${doctorMarkdown(worth.slice(0, MOST_ROWS))}${more}\n${printMarker('doctor', { errors })}\n`,
    state: errors === 0 ? 'closed' : 'open',
  };
}

/** Whether this is such an issue. Who wrote it is for the caller to check. */
export function isDoctorPage(body: string | null | undefined): boolean {
  return parseMarker('doctor', body ?? '') !== null;
}
