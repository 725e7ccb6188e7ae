/** What a change of the default branch, of a pull request or of an order means for everybody else's changes. */
import { groupChanges, type Change } from '../plan/changes.ts';
import type { Key } from '../plan/incident.ts';
import { setAgain, type Quarantined } from '../plan/quarantine.ts';
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
 * Hands over the rollbacks that a quarantined value on the default branch calls for, and then tells every open pull request (or the one
 * of this number) what holds for it: nobody's check makes the way back wait. A repository without a playbook is none of our business.
 */
export async function reviewChanges(
  doors: Pick<Doors, 'repository' | 'clock'>,
  number: number | null,
  begin: (keep: Keep) => Promise<unknown>,
): Promise<void> {
  const overview = await doors.repository.overview();
  if (overview.playbook === null) return;
  const playbook = playbookOf(overview);
  const pulls = await doors.repository.openPulls(overview.defaultBranch, number);
  if (number !== null && pulls.length === 0) return;
  const rules = await readRules(doors, playbook, overview.head);
  if (number === null) for (const keep of await keepQuarantine(doors, rules)) await begin(keep);
  await checkPulls(doors, rules, pulls);
}

async function keepQuarantine(doors: Pick<Doors, 'repository'>, rules: Rules): Promise<readonly Keep[]> {
  const { playbook, head } = rules;
  const set = await setOnHead(doors, rules);
  const keeps: Keep[] = [];
  for (const { key, found } of set) {
    const paths = playbook.services[key.service]?.environments[key.environment]?.paths ?? [];
    const changes = groupChanges(await doors.repository.history(paths, head));
    const [first] = found;
    const setter = first ? await setterOf(doors, changes, first) : null;
    // Only the traffic was moved away from it, or its revert is on its way: it is no second one.
    if (!first || !setter || setter.revision === first.bad) continue;
    keeps.push({
      key,
      ask: {
        cause: { kind: 'quarantine', writer: setter.author, value: first.value, path: first.path },
        at: setter.at,
        bad: setter.revision,
        to: null,
      },
    });
  }
  return keeps;
}

/** Changes that are read to find out who set a value. */
const READ = 50;

/**
 * The change that set it: the oldest of the newest ones since which it has stood there; null: it is older than what is read. Who changed
 * something else after them is innocent.
 */
async function setterOf(
  { repository }: Pick<Doors, 'repository'>,
  changes: readonly Change[],
  held: Quarantined,
): Promise<Change | null> {
  const read = changes.slice(0, READ);
  const { path } = held;
  const trees = await repository.trees(
    [path],
    read.map(({ revision }) => revision),
  );
  const blobAt = (revision: string) => trees.get(revision)?.find((file) => file.path === path)?.blob ?? '';
  const texts = await repository.texts([...new Set(read.map(({ revision }) => blobAt(revision)))].filter(Boolean));
  const stands = ({ revision }: Change): boolean =>
    setAgain([held], [{ path, before: null, after: texts.get(blobAt(revision)) ?? null }]).length > 0;
  return read[read.findIndex((change) => !stands(change)) - 1] ?? null;
}

/** The head of a merge group, told the same way. */
export async function reviewGroup(doors: Pick<Doors, 'repository' | 'clock'>, head: string): Promise<void> {
  const overview = await doors.repository.overview();
  if (overview.playbook !== null) await checkGroup(doors, overview, playbookOf(overview), head);
}
