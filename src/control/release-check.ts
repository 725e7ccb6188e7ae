/** The check `lastgood/release`: no pull request brings back what was rolled back, and none changes what is frozen. */
import { parse as parseLedger } from '../ledger/chain.ts';
import { orderOn, standing, type Standing } from '../ledger/standing.ts';
import type { Key } from '../plan/incident.ts';
import { QUARANTINE_FOLDER, quarantineFault, quarantinePath, setAgain, type Quarantined } from '../plan/quarantine.ts';
import type { Playbook } from '../playbook/schema.ts';
import { targetNames, targetsTouching, type TargetName } from '../playbook/target.ts';
import type { CheckAnswer, OpenPull, Overview, TreeFile } from '../ports.ts';
import { releaseCheckAnswer, type Objection } from '../report/release-check.ts';
import type { Doors } from './doors.ts';
import { heldNow } from './held.ts';
import { isOwnRollback } from './own-pull.ts';

export const RELEASE_CHECK = 'lastgood/release';

/** What is forbidden now, read once for any number of pull requests. */
export interface Rules {
  readonly playbook: Playbook;
  readonly head: string;
  readonly standing: Standing;
  readonly quarantine: readonly { readonly place: TargetName; readonly held: readonly Quarantined[] }[];
  /** Files of the quarantine that cannot be read, each with its fault. */
  readonly broken: readonly string[];
}

type Reads = Pick<Doors, 'repository' | 'clock'>;

export async function readRules({ repository, clock }: Reads, playbook: Playbook, head: string): Promise<Rules> {
  const [trees, ledgerText] = await Promise.all([repository.trees([QUARANTINE_FOLDER], [head]), repository.ledger()]);
  const files = trees.get(head) ?? [];
  const texts = await repository.texts(files.map(({ blob }) => blob));
  const ledger = parseLedger(ledgerText);
  const now = clock.now();
  const textOf = (file: TreeFile | undefined): string | null => (file ? (texts.get(file.blob) ?? null) : null);
  const places = targetNames(playbook).map((place) => {
    const text = textOf(files.find(({ path }) => path === quarantinePath(place)));
    return { place, text };
  });
  return {
    playbook,
    head,
    standing: standing(ledger, now),
    quarantine: await Promise.all(
      places.map(async ({ place, text }) => ({
        place,
        held: await heldNow({ repository }, place, { text, ledger, now }),
      })),
    ),
    broken: places.flatMap(({ place, text }) => {
      const fault = quarantineFault(text);
      return fault === null ? [] : [`${quarantinePath(place)}: ${fault}`];
    }),
  };
}

/** What speaks against a change that turns the default branch into `after`; paths null: any file may have changed. */
export async function objections(
  { repository }: Pick<Doors, 'repository'>,
  rules: Rules,
  change: { readonly after: string; readonly paths: readonly string[] | null },
): Promise<readonly Objection[]> {
  const touched = change.paths === null ? targetNames(rules.playbook) : targetsTouching(rules.playbook, change.paths);
  const frozen = touched.flatMap((place): Objection[] => {
    const order = orderOn(rules.standing.freezes, place);
    return order === null ? [] : [{ kind: 'frozen', place, order }];
  });
  const watched = rules.quarantine.filter(({ held }) => held.length > 0);
  const paths = [...new Set(watched.flatMap(({ held }) => held.map(({ path }) => path)))];
  if (paths.length === 0) return frozen;
  const trees = await repository.trees(paths, [rules.head, change.after]);
  const blobAt = (sha: string, path: string) => trees.get(sha)?.find((file) => file.path === path)?.blob ?? null;
  const moved = paths.filter((path) => blobAt(rules.head, path) !== blobAt(change.after, path));
  const blobs = moved
    .flatMap((path) => [blobAt(rules.head, path), blobAt(change.after, path)])
    .filter((blob) => blob !== null);
  const texts = await repository.texts(blobs);
  const textAt = (sha: string, path: string): string | null => texts.get(blobAt(sha, path) ?? '') ?? null;
  const changed = moved.map((path) => ({ path, before: textAt(rules.head, path), after: textAt(change.after, path) }));
  const again = watched.flatMap(({ place, held }): Objection[] => {
    const found = setAgain(held, changed);
    return found.length === 0 ? [] : [{ kind: 'quarantined', place, found }];
  });
  return [...again, ...frozen];
}

/** The answer for one pull request. A rollback of ours is never stopped. */
async function checkPull(doors: Pick<Doors, 'repository'>, rules: Rules, pull: OpenPull): Promise<CheckAnswer> {
  if (isOwnRollback(pull, doors.repository.login)) return releaseCheckAnswer(RELEASE_CHECK, [], { kind: 'rollback' });
  // Without a trial merge the head itself is read: what it holds is what its author means to set.
  const after = pull.merged ?? pull.head;
  const found = await objections(doors, rules, { after, paths: pull.allPaths ? pull.paths : null });
  return releaseCheckAnswer(RELEASE_CHECK, found, { kind: 'change', broken: rules.broken });
}

/** Says on each of these pull requests what holds for it now. */
export async function checkPulls(
  doors: Pick<Doors, 'repository'>,
  rules: Rules,
  pulls: readonly OpenPull[],
): Promise<void> {
  for (const pull of pulls) {
    const answer = await checkPull(doors, rules, pull);
    await doors.repository.publishCheck({ sha: pull.head, ...answer });
  }
}

/** The head of a merge group: several pull requests at once, already merged with the default branch. */
export async function checkGroup(doors: Reads, overview: Overview, playbook: Playbook, sha: string): Promise<void> {
  const rules = await readRules(doors, playbook, overview.head);
  // Freezes were told on each pull request; here only what the group as a whole would set is new.
  const found = (await objections(doors, rules, { after: sha, paths: [] })).filter(
    ({ kind }) => kind === 'quarantined',
  );
  const answer = releaseCheckAnswer(RELEASE_CHECK, found, { kind: 'change', broken: rules.broken });
  await doors.repository.publishCheck({ sha, ...answer });
}

/** Values that the head of the default branch has although they are quarantined, by service and environment. */
export async function setOnHead(
  { repository }: Pick<Doors, 'repository'>,
  rules: Rules,
): Promise<readonly { readonly key: Key; readonly found: readonly Quarantined[] }[]> {
  const watched = rules.quarantine.filter(({ held }) => held.length > 0);
  const paths = [...new Set(watched.flatMap(({ held }) => held.map(({ path }) => path)))];
  if (paths.length === 0) return [];
  const files = (await repository.trees(paths, [rules.head])).get(rules.head) ?? [];
  const texts = await repository.texts(files.map(({ blob }) => blob));
  const changed = files.map(({ path, blob }) => ({ path, before: null, after: texts.get(blob) ?? null }));
  return watched.flatMap(({ place, held }) => {
    const found = setAgain(held, changed);
    return found.length === 0 ? [] : [{ key: { repo: repository.name, ...place }, found }];
  });
}
