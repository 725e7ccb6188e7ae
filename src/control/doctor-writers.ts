import type { DoctorFinding } from '../report/doctor.ts';
import type { WriterFacts } from './doctor-facts.ts';
import { finding } from './doctor-finding.ts';

const WRITERS = {
  renovate: 'Renovate',
  dependabot: 'Dependabot',
  flux: 'Flux image automation',
  kargo: 'Kargo',
} as const;

/** Whoever else writes versions into this repository. */
export function ofWriter({ kind, path }: WriterFacts): DoctorFinding {
  return finding({
    rule: `writer/${kind}`,
    severity: kind === 'dependabot' ? 'note' : 'warning',
    place: path,
    at: { file: path, line: 1, column: 1 },
    what: `${WRITERS[kind]} may put the bad version back after a rollback`,
    because: `${path} configures it, and it does not know what was rolled back`,
    cure: 'Require the quarantine check on its pull requests, and let it not push to the default branch.',
  });
}
