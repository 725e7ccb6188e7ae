/** Everybody to what is good, with the smallest edits; only where the manifests show that it serves what the target served. */
import { documentsOf } from '../../manifests/documents.ts';
import type { Doc } from '../../manifests/documents.ts';
import { allOn, carriersOf, isAllOn } from '../../manifests/traffic.ts';
import type { Carrier, KindName, ManifestFile, RewrittenFile } from '../../manifests/traffic.ts';
import { behind, changedDocuments, idOf } from './arms.ts';
import { stableOf } from './stable.ts';
import { none, type Shift, type Sight } from './strategy.ts';

/** A carrier and where everybody is to go. */
export interface Turn {
  readonly carrier: Carrier;
  readonly to: string;
}

/** Kinds whose keys mean what a chart makes of them: only a person can say that one of them leads users. */
const VALUES: readonly KindName[] = ['Helm values', 'Application', 'ApplicationSet', 'ConfigMap'];

/** The carriers of these kinds that Git owns, as the playbook and the target leave them; or why there are none. */
export function turnsOf(sight: Sight, kinds: readonly KindName[]): readonly Turn[] | string {
  const { now, good, policy } = sight;
  const { carrier: named, stable } = policy;
  const declared = named !== undefined && stable !== undefined ? { key: named, value: stable } : null;
  const all = carriersOf(now, declared).filter(({ kind, name }) =>
    named === undefined ? kinds.includes(kind) : name === named && [...kinds, ...VALUES].includes(kind),
  );
  if (all.length === 0)
    return policy.carrier === undefined
      ? `no ${kinds.join(', ')} stands in the paths`
      : `no ${kinds.join(', ')} '${policy.carrier}' stands in the paths`;
  const mine = all.filter(({ owner }) => owner.kind === 'git');
  const [other] = all.flatMap(({ owner }) => (owner.kind === 'controller' ? [owner.because] : []));
  if (mine.length === 0) return other ?? '';
  const before = carriersOf(good);
  const turns: Turn[] = [];
  let unknown: string | null = null;
  for (const carrier of mine) {
    const stable = stableOf(carrier, before.find((one) => isSame(one, carrier)) ?? null, sight);
    if (stable.kind === 'unknown') unknown ??= stable.because;
    else if (!isAllOn(carrier, stable.name)) turns.push({ carrier, to: stable.name });
  }
  return turns.length > 0 ? turns : (unknown ?? 'everything is on the stable destination already');
}

/** What a shift is only safe with: what changed serves behind the other destinations, and nothing behind this one. */
export function relevant(sight: Sight, turns: readonly Turn[], strict: boolean): readonly Turn[] | string {
  const docs = documentsOf(sight.now);
  const changed = changedDocuments(sight.good, sight.now);
  const served = (turn: Turn, wanted: boolean): readonly Doc[] =>
    turn.carrier.destinations
      .filter(({ name }) => (name === turn.to) === wanted)
      .flatMap(({ name }) => behind(docs, turn.carrier, name));
  const own = ({ carrier }: Turn): string => idOf({ path: carrier.path, step: carrier.document });
  const touches = (turn: Turn): boolean =>
    !strict || isRevisions(turn) || served(turn, false).some((doc) => changed.has(idOf(doc)));
  const fit = turns.filter(touches);
  const [first] = fit;
  if (!first) return 'nothing that the release changed stands behind one of the routes';
  for (const turn of fit) {
    const hit = served(turn, true).find((doc) => changed.has(idOf(doc)));
    if (hit && idOf(hit) !== own(turn))
      return `the release also changed ${hit.kind} ${hit.name}, which serves ${turn.to}`;
  }
  if (!strict) return fit;
  const covered = new Set([...turns.map(own), ...fit.flatMap((turn) => served(turn, false).map(idOf))]);
  const strange = [...changed].find(([id]) => !covered.has(id));
  return strange ? `the release also changed ${strange[1]}, and nobody can say that ${first.to} does without it` : fit;
}

/** One document with revisions of itself: what changed in it is the newest one. */
function isRevisions({ carrier }: Turn): boolean {
  return carrier.kind === 'InferenceService';
}

/** All turns, one after the other, or none. */
export function shiftBy(now: readonly ManifestFile[], turns: readonly Turn[]): Shift {
  let files = now;
  const written = new Map<string, RewrittenFile>();
  for (const { carrier, to } of turns) {
    const rewritten = allOn(files, carrier, to);
    if (rewritten.kind === 'refused') return none(rewritten.because);
    if (rewritten.kind === 'already') continue;
    for (const file of rewritten.files) {
      const changes = [...(written.get(file.path)?.changes ?? []), ...file.changes];
      written.set(file.path, { ...file, changes });
    }
    files = files.map((file) => ({ ...file, text: written.get(file.path)?.text ?? file.text }));
  }
  if (written.size === 0) return { kind: 'there', because: 'everybody is there already' };
  const words = turns.map(({ carrier, to }) => `${carrier.kind} ${carrier.name} sends everybody to ${to}`);
  return { kind: 'shift', files: [...written.values()], because: words.join('; ') };
}

export function isSame(a: Carrier, b: Carrier): boolean {
  return a.path === b.path && a.document === b.document && a.kind === b.kind && a.name === b.name;
}
