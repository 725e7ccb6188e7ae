/** The history of some paths as changes people recognise: one per pull request or direct push. */
import { parseReverts } from './trailers.ts';

/** A commit that touched the paths, as a path history lists it, with the merged pull request that brought it. */
export interface PathCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: string;
  /** ISO 8601. */
  readonly committedAt: string;
  readonly pull: {
    readonly number: number;
    /** What landed on the default branch: the merge commit, the squashed one, or the last of a rebase. */
    readonly mergeCommit: string | null;
    readonly mergeParents: readonly string[];
    readonly mergedAt?: string | null;
    readonly title?: string;
  } | null;
}

/** One step in the history of the paths. */
export interface Change {
  /** Commit on the default branch after which the paths are in the new state (full sha). */
  readonly revision: string;
  /** Commit on the default branch with the state before it; null when there was none. */
  readonly before: string | null;
  /** The commits of the path history that belong to it, newest first. */
  readonly commits: readonly string[];
  readonly title: string;
  readonly author: string;
  /** ISO 8601: when it landed on the default branch, as far as is known. */
  readonly at: string;
  /** Number of the merged pull request; null: pushed directly. */
  readonly pull: number | null;
  /** Revision of the change that it takes back, or the sha its message names; null: it is no revert. */
  readonly revertOf: string | null;
  /** Versions in the files after it, where somebody read them. */
  readonly versions?: readonly string[];
}

/**
 * Groups commits (newest first, as Git lists them) into changes, newest first.
 * A squash is one commit; a rebase is several that share a number; of a merge only the branch commits touch the paths, while
 * the state before and after it are those of the merge commit; a commit without a merged pull request was pushed directly.
 */
export function groupChanges(commits: readonly PathCommit[]): readonly Change[] {
  const groups = new Map<string, PathCommit[]>();
  for (const commit of commits) {
    const id = commit.pull?.mergeCommit == null ? commit.sha : `#${commit.pull.number}`;
    const group = groups.get(id);
    if (group) group.push(commit);
    else groups.set(id, [commit]);
  }
  const drafts = inOrder([...groups.values()].flatMap((group) => draft(group) ?? []));
  return drafts.map(({ change, messages }) => ({ ...change, revertOf: revertOf(messages, drafts) }));
}

interface Draft {
  readonly change: Omit<Change, 'revertOf'>;
  readonly messages: readonly string[];
  /** True when its commits lie on a side branch, so that their place in the list says little about when it landed. */
  readonly merged: boolean;
}

function draft(group: readonly PathCommit[]): Draft | null {
  const [newest] = group;
  const oldest = group.at(-1);
  if (!newest || !oldest) return null;
  const pull = newest.pull?.mergeCommit == null ? null : newest.pull;
  const merged = pull !== null && pull.mergeParents.length > 1;
  const change = {
    revision: pull?.mergeCommit ?? newest.sha,
    before: (merged ? pull.mergeParents[0] : oldest.parents[0]) ?? null,
    commits: group.map((commit) => commit.sha),
    title: pull?.title ?? titleOf(group, pull?.mergeCommit ?? null),
    author: newest.author,
    at: pull?.mergedAt ?? newest.committedAt,
    pull: pull?.number ?? null,
  };
  return { change, messages: group.map((commit) => commit.message), merged };
}

/** The title of what landed where it is in the list, otherwise of the newest commit. */
function titleOf(group: readonly PathCommit[], landed: string | null): string {
  const commit = group.find(({ sha }) => sha === landed) ?? group[0];
  return commit?.message.split(/\r?\n/, 1)[0] ?? '';
}

/**
 * Git's order is right for what stands on the default branch itself, whatever its clocks say. A merged branch is put where it
 * landed: behind everything that is newer than the merge.
 */
function inOrder(drafts: readonly Draft[]): readonly Draft[] {
  const ordered = drafts.filter((one) => !one.merged);
  const merged = drafts
    .filter((one) => one.merged)
    .toSorted((a, b) => Date.parse(a.change.at) - Date.parse(b.change.at));
  for (const one of merged) {
    const onto = ordered.findIndex(({ change }) => change.revision === one.change.before);
    const older = ordered.findIndex(({ change }) => Date.parse(change.at) <= Date.parse(one.change.at));
    ordered.splice(onto >= 0 ? onto : older >= 0 ? older : ordered.length, 0, one);
  }
  return ordered;
}

function revertOf(messages: readonly string[], drafts: readonly Draft[]): string | null {
  for (const message of messages) {
    const { shas, pulls } = parseReverts(message);
    for (const sha of shas) return drafts.find(({ change }) => has(change, sha))?.change.revision ?? sha;
    for (const pull of pulls) {
      const reverted = drafts.find(({ change }) => change.pull === pull);
      if (reverted) return reverted.change.revision;
    }
  }
  return null;
}

/** True when the sha, full or abbreviated, names this change or one of its commits. */
export function has(change: Pick<Change, 'revision' | 'commits'>, sha: string): boolean {
  return change.revision.startsWith(sha) || change.commits.some((commit) => commit.startsWith(sha));
}
