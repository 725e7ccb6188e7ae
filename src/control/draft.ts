import type { Cause, Incident, Key } from '../plan/incident.ts';
import type { Change } from '../plan/changes.ts';
import { branchOf, incidentId } from '../plan/identity.ts';
import { isInstant } from '../plan/history.ts';
import type { Named } from '../plan/named-target.ts';
import { versionsOf } from '../manifests/versions.ts';
import { wholeOf, type Planned } from '../plan/plan.ts';
import type { Target } from '../playbook/target.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Standing } from '../ledger/standing.ts';
import type { Overview, Pull } from '../ports.ts';
import { mergedRevert, openRevert } from './adopt.ts';
import { lookAtListed } from './artefacts.ts';
import { seeApplications, type ApplicationSeen } from './applications.ts';
import type { Doors } from './doors.ts';
import { draftFallback, wantsFallback } from './draft-fallback.ts';
import { readPast } from './draft-past.ts';
import type { Made } from './draft-plan.ts';
import { findWay } from './draft-target.ts';
import { detailOf, QUARANTINE } from './entries.ts';
import { newestServing } from './serving.ts';
import { placesOf, type Places } from './places.ts';
import { foresee } from './foresee.ts';
import { foreseeMoves } from './foresee-moves.ts';
import type { Before } from './observed.ts';

/** What somebody or something wants undone. */
export interface Ask {
  readonly cause: Cause;
  /** ISO 8601: when the fault was noticed. */
  readonly at: string;
  /** The released commit that is bad, or the beginning of its sha, where the cause knows it; null: the newest change of the service. */
  readonly bad: string | null;
  /** Where to go back to, in the words of the person; null: the last good one. */
  readonly to: string | null;
  /** Hash of the plan that a person confirmed, where it is the one that settles a conflict key by key. */
  readonly accept?: string;
}

/** A plan that nobody has acted on yet, with what `decide` needs beside it. */
export interface Draft extends Made, Places {
  readonly incident: Incident;
  readonly branch: string;
  readonly before: Before;
  readonly activeRules: readonly string[];
  /** A pull request that this very incident already has, finished or not. */
  readonly existing: Pull | null;
  /** What Argo CD will make of a merge now, one sentence each. Never rejects. */
  readonly outlook: Promise<readonly string[]>;
  /** Orders of people that stand now. */
  readonly standing: Standing;
}

/** Four sequential requests to GitHub, whatever the size of the repository: only the paths of the service are read. */
export async function draft(
  doors: Doors,
  target: Target,
  key: Key,
  overview: Overview,
  ask: Ask,
): Promise<Draft | null> {
  if (wantsFallback(ask, target)) return draftFallback(doors, target, key, overview, ask);
  const { repository, sha256 } = doors;
  const { paths } = target.rules;
  const outlook = foresee(doors, target);
  const looks = lookAtListed(doors, target);
  const isUnnamed = ask.cause.kind === 'alert' && ask.bad === null;
  const [past, seen, resolved, candidates] = await Promise.all([
    readPast(doors, target, key, overview),
    isUnnamed ? inTime(doors, seeApplications(doors, target)) : [],
    ask.to === null ? null : repository.resolve(ask.to),
    repository.humanReverts(),
  ]);
  const { ledger, changes: grouped, activeRules, standing } = past;
  const named = ask.to === null ? null : await nameTarget(doors, overview.head, ask, ask.to, resolved);
  const changes = named?.sha === null && !isInstant(named.text) ? await withVersions(doors, paths, grouped) : grouped;
  const serving = await newestServing(doors, seen, changes);
  const bad = serving ?? (await badChange(doors, changes, ask.bad));
  if (!bad) return null;
  const incident: Incident = {
    id: incidentId(key, bad.revision, sha256),
    key,
    bad: bad.revision,
    openedAt: ask.at,
    cause: ask.cause,
  };
  const branch = branchOf(incident);
  const before: Before = {
    isRollback: bad.revertOf !== null,
    releasedAt: bad.at,
    ...past.counted,
    keptBefore: keptBefore(ledger, key, ask.cause),
  };
  const base = {
    incident,
    branch,
    outlook,
    before,
    activeRules,
    standing,
    ...placesOf(ledger, incident, bad.pull),
  };
  const where = { key, changes, ledger, bad: bad.revision, named };
  const [{ good, ...made }, existing] = await Promise.all([
    findWay(doors, target, overview, { where, ledger, incident, changes, bad, accept: ask.accept, looks }),
    repository.findRollback(branch),
  ]);
  if (good === null) return { ...base, ...made, existing };
  const human = existing === null ? await humanRevert(made.planned) : null;
  const notServing = serving === null ? [] : changes.slice(0, changes.indexOf(serving));
  const innocent = notServing.map(
    ({ revision, title }) => `${revision.slice(0, 7)} '${title}' is not applied yet, so it is not accused`,
  );
  const foreseen = Promise.all([outlook, foreseeMoves(doors, target, { ledger, changes, good, bad: bad.revision })]);
  const all = foreseen.then((notes) => [...unreadNotes(past.counted), ...innocent, ...notes.flat()]);
  return { ...base, outlook: all, before: { ...before, human }, ...made, existing };

  async function humanRevert(found: Planned): Promise<Before['human']> {
    if (!bad) return null;
    if (found.kind === 'nothing-to-do') return mergedRevert(changes, bad);
    return found.kind === 'planned' ? openRevert(repository, candidates, bad, paths, wholeOf(found.plan)) : null;
  }
}

function unreadNotes({ unreadable }: Pick<Before, 'unreadable'>): readonly string[] {
  return unreadable == null ? [] : [`${unreadable}: what was verified, rolled back or quarantined before is not known`];
}

/** An Argo CD that does not answer holds up no rollback: then the newest change is meant. */
async function inTime(doors: Doors, seen: Promise<readonly ApplicationSeen[]>): Promise<readonly ApplicationSeen[]> {
  const answer = doors.within === undefined ? await seen : await doors.within(PATIENCE_MS, seen);
  return answer === 'late' ? [] : answer;
}

const PATIENCE_MS = 2_000;

/** How often this very value was taken back, since the last `/release` or ever. */
function keptBefore(ledger: readonly Entry[], { service, environment }: Key, cause: Cause): number {
  if (cause.kind !== 'quarantine') return 0;
  const here = ledger.filter((line) => line.service === service && line.environment === environment);
  const released = here.findLastIndex(({ kind }) => kind === 'released');
  return here
    .slice(released + 1)
    .filter(
      ({ kind, actor, details }) =>
        kind === 'requested' && actor === QUARANTINE && details['value'] === detailOf(cause.value),
    ).length;
}

/** A person's word for the target. A commit that is not in the past of the default branch never served from it. */
async function nameTarget(
  doors: Doors,
  head: string,
  { cause }: Ask,
  text: string,
  sha: string | null,
): Promise<Named> {
  const isAncestor = sha !== null && (await doors.repository.contains(head, sha));
  return { text, sha, isAncestor, ...(cause.kind === 'command' ? { by: cause.by } : {}) };
}

/** Only when the word is neither a commit nor a time it can be a version: then the manifests of older changes are read. */
async function withVersions(doors: Doors, paths: readonly string[], changes: readonly Change[]): Promise<Change[]> {
  const trees = await doors.repository.trees(
    paths,
    changes.map((change) => change.revision),
  );
  const texts = await doors.repository.texts([...trees.values()].flatMap((files) => files.map((file) => file.blob)));
  return changes.map((change) => ({
    ...change,
    versions: (trees.get(change.revision) ?? []).flatMap(({ path, blob }) => {
      const text = texts.get(blob);
      return typeof text === 'string' ? versionsOf(path, text).map(({ value }) => value) : [];
    }),
  }));
}

/**
 * The change a cause speaks of. A gate runs on a pushed commit: either that commit changed the service, or the newest change was
 * already in it. A gate of a release that has been replaced since then accuses nobody.
 */
async function badChange(doors: Doors, changes: readonly Change[], sha: string | null): Promise<Change | null> {
  const newest = changes[0];
  if (!newest || sha === null) return newest ?? null;
  // An alert may name the beginning of one only.
  const [match, ...others] = changes.filter(({ revision }) => revision.startsWith(sha));
  if (match) return others.length === 0 ? match : null;
  return (await doors.repository.contains(sha, newest.revision)) ? newest : null;
}
