import type { ReleaseJudgement } from './judge.ts';
import { proofVerdict, type Proof } from './proof.ts';

/** What a run on a database adds to what was read: it settles a doubt, and it can take a yes back. Data that is gone stays gone. */
export function settledBy(release: ReleaseJudgement, proof: Proof | null): ReleaseJudgement {
  if (proof === null || proof.migrations.length === 0 || release.undo === 'impossible' || release.undo === 'nothing')
    return release;
  const { ok, faults } = proofVerdict(proof);
  if (!ok)
    return { ...release, undo: 'unproven', because: faults[0] ?? 'the run on the scratch database proved nothing' };
  if (release.misplaced.length > 0 || release.unknown.length > 0) return release;
  return { ...release, undo: 'down', because: 'up and down were run, and left the same schema' };
}
