/** The target in a person's own words: a sha, a tag, a time, a version. */
import { has } from './changes.ts';
import type { Change } from './changes.ts';
import { isInstant, liveAt } from './history.ts';
import type { FoundGood } from './last-good.ts';

export interface Named {
  /** As it was written: sha prefix, tag, ISO 8601 time with zone, or a version such as 1.4.1. */
  readonly text: string;
  /** What the repository resolves the text to (tag, branch, sha); null: to nothing. */
  readonly sha: string | null;
  readonly by?: string;
  /** True when `sha` is proven to be an ancestor of the bad change, although it did not touch the paths itself. */
  readonly isAncestor?: boolean;
}

interface Question {
  readonly named: Named;
  readonly changes: readonly Change[];
  readonly badChange: Change;
  readonly against: ReadonlyMap<string, string>;
}

/** Exactly one older revision that nothing speaks against, or a refusal that names the candidates. */
export function findNamed({ named, changes, badChange, against }: Question): FoundGood {
  const older = changes.slice(changes.indexOf(badChange) + 1);
  const fit = older.filter((change) => !against.has(change.revision));
  const refuse = (because: string, candidates: readonly Change[] = fit): FoundGood => ({
    kind: 'none',
    because: `${because}${choices(candidates)}`,
    candidates: candidates.slice(0, 10),
  });
  const found = matchesOf({ named, changes, badChange, against }, older);
  const [first] = found;
  if (!first) {
    if (isNewer(named, changes.slice(0, changes.length - older.length), changes)) {
      return refuse(`'${named.text}' is the bad change itself or newer than it`);
    }
    if (named.text.toLowerCase() === 'fallback') return refuse("the playbook names no 'rollback.fallback' here");
    return refuse(`'${named.text}' is no known revision, time or version before ${badChange.revision.slice(0, 7)}`);
  }
  if (found.length > 1) {
    const shas = found.map(({ sha }) => sha);
    return refuse(
      `'${named.text}' could be several revisions`,
      older.filter((change) => shas.some((sha) => has(change, sha))),
    );
  }
  const reason = against.get(first.change?.revision ?? first.sha);
  const fine = older.filter((change) => !against.has(change.revision));
  const is = first.sha.startsWith(named.text.toLowerCase()) ? '' : ` is ${first.sha.slice(0, 7)}, which`;
  if (reason !== undefined) return refuse(`'${named.text}'${is} ${reason}`, fine);
  const by = named.by ?? 'a person';
  return {
    kind: 'good',
    good: { sha: first.sha, reason: { kind: 'named', by }, because: `${by} named '${named.text}': ${first.because}` },
  };
}

interface Match {
  readonly sha: string;
  readonly change: Change | null;
  readonly because: string;
}

function isNewer({ text, sha }: Named, newer: readonly Change[], changes: readonly Change[]): boolean {
  if (sha !== null) return newer.some((change) => has(change, sha));
  const live = isInstant(text) ? liveAt(changes, text) : null;
  return live?.kind === 'live' && newer.includes(live.change);
}

function matchesOf({ named, changes, badChange }: Question, older: readonly Change[]): readonly Match[] {
  const { text, sha } = named;
  if (sha !== null) {
    const exact = shaMatches(older, badChange, sha.toLowerCase());
    if (exact.length > 0) return exact;
    if (named.isAncestor === true)
      return [{ sha, change: null, because: `${sha.slice(0, 7)}, an older commit of the default branch` }];
  }
  if (/^[0-9a-f]{7,64}$/i.test(text)) {
    const prefixed = shaMatches(older, badChange, text.toLowerCase());
    if (prefixed.length > 0) return prefixed;
  }
  if (isInstant(text)) {
    const live = liveAt(changes, text);
    return live.kind === 'live' && older.includes(live.change) ? [live] : [];
  }
  const bare = text.replace(/^v(?=\d)/, '');
  const change = older.find(({ versions }) => versions?.some((version) => versionIs(version, bare)) === true);
  return change
    ? [{ sha: change.revision, change, because: `the newest change with version ${text}, '${change.title}'` }]
    : [];
}

/** Every commit the prefix may mean: of older changes, and the state before the bad one. */
function shaMatches(older: readonly Change[], badChange: Change, prefix: string): readonly Match[] {
  const shas = new Map<string, Match>();
  for (const change of older) {
    for (const sha of [change.revision, ...change.commits]) {
      if (sha.startsWith(prefix)) shas.set(sha, { sha, change, because: `'${change.title}'` });
    }
  }
  for (const [at, { before }] of [badChange, ...older].entries()) {
    if (before?.startsWith(prefix) === true && !shas.has(before)) {
      shas.set(before, { sha: before, change: older[at] ?? null, because: 'a state between two changes' });
    }
  }
  return [...shas.values()];
}

/** `1.4.1` is found in `1.4.1`, `v1.4.1` and `ghcr.io/acme/web:1.4.1`, not in `11.4.1` or `1.4.10`. */
function versionIs(value: string, wanted: string): boolean {
  return value === wanted || value.split(/[:@=/]/).some((part) => part.replace(/^v(?=\d)/, '') === wanted);
}

function choices(candidates: readonly Change[]): string {
  const known = candidates.slice(0, 5).map(({ revision, title }) => `${revision.slice(0, 7)} (${title})`);
  return known.length > 0 ? `; possible: ${known.join(', ')}` : '';
}
