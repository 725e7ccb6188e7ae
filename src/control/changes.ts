/** What a change of the default branch, of a pull request or of an order means for everybody else's changes. */
import { groupChanges } from '../plan/changes.ts';
import type { Key } from '../plan/incident.ts';
import type { Doors } from './doors.ts';
import type { Ask } from './draft.ts';
import { checkGroup, checkPulls, readRules, setOnHead, type Rules } from './release-check.ts';
import { playbookOf } from './reconcile.ts';

/** A rollback that only keeps the quarantine. */
export interface Keep {
  readonly key: Key;
  readonly ask: Ask;
}

/**
 * Tells every open pull request (or the one of this number) what holds for it, and returns the rollbacks that a quarantined
 * value on the default branch calls for. A repository without a playbook is none of our business.
 */
export async function reviewChanges(
  doors: Pick<Doors, 'repository' | 'clock'>,
  number: number | null,
): Promise<readonly Keep[]> {
  const overview = await doors.repository.overview();
  if (overview.playbook === null) return [];
  const playbook = playbookOf(overview);
  const pulls = await doors.repository.openPulls(overview.defaultBranch, number);
  if (number !== null && pulls.length === 0) return [];
  const rules = await readRules(doors, playbook, overview.head);
  await checkPulls(doors, rules, pulls);
  return number === null ? keepQuarantine(doors, rules) : [];
}

async function keepQuarantine(doors: Pick<Doors, 'repository'>, rules: Rules): Promise<readonly Keep[]> {
  const { playbook, head } = rules;
  const set = await setOnHead(doors, rules);
  const keeps: Keep[] = [];
  for (const { key, found } of set) {
    const paths = playbook.services[key.service]?.environments[key.environment]?.paths ?? [];
    const [newest] = groupChanges(await doors.repository.history(paths, head));
    const [first] = found;
    // While the revert itself is on its way, the bad release still is the newest change: it is no second one.
    // So it is while only the traffic was moved away from it: its version follows.
    if (!newest || !first || newest.revision === first.bad || newest.revertOf === first.bad) continue;
    keeps.push({
      key,
      ask: {
        cause: { kind: 'quarantine', writer: newest.author, value: first.value, path: first.path },
        at: newest.at,
        bad: newest.revision,
        to: null,
      },
    });
  }
  return keeps;
}

/** The head of a merge group, told the same way. */
export async function reviewGroup(doors: Pick<Doors, 'repository' | 'clock'>, head: string): Promise<void> {
  const overview = await doors.repository.overview();
  if (overview.playbook !== null) await checkGroup(doors, overview, playbookOf(overview), head);
}
