import type { Cause, Incident, Key } from '../plan/incident.ts';
import { groupChanges, type Change } from '../plan/changes.ts';
import { branchOf, branchPrefixOf, incidentId } from '../plan/identity.ts';
import { isInstant } from '../plan/history.ts';
import { lastGood } from '../plan/last-good.ts';
import type { Named } from '../plan/named-target.ts';
import { versionsOf } from '../manifests/versions.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { Planned, QuarantineEdit } from '../plan/plan.ts';
import { quarantineEdit, quarantinePath } from '../plan/quarantine.ts';
import type { Target } from '../playbook/target.ts';
import { parse as parseLedger } from '../ledger/chain.ts';
import type { Entry } from '../ledger/entry.ts';
import { orderOn, standing } from '../ledger/standing.ts';
import type { Overview, Pull, TreeFile } from '../ports.ts';
import { mergedRevert, openRevert } from './adopt.ts';
import { fitting, lookAtListed } from './artefacts.ts';
import type { Doors } from './doors.ts';
import { QUARANTINE, reasonOf } from './entries.ts';
import { foresee } from './foresee.ts';
import { foreseeMoves } from './foresee-moves.ts';
import type { Before } from './observed.ts';

/** What somebody or something wants undone. */
export interface Ask {
  readonly cause: Cause;
  /** ISO 8601: when the fault was noticed. */
  readonly at: string;
  /** The released commit that is bad, where the cause knows it; null: the newest change of the service. */
  readonly bad: string | null;
  /** Where to go back to, in the words of the person; null: the last good one. */
  readonly to: string | null;
  /** Hash of the plan that a person confirmed, where it is the one that settles a conflict key by key. */
  readonly accept?: string;
}

/** A plan that nobody has acted on yet, with what `decide` needs beside it. */
export interface Draft {
  readonly incident: Incident;
  readonly branch: string;
  readonly planned: Planned;
  readonly before: Before;
  readonly activeRules: readonly string[];
  /** Text of the blobs in the plan; null: binary. */
  readonly texts: ReadonlyMap<string, string | null>;
  /** What the commit of the revert adds to the quarantine; null: nothing. */
  readonly quarantine: QuarantineEdit | null;
  /** A pull request that this very incident already has, finished or not. */
  readonly existing: Pull | null;
  /** The issue or pull request where people read about it before there is a revert; null: nowhere yet. */
  readonly place: number | null;
  /** What Argo CD will make of a merge now, one sentence each. Never rejects. */
  readonly outlook: Promise<readonly string[]>;
  /** The ledger says that a person has been called already. */
  readonly escalated: boolean;
}

const DAY = 86_400_000;

/** Four sequential requests to GitHub, whatever the size of the repository: only the paths of the service are read. */
export async function draft(
  doors: Doors,
  target: Target,
  key: Key,
  overview: Overview,
  ask: Ask,
): Promise<Draft | null> {
  const { repository, sha256 } = doors;
  const { paths } = target.rules;
  const { pause } = target.rules.rollback;
  const opened = (ms: number) =>
    repository.openedSince(branchPrefixOf(key), new Date(doors.clock.now() - ms).toISOString());
  const outlook = foresee(doors, target);
  const looks = lookAtListed(doors, target);
  const [commits, ledgerText, activeRules, openedToday, resolved, openedRecently, candidates] = await Promise.all([
    repository.history(paths, overview.head),
    repository.ledger(),
    repository.activeRules(overview.defaultBranch),
    opened(DAY),
    ask.to === null ? null : repository.resolve(ask.to),
    pause > 0 ? opened(pause) : 0,
    repository.humanReverts(),
  ]);
  const grouped = groupChanges(commits);
  const named = ask.to === null ? null : await nameTarget(doors, overview.head, ask, ask.to, resolved);
  const changes = named?.sha === null && !isInstant(named.text) ? await withVersions(doors, paths, grouped) : grouped;
  const bad = await badChange(doors, changes, ask.bad);
  if (!bad) return null;
  const incident: Incident = {
    id: incidentId(key, bad.revision, sha256),
    key,
    bad: bad.revision,
    openedAt: ask.at,
    cause: ask.cause,
  };
  const branch = branchOf(incident);
  const ledger = parseLedger(ledgerText);
  const before: Before = {
    isRollback: bad.revertOf !== null,
    releasedAt: bad.at,
    openedToday,
    openedRecently,
    hold: orderOn(standing(ledger, doors.clock.now()).holds, key),
    keptBefore: keptBefore(ledger, key),
  };
  const base = {
    incident,
    branch,
    outlook,
    before,
    activeRules,
    place: ask.cause.kind === 'command' && ask.cause.issue > 0 ? ask.cause.issue : bad.pull,
    escalated: ledger.some((line) => line.kind === 'escalated' && line.incident === incident.id),
  };
  const found = lastGood({
    key,
    changes,
    ledger,
    bad: bad.revision,
    named,
  });
  if (found.kind === 'none') {
    const existing = await repository.findRollback(branch);
    return {
      ...base,
      planned: { kind: 'no-last-good', because: found.because },
      texts: new Map(),
      quarantine: null,
      existing,
    };
  }
  const { good } = found;
  const quarantined = quarantinePath(key);
  const [trees, existing] = await Promise.all([
    repository.trees([...paths, quarantined], [good.sha, bad.revision, overview.head]),
    repository.findRollback(branch),
  ]);
  const at = (sha: string) => new Map((trees.get(sha) ?? []).map((file) => [file.path, file]));
  const [goodFiles, badFiles, nowFiles] = [at(good.sha), at(bad.revision), at(overview.head)];
  const listed = nowFiles.get(quarantined);
  // What is quarantined never goes back: each rollback adds to it.
  for (const files of [goodFiles, badFiles, nowFiles]) files.delete(quarantined);
  if (goodFiles.size === 0) {
    const because = `${good.because}, but it has no file of this service: going back would delete the service`;
    return { ...base, planned: { kind: 'no-last-good', because }, texts: new Map(), quarantine: null, existing };
  }
  const touched = [...new Set([...goodFiles.keys(), ...badFiles.keys()])].filter(
    (path) => !sameFile(goodFiles.get(path), badFiles.get(path)),
  );
  const blobs = touched.flatMap((path) =>
    [goodFiles, badFiles, nowFiles].flatMap((files) => files.get(path)?.blob ?? []),
  );
  const texts = await repository.texts(listed ? [...blobs, listed.blob] : blobs);
  const file = (found: TreeFile | undefined) => (found ? { ...found, text: texts.get(found.blob) ?? null } : null);
  const made = makePlan(
    {
      incident,
      base: overview.head,
      baseBranch: overview.defaultBranch,
      good,
      undoes: undone(changes, bad.revision, good.sha),
      later: changes
        .slice(0, Math.max(0, changes.indexOf(bad)))
        .map(({ revision, title, author }) => ({ sha: revision, title, author })),
      files: touched.map((path) => ({
        path,
        good: file(goodFiles.get(path)),
        bad: file(badFiles.get(path)),
        now: file(nowFiles.get(path)),
      })),
    },
    sha256,
  );
  const chosen = confirmed(made, ask);
  const manifests = touched.flatMap((path) => {
    const text = file(nowFiles.get(path))?.text ?? null;
    return text === null ? [] : [{ path, text }];
  });
  const [planned, revert] = await Promise.all([
    fitting(doors, target, chosen, { listed: looks, before: manifests, texts }),
    existing === null ? humanRevert(chosen) : null,
  ]);
  const human = planned.kind === chosen.kind ? revert : null;
  const quarantine =
    planned.kind === 'planned'
      ? quarantineEdit(planned.plan, {
          text: listed ? (texts.get(listed.blob) ?? null) : null,
          reason: reasonOf(ask.cause),
          forMs: target.rules.rollback.quarantine,
          now: doors.clock.now(),
        })
      : null;
  const foreseen = Promise.all([outlook, foreseeMoves(doors, target, { ledger, changes, good, bad: bad.revision })]);
  return {
    ...base,
    outlook: foreseen.then((notes) => notes.flat()),
    before: { ...before, human },
    planned,
    texts,
    quarantine,
    existing,
  };

  async function humanRevert(found: Planned): Promise<Before['human']> {
    if (!bad) return null;
    if (found.kind === 'nothing-to-do') return mergedRevert(changes, bad);
    return found.kind === 'planned' ? openRevert(repository, candidates, bad, paths, found.plan) : null;
  }
}

/** The plan that a person confirmed in place of a conflict. */
function confirmed(made: Planned, { accept }: Ask): Planned {
  return made.kind === 'conflict' && made.instead && made.instead.hash === accept
    ? { kind: 'planned', plan: made.instead }
    : made;
}

/** Since the last `/release`, or ever. */
function keptBefore(ledger: readonly Entry[], { service, environment }: Key): number {
  const here = ledger.filter((line) => line.service === service && line.environment === environment);
  const released = here.findLastIndex(({ kind }) => kind === 'released');
  return here.slice(released + 1).filter(({ kind, actor }) => kind === 'requested' && actor === QUARANTINE).length;
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

function sameFile(a: TreeFile | undefined, b: TreeFile | undefined): boolean {
  return a?.blob === b?.blob && a?.mode === b?.mode;
}

/**
 * The change a cause speaks of. A gate runs on a pushed commit: either that commit changed the service, or the newest change was
 * already in it. A gate of a release that has been replaced since then accuses nobody.
 */
async function badChange(doors: Doors, changes: readonly Change[], sha: string | null): Promise<Change | null> {
  const newest = changes[0];
  if (!newest || sha === null) return newest ?? null;
  const exact = changes.find((change) => change.revision === sha);
  if (exact) return exact;
  return (await doors.repository.contains(sha, newest.revision)) ? newest : null;
}

/** The bad change and those between it and the target, newest first: their content goes away with it. */
function undone(
  changes: readonly Change[],
  bad: string,
  good: string,
): { sha: string; title: string; author: string }[] {
  const from = changes.findIndex((change) => change.revision === bad);
  const to = changes.findIndex((change, i) => i >= from && (change.revision === good || change.before === good));
  const until = to === -1 ? from + 1 : changes[to]?.revision === good ? to : to + 1;
  return changes.slice(from, until).map(({ revision, title, author }) => ({ sha: revision, title, author }));
}
