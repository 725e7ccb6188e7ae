/** What brings the version back once the traffic is away: the ordinary way back, with our own first pull request taken back in it. */
import { groupChanges } from '../plan/changes.ts';
import { secondBranchOf } from '../plan/identity.ts';
import type { LastGood } from '../plan/plan.ts';
import type { Target } from '../playbook/target.ts';
import type { Pull } from '../ports.ts';
import type { Memory } from '../report/memory.ts';
import { lookAtListed } from './artefacts.ts';
import type { Doors } from './doors.ts';
import type { Draft } from './draft.ts';
import { makeWay } from './draft-plan.ts';
import { foresee } from './foresee.ts';

/** All that is needed to open the second pull request. */
export type SecondDraft = Pick<Draft, 'branch' | 'planned' | 'texts' | 'quarantine' | 'outlook' | 'page'>;

export async function draftSecond(
  doors: Doors,
  target: Target,
  { pull, memory, relievedAt }: { readonly pull: Pull; readonly memory: Memory; readonly relievedAt: string | null },
): Promise<SecondDraft> {
  const { incident, good, half } = memory;
  const looks = lookAtListed(doors, target);
  // Read now: the merge of the first half is younger than what this look began with.
  const overview = await doors.repository.overview();
  const changes = groupChanges(await doors.repository.history(target.rules.paths, overview.head));
  const bad = changes.find(({ revision }) => revision === incident.bad);
  const own = changes.find(({ revision }) => revision === pull.mergeCommit);
  const base = { branch: secondBranchOf(incident), outlook: foresee(doors, target), page: memory.page ?? null };
  if (!bad || !own || own.before === null) {
    const missing = bad ? `the merge of #${pull.number}` : incident.bad.slice(0, 7);
    const because = `${missing} is not among the ${changes.length} changes read of ${incident.key.service} in ${incident.key.environment}`;
    return { ...base, planned: { kind: 'no-last-good', because }, texts: new Map(), quarantine: null };
  }
  const first = { number: pull.number, relievedAt };
  const strategy = half?.strategy ?? 'restore';
  const from = own.before;
  const made = await makeWay(
    doors,
    target,
    overview,
    incident.way === 'fallback'
      ? // Only the switch itself is taken back; whatever was released meanwhile stays.
        { incident, changes, bad: own, good: before(from, pull), looks, after: { first, strategy, from, to: from } }
      : {
          ...{ incident, changes: changes.filter((change) => change !== own), bad, good, looks },
          after: { first, strategy, from, to: own.revision },
        },
  );
  return { ...base, ...made };
}

function before(sha: string, { number }: Pull): LastGood {
  return { sha, reason: { kind: 'parent' }, because: `the route is as it was before #${number}` };
}
