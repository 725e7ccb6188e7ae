/** The deployment repository on GitHub. */
import type { PathCommit } from '../plan/changes.ts';
import type { FileEdit } from '../plan/plan.ts';
import type { CheckAnswer, DeploymentState, GateRun, JobVerdict, PublishedCheck } from './checks.ts';
import type { HumanRevert, MergeOutcome, Obstacles, OpenPull, Pull, Review } from './pulls.ts';
import type { Comment, CommentAt, Page, Reaction } from './talk.ts';

/** The settings and the policy file of the deployment repository, read at one instant from its default branch. */
export interface Overview {
  readonly defaultBranch: string;
  /** Full sha of the head of the default branch. */
  readonly head: string;
  readonly playbook: { readonly path: string; readonly text: string } | null;
  readonly autoMergeAllowed: boolean;
  readonly mergeMethods: readonly MergeMethod[];
}

export type MergeMethod = 'squash' | 'merge' | 'rebase';

/** One file of the scope at one revision. */
export interface TreeFile {
  readonly path: string;
  readonly blob: string;
  readonly mode: string;
}

/** The deployment repository on GitHub: all that a rollback reads and writes there. */
export interface DeploymentRepository {
  /** owner/name */
  readonly name: string;
  /** Login of the identity we act as, such as `lastgood[bot]`. */
  readonly login: string;

  overview(): Promise<Overview>;
  /** Rules of all levels that a merge into the default branch must satisfy, such as `required_status_checks`. */
  activeRules(branch: string): Promise<readonly string[]>;
  /** `role_name` of a person: admin, maintain, write, triage, read, none, or a custom role. */
  roleOf(login: string): Promise<string>;
  /** True when GitHub says now that this person is an active member of org/team. Throws where it cannot say. */
  isTeamMember(team: string, login: string): Promise<boolean>;
  /** Files that a pull request or commit changes, and the commit that it is or was merged as; null for a plain issue. */
  scopeOf(page: Page): Promise<{ readonly paths: readonly string[]; readonly commit: string | null } | null>;
  /** Commits that touched the paths, newest first, seen from `head`; at most about 30 a path. */
  history(paths: readonly string[], head: string): Promise<readonly PathCommit[]>;
  /** The files under the paths at each revision, by revision. */
  trees(paths: readonly string[], revisions: readonly string[]): Promise<ReadonlyMap<string, readonly TreeFile[]>>;
  /** Text of blobs; null for binary content. */
  texts(blobs: readonly string[]): Promise<ReadonlyMap<string, string | null>>;
  /** The full sha of a sha prefix, tag or branch; null when there is none. */
  resolve(name: string): Promise<string | null>;
  /** True when `ancestor` is `sha` or one of its ancestors. */
  contains(sha: string, ancestor: string): Promise<boolean>;

  findRollback(branch: string): Promise<Pull | null>;
  /** Every rollback pull request of ours that is not finished. */
  unfinishedRollbacks(): Promise<readonly Pull[]>;
  /** Automatic rollbacks opened for this service and environment since then. */
  openedSince(branchPrefix: string, since: string): Promise<number>;

  /** Branch, commit and pull request in one go; a second call finds the first one's work. */
  open(request: OpenRequest): Promise<Pull>;
  mergePinned(pull: Pull, method: MergeMethod, message: { title: string; body: string }): Promise<MergeOutcome>;
  armAutoMerge(pull: Pull, method: MergeMethod): Promise<MergeOutcome>;
  /** GitHub no longer merges it by itself; safe to repeat. */
  disarmAutoMerge(pull: Pull): Promise<void>;
  /** Into the merge queue, at its front where we may. */
  enqueue(pull: Pull): Promise<MergeOutcome>;
  /** Reviews of this pull request, oldest first, the newest 100; a person's last one is their word. */
  reviews(pull: Pull): Promise<readonly Review[]>;
  /** What still stands between this pull request and its merge, and whether our App may step over it. */
  obstacles(pull: Pull): Promise<Obstacles>;
  closePull(pull: Pull): Promise<void>;
  /** Open pull requests of others that may say they revert something; none from a fork. */
  humanReverts(): Promise<readonly HumanRevert[]>;
  /** Remembers a pull request of somebody else's in a comment of ours, so that it is followed to its proof. */
  adopt(number: number, memory: string): Promise<Pull>;
  /** Checks that a merge into this branch requires. */
  requiredChecks(branch: string): Promise<readonly string[]>;
  /**
   * A release or a rollback among GitHub's deployments; needs the right `deployments: write`. Safe to repeat. A release that somebody
   * else has listed already is theirs.
   */
  tellDeployment(state: DeploymentState): Promise<void>;
  /** The answer to a workflow run that waits at an environment, or with `state` null a report; at most 1,024 characters. */
  answerProtection(
    run: { readonly runId: number; readonly environment: string },
    answer: { readonly state: 'approved' | 'rejected' | null; readonly comment: string },
  ): Promise<void>;
  /** A finished check run of ours on a commit that has none of this name yet. */
  answerCheck(sha: string, answer: CheckAnswer): Promise<void>;
  /** Open pull requests into this branch, the newest 100; or only the one of this number. */
  openPulls(base: string, number: number | null): Promise<readonly OpenPull[]>;
  /** Our check run of this name on the commit says this from now on. */
  publishCheck(check: PublishedCheck): Promise<void>;
  /** One label more on an issue or pull request. */
  mark(number: number, label: string): Promise<void>;
  updateBranch(pull: Pull): Promise<void>;
  relabel(pull: Pull, label: string): Promise<void>;
  rewriteBody(pull: Pull, body: string): Promise<void>;

  comments(page: Page, since: string | null): Promise<readonly Comment[]>;
  /** Comments of the whole repository since then, for the sweep; of those on commits the newest 100. */
  recentComments(since: string): Promise<readonly (Comment & CommentAt)[]>;
  comment(page: Page, body: string): Promise<number>;
  /** Of an issue or pull request. */
  editComment(id: number, body: string): Promise<void>;
  deleteComment(id: number): Promise<void>;
  /** Number of the new issue. */
  openIssue(title: string, body: string): Promise<number>;
  /** Closes the issue if we opened it under this title; anything else is left as it is. */
  closeIssue(number: number, title: string): Promise<void>;
  react(comment: CommentAt, content: Reaction): Promise<void>;
  /** Ours; null: this comment has not been dealt with. */
  reactionOf(comment: CommentAt): Promise<Reaction | null>;

  gateRuns(sha: string): Promise<readonly GateRun[]>;
  /** The check run or commit status of this name on a commit; null: there is none yet. */
  jobVerdict(sha: string, name: string): Promise<JobVerdict | null>;
  /** Commits of the default branch since then, at most `most`, the newest first. */
  recentCommits(since: string, most: number): Promise<readonly string[]>;

  ledger(): Promise<string>;
  /**
   * Appends by compare-and-swap: `append` is called again with the newest text when somebody else was faster. `files` is asked after it, and
   * goes into the same commit.
   */
  writeLedger(append: (text: string) => string, message: string, files?: () => readonly LedgerFile[]): Promise<void>;
}

/** A file beside the ledger; one that is there already has the same text. */
export interface LedgerFile {
  readonly path: string;
  readonly text: string;
}

export interface OpenRequest {
  readonly branch: string;
  readonly base: string;
  readonly baseBranch: string;
  readonly edits: readonly FileEdit[];
  /** Text of the blobs that `restore` edits name (null: binary). */
  readonly texts: ReadonlyMap<string, string | null>;
  readonly commit: { readonly title: string; readonly body: string };
  readonly title: string;
  readonly body: string;
}
