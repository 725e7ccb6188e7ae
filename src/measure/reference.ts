/**
 * A sample of how the inputs looked when all was well, kept as a file beside the playbook. Read before the gate begins, so that nothing
 * measured afterwards can choose it.
 */
export type ReferenceSample =
  /** Raw values, ascending and finite. */
  | { readonly kind: 'values'; readonly sorted: readonly number[] }
  /** Counts per bucket (not cumulative); edges ascend and end with Infinity. */
  | { readonly kind: 'histogram'; readonly edges: readonly number[]; readonly counts: readonly number[] };

/** How many values the sample holds. */
export function referenceSize(reference: ReferenceSample): number {
  return reference.kind === 'values' ? reference.sorted.length : reference.counts.reduce((sum, x) => sum + x, 0);
}
