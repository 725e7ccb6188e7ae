/** From a bad release and its target to the edits: what is read of the repository, and what is made of it. */
import type { ManifestFile } from '../manifests/traffic.ts';
import type { Change } from '../plan/changes.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Incident } from '../plan/incident.ts';
import { makePlan } from '../plan/make-plan.ts';
import { repointedIn } from '../plan/fit.ts';
import { inHalves, trafficOnly } from '../plan/two-halves.ts';
import type { FirstHalf, LastGood, Planned, QuarantineEdit, StrategyName, VersionChange } from '../plan/plan.ts';
import { quarantineEdit, quarantinePath, readQuarantine, type Quarantined } from '../plan/quarantine.ts';
import type { Target } from '../playbook/target.ts';
import type { Overview, TreeFile } from '../ports.ts';
import type { Looked } from '../registries/look.ts';
import { fitting } from './artefacts.ts';
import type { Doors } from './doors.ts';
import { reasonOf } from './entries.ts';
import { heldNow } from './held.ts';

/** Where to, and from where. */
export interface Way {
  readonly incident: Incident;
  /** Of the paths, newest first; `bad` is one of them. */
  readonly changes: readonly Change[];
  readonly bad: Change;
  readonly good: LastGood;
  /** To know what is quarantined; absent: the second half, whose target was looked at with the first. */
  readonly ledger?: readonly Entry[];
  /** Hash of the plan that a person confirmed in place of a conflict. */
  readonly accept?: string | undefined;
  /** The looks at what the playbook lists, begun earlier. */
  readonly looks: Promise<readonly Looked[]>;
  /** The first pull request of the same incident, with the commits before and after it; absent: this plan is the first. */
  readonly after?: {
    readonly first: FirstHalf;
    readonly strategy: StrategyName;
    readonly from: string;
    readonly to: string;
  };
}

export interface Made {
  readonly planned: Planned;
  /** Text of the blobs in the plan; null: binary. */
  readonly texts: ReadonlyMap<string, string | null>;
  /** What the commit of the revert adds to the quarantine; null: nothing. */
  readonly quarantine: QuarantineEdit | null;
  /** What is quarantined and would be set again. */
  readonly again?: readonly Quarantined[];
  /** The Git blobs of the files that were looked at; absent where there was no plan to make. */
  readonly blobs?: readonly FileBlobs[];
}

interface FileBlobs {
  readonly path: string;
  readonly good: string | null;
  readonly bad: string | null;
  readonly now: string | null;
}

type Files = ReadonlyMap<string, TreeFile>;

/** Two requests to GitHub, whatever the size of the repository: only the paths of the service are read. */
export async function makeWay(doors: Doors, target: Target, overview: Overview, way: Way): Promise<Made> {
  const { repository, sha256, clock } = doors;
  const { incident, changes, bad, good, after } = way;
  const { paths } = target.rules;
  const quarantined = quarantinePath(incident.key);
  const revisions = [good.sha, bad.revision, overview.head, ...(after ? [after.from, after.to] : [])];
  const trees = await repository.trees([...paths, quarantined], revisions);
  const listed = trees.get(overview.head)?.find(({ path }) => path === quarantined);
  // What is quarantined never goes back: each rollback adds to it.
  const at = (sha: string | undefined): Files =>
    new Map(
      (trees.get(sha ?? '') ?? []).flatMap((file) => (file.path === quarantined ? [] : [[file.path, file] as const])),
    );
  const states = { good: at(good.sha), bad: at(bad.revision), now: at(overview.head) };
  const detour = after && { before: at(after.from), after: at(after.to) };
  if (states.good.size === 0) {
    const because = `${good.because}, but it has no file of this service: going back would delete the service`;
    return { planned: { kind: 'no-last-good', because }, texts: new Map(), quarantine: null };
  }
  const touched = differing(states.good, states.bad);
  const moved = detour ? differing(detour.before, detour.after) : [];
  const all = [...new Set([...touched, ...moved])];
  const blobs = all.flatMap((path) =>
    [...Object.values(states), ...(detour ? Object.values(detour) : [])].flatMap(
      (files) => files.get(path)?.blob ?? [],
    ),
  );
  // A route often stands in a file that the release did not touch.
  const seen = mayMoveFirst(target, way) ? manifestsIn(states.now, states.good) : [];
  const texts = await repository.texts([...new Set([...blobs, ...seen, ...(listed ? [listed.blob] : [])])]);
  const file = (files: Files, path: string) => {
    const found = files.get(path);
    return found ? { ...found, text: texts.get(found.blob) ?? null } : null;
  };
  const undoes = undone(changes, bad.revision, good.sha);
  const made = makePlan(
    {
      incident,
      base: overview.head,
      baseBranch: overview.defaultBranch,
      good,
      database: target.rules.rollback.database,
      repointed: repointedIn(target.rules.rollback),
      undoes,
      later: changes
        .slice(0, Math.max(0, changes.indexOf(bad)))
        .map(({ revision, title, author }) => ({ sha: revision, title, author })),
      files: all.map((path) => ({
        path,
        good: file(states.good, path),
        bad: file(states.bad, path),
        now: file(states.now, path),
        ...(detour && moved.includes(path)
          ? { detour: { before: file(detour.before, path), after: file(detour.after, path) } }
          : {}),
      })),
    },
    sha256,
  );
  const before = all.flatMap((path) => {
    const text = file(states.now, path)?.text ?? null;
    return text === null ? [] : [{ path, text }];
  });
  const planned = await fitting(doors, target, confirmed(made, way.accept), { listed: way.looks, before, texts });
  const blob = (files: Files, path: string) => files.get(path)?.blob ?? null;
  const fileBlobs = all.map((path) => ({
    path,
    good: blob(states.good, path),
    bad: blob(states.bad, path),
    now: blob(states.now, path),
  }));
  const manifests = (files: Files): readonly ManifestFile[] =>
    [...files].flatMap(([path, { blob }]) => {
      const found = texts.get(blob);
      return typeof found === 'string' ? [{ path, text: found }] : [];
    });
  const sight = {
    ...{ now: manifests(states.now), good: manifests(states.good), policy: target.rules.rollback },
    restore: { good, undoes },
  };
  if (planned.kind !== 'planned') {
    // Whoever asks in person is asked what they mean; at night nobody is there, and users come first.
    const only =
      (planned.kind === 'conflict' || planned.kind === 'unfit') &&
      mayMoveFirst(target, way) &&
      incident.cause.kind !== 'command'
        ? trafficOnly(sight, { incident, base: overview.head, baseBranch: overview.defaultBranch }, planned, {
            files: states.now,
            sha256,
          })
        : null;
    return { planned: only ? { kind: 'planned', plan: only } : planned, texts, quarantine: null, blobs: fileBlobs };
  }
  const text = listed ? (texts.get(listed.blob) ?? null) : null;
  const { ledger } = way;
  const held = ledger && text !== null ? await heldNow(doors, incident.key, { text, ledger, now: clock.now() }) : [];
  const again = held.filter((one) => planned.plan.changes.some((change) => isSetBy(one, change)));
  const told = again.map(({ value }) => `it brings ${value} back, which is quarantined`);
  const restore = { ...planned.plan, notes: [...(planned.plan.notes ?? []), ...told] };
  const quarantine = quarantineEdit(restore, {
    text,
    reason: reasonOf(incident.cause),
    forMs: target.rules.rollback.quarantine,
    now: clock.now(),
  });
  // Exactly what was confirmed, which was printed as one pull request.
  const isSettled = made.kind === 'conflict';
  const plan = isSettled
    ? restore
    : after !== undefined
      ? { ...restore, strategy: after.strategy, phase: { kind: 'version', first: after.first } as const }
      : inHalves({ ...sight, restore }, states.now, sha256);
  const isNews = quarantine !== null && isNew(quarantine, text);
  return {
    ...{ planned: { kind: 'planned', plan }, texts, quarantine: isNews ? quarantine : null, blobs: fileBlobs },
    again,
  };
}

function isSetBy({ path, key, value }: Quarantined, change: VersionChange): boolean {
  return change.path === path && change.key === key && change.to === value;
}

/** More is no service but a whole cluster, and is not worth the wait. */
const MOST_MANIFESTS = 300;

function manifestsIn(...states: readonly Files[]): readonly string[] {
  const blobs = states.flatMap((files) =>
    [...files].flatMap(([path, { blob }]) => (/\.(ya?ml|json)$|(^|\/)Kustomization$/.test(path) ? [blob] : [])),
  );
  const all = [...new Set(blobs)];
  return all.length > MOST_MANIFESTS ? [] : all;
}

function mayMoveFirst({ rules: { rollback } }: Target, { good, after }: Way): boolean {
  return after === undefined && rollback.strategy !== 'restore' && good.reason.kind !== 'named';
}

/** The first half wrote it already, so that the bad version could not come again in between. */
function isNew({ added }: QuarantineEdit, text: string | null): boolean {
  const listed = readQuarantine(text);
  return !added.every((one) =>
    listed.some(
      ({ incident, path, key, value }) =>
        incident === one.incident && path === one.path && key === one.key && value === one.value,
    ),
  );
}

/** Paths that are not the same in both. */
function differing(a: Files, b: Files): readonly string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) => {
    const [one, other] = [a.get(path), b.get(path)];
    return one?.blob !== other?.blob || one?.mode !== other?.mode;
  });
}

/** The plan that a person confirmed in place of a conflict. */
function confirmed(made: Planned, accept: string | undefined): Planned {
  return made.kind === 'conflict' && made.instead && made.instead.hash === accept
    ? { kind: 'planned', plan: made.instead }
    : made;
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
