/** The snapshot at the end of a rollback: what was measured, and what ran. It asks nobody, everything was just observed. */
import type { Entry } from '../ledger/entry.ts';
import { factsOf, printEvidence, type EvidenceFile } from '../ledger/evidence.ts';
import type { Sha256 } from '../ledger/canonical.ts';
import type { Moments } from '../report/timeline.ts';
import { endOf } from './entries.ts';
import { incidentFacts } from './evidence.ts';
import type { Observed } from './observed.ts';
import type { Step } from './step.ts';

/** The lines with the digest of the snapshot in the one that ends the rollback, and its file; as they were before any end. */
export function withEvidence(
  entries: readonly Entry[],
  seen: Observed,
  step: Step,
  moments: Moments,
  sha256: Sha256,
): { readonly entries: readonly Entry[]; readonly files: readonly EvidenceFile[] } {
  const outcome = outcomeOf(step);
  if (outcome === null || seen.stage.kind !== 'opened') return { entries, files: [] };
  const { pull, approvedBy = null, bypass = null } = seen.stage.remembered;
  const { head, number, mergeCommit, mergedAt, mergedBy } = pull;
  const file = printEvidence(
    {
      version: 1,
      phase: 'after',
      incident: incidentFacts(seen.incident),
      takenAt: new Date(seen.now).toISOString(),
      outcome,
      because: step.because,
      pullRequest: { number, head, mergeCommit, mergedAt, mergedBy, approvedBy, bypass },
      moments: { ...moments },
      proof: seen.proof === null ? null : factsOf(seen.proof),
      applications: seen.applications.map(factsOf),
    },
    sha256,
  );
  const last = entries.findLastIndex(({ kind }) => kind === outcome);
  return {
    entries: entries.map((entry, i) =>
      i === last ? { ...entry, details: { ...entry.details, evidence: file.digest } } : entry,
    ),
    files: last < 0 ? [] : [file],
  };
}

function outcomeOf(step: Step): 'recovered' | 'cancelled' | 'escalated' | null {
  if (step.kind === 'escalate') return 'escalated';
  return step.kind === 'finish' && step.outcome !== 'nothing-to-do' ? endOf(step.outcome) : null;
}
