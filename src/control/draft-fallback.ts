/** Users go to the fallback of the playbook, and no version moves: one edit of the route. */
import { branchOf, incidentId } from '../plan/identity.ts';
import type { Incident, Key } from '../plan/incident.ts';
import { makeFallback } from '../plan/make-fallback.ts';
import type { Planned } from '../plan/plan.ts';
import type { Target } from '../playbook/target.ts';
import type { Overview } from '../ports.ts';
import type { Doors } from './doors.ts';
import type { Ask, Draft } from './draft.ts';
import { readPast } from './draft-past.ts';
import { foresee } from './foresee.ts';
import { placesOf } from './places.ts';

/** True when users are to go to the fallback: a trigger or an alert says so, or a person names it as the target. */
export function wantsFallback({ cause, to }: Ask, { rules }: Target): boolean {
  if (cause.kind === 'gate' || cause.kind === 'alert') return cause.then === 'fallback';
  return to?.toLowerCase() === 'fallback' && rules.rollback.fallback !== undefined;
}

export async function draftFallback(
  doors: Doors,
  target: Target,
  key: Key,
  overview: Overview,
  ask: Ask,
): Promise<Draft | null> {
  const { repository, sha256 } = doors;
  const { paths, rollback } = target.rules;
  const [past, trees] = await Promise.all([
    readPast(doors, target, key, overview),
    repository.trees(paths, [overview.head]),
  ]);
  const [newest] = past.changes;
  if (!newest) return null;
  const way = 'fallback';
  const incident: Incident = {
    id: incidentId(key, newest.revision, sha256, way),
    ...{ key, bad: newest.revision, openedAt: ask.at, cause: ask.cause, way },
  };
  const files = trees.get(overview.head) ?? [];
  const [texts, existing] = await Promise.all([
    repository.texts(files.map(({ blob }) => blob)),
    repository.findRollback(branchOf(incident)),
  ]);
  const planned: Planned = makeFallback(
    {
      incident,
      base: overview.head,
      baseBranch: overview.defaultBranch,
      files: files.flatMap(({ path, blob, mode }) => {
        const text = texts.get(blob);
        return typeof text === 'string' ? [{ path, text, mode }] : [];
      }),
      policy: rollback,
    },
    sha256,
  );
  return {
    incident,
    branch: branchOf(incident),
    planned,
    texts,
    quarantine: null,
    before: { isRollback: newest.revertOf !== null, releasedAt: newest.at, ...past.counted },
    activeRules: past.activeRules,
    standing: past.standing,
    existing,
    ...placesOf(past.ledger, incident, newest.pull),
    outlook: foresee(doors, target),
  };
}
