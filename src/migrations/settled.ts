import type { ReleaseJudgement } from './judge.ts';
import { proofVerdict, type Proof } from './proof.ts';

/**
 * What a run on a database adds to what was read: it settles a doubt, and it can take a yes back. Data that is gone stays gone, and what
 * may remove rows unread stays in doubt: the tables of a scratch database have none to miss.
 */
export function settledBy(release: ReleaseJudgement, proof: Proof | null): ReleaseJudgement {
  if (proof === null || proof.migrations.length === 0 || release.undo === 'impossible' || release.undo === 'nothing')
    return release;
  const { ok, faults } = proofVerdict(proof);
  if (!ok)
    return { ...release, undo: 'unproven', because: faults[0] ?? 'the run on the scratch database proved nothing' };
  if (release.misplaced.length > 0 || release.unknown.length > 0) return release;
  const hidden = release.migrations.flatMap(({ findings }) => findings.filter(({ hidesRows }) => hidesRows === true));
  const [first] = hidden;
  if (first)
    return {
      ...release,
      undo: 'unproven',
      because: `up and down left the same schema, but no run on empty tables shows whether rows are lost: ${first.path}:${first.line} ${first.says}`,
    };
  return { ...release, undo: 'down', because: 'up and down were run, and left the same schema' };
}
