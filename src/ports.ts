/**
 * The doors to the outside, as small as control/ needs them, named for what we want.
 * Adapters implement them; tests use the world or one stateful fake per port.
 */
import type { Reading } from './measure/reading.ts';
import type { PathCommit } from './plan/changes.ts';
import type { FileEdit } from './plan/plan.ts';
import type { Criterion, Trigger } from './playbook/schema.ts';
import type { Look, Reference } from './registries/look.ts';
import type { PointerReference } from './registries/pointers.ts';

/** The time, so that tests can turn it. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  wait(ms: number): Promise<void>;
}

/** One question of the playbook, and how this source tells the arms apart. */
export interface Query {
  readonly trigger: Trigger | Criterion;
  readonly arms: { readonly canary: string; readonly baseline: string | null };
  /**
   * Epoch ms at which counting begins: the end of the gate's warm-up, or the start of the proof. The same at every look.
   * A source without raw counters is asked for the total since then, which is a running count again.
   */
  readonly since: number;
}

/** Instants from, from + stepMs, ... up to and including to (epoch ms). */
export interface Grid {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

export interface MetricSource {
  /**
   * Every query at one evaluation time (epoch ms; null: now), by trigger name.
   * What cannot be read is a `missing` arm with its reason: this never throws for a source that is down, slow or wrong.
   */
  look(queries: readonly Query[], at: number | null): Promise<ReadonlyMap<string, Reading>>;
  /**
   * Every query at every instant of the grid, in order: the same as `look` at each, in fewer questions. Only where the source can; the
   * others are looked at instant by instant.
   */
  readonly course?: (queries: readonly Query[], grid: Grid) => AsyncIterable<ReadonlyMap<string, Reading>>;
  /** True when `at` may lie in the past (a server with history); false for a bare /metrics page. */
  readonly remembers: boolean;
}

/** One Argo CD application as far as a rollback cares. */
export interface Application {
  readonly name: string;
  /** Last *compared*: proves nothing about what runs. Empty while not yet compared or Unknown. */
  readonly sync: { readonly status: 'Synced' | 'OutOfSync' | 'Unknown'; readonly revisions: readonly string[] };
  readonly health: {
    readonly status: 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';
    /** ISO 8601: since when; null where Argo CD does not say. */
    readonly since: string | null;
  };
  /** The last operation: `revisions` were *applied* once `phase` is Succeeded. Null before the first. */
  readonly operation: {
    readonly phase: 'Running' | 'Terminating' | 'Failed' | 'Error' | 'Succeeded';
    readonly revisions: readonly string[];
    readonly message: string;
    readonly startedAt: string;
    readonly finishedAt: string | null;
    readonly retryCount: number;
  } | null;
  readonly images: readonly string[];
  readonly autoSync: boolean;
  /** Resources that Git no longer has and that stay until somebody prunes them, such as `ConfigMap default/flags`. */
  readonly toPrune?: readonly string[];
  /** How many other resources differ from Git. */
  readonly differing?: number;
}

/** A resource of an application that is not healthy, and what its controller says about it. */
export interface Unhealthy {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: string;
  readonly message: string;
}

/** Whether Argo CD may sync now, and the windows that say so. */
export interface SyncWindows {
  readonly canSync: boolean;
  readonly windows: readonly {
    readonly kind: 'allow' | 'deny';
    /** Five cron fields, UTC. */
    readonly schedule: string;
    /** Such as `1h30m`. */
    readonly duration: string;
    /** A person may sync by hand all the same. */
    readonly manualSync: boolean;
    readonly active: boolean;
  }[];
}

/** The registries of a playbook: whether the image, model, data, prompt or flag that a manifest names still is there. */
export interface Artefacts {
  /** Within two seconds, unless the shell allows more; what cannot be asked is `unknown`. Never throws. */
  look(reference: Reference): Promise<Look>;
}

/** The request that moves a pointer, as it is sent but for the credentials. */
export interface MoveRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export type PreparedMove =
  { readonly kind: 'ready'; readonly request: MoveRequest } | { readonly kind: 'refused'; readonly because: string };

/** Moves pointers of registries: aliases, labels, tags, environments, flags. */
export interface Movers {
  /** Reads what the request needs, and changes nothing. Never throws. */
  prepare(reference: PointerReference, to: string): Promise<PreparedMove>;
  /** Sends it once. `unsure`: it may have arrived, so that only another look can tell. Never throws. */
  send(
    reference: PointerReference,
    request: MoveRequest,
  ): Promise<{ readonly kind: 'sent' } | { readonly kind: 'refused' | 'unsure'; readonly because: string }>;
}

export interface ArgoCd {
  /** Throws argocd-unauthorized, argocd-unknown-application or argocd-unavailable. */
  application(name: string): Promise<Application>;
  /** Asks Argo CD to compare with Git now (a normal refresh), and returns what it then says. */
  refresh(name: string): Promise<Application>;
  /** Ends the running operation, only if it still is the one of `revision`. */
  terminate(name: string, revision: string): Promise<void>;
  /** The sync windows of an application; asked before a merge, and therefore answered or refused within two seconds. */
  syncWindows(name: string): Promise<SyncWindows>;
  /** The resources that make an application unhealthy. */
  unhealthy(name: string): Promise<readonly Unhealthy[]>;
}

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

/** The pull request of one rollback, as GitHub shows it now. */
export interface Pull {
  readonly id: string;
  readonly number: number;
  readonly url: string;
  readonly branch: string;
  readonly state: 'open' | 'merged' | 'closed';
  /** Head sha; a merge is pinned to it. */
  readonly head: string;
  readonly base: string;
  /** True when every commit on it is ours, and so is the last edit of its text. */
  readonly ours: boolean;
  readonly body: string;
  readonly labels: readonly string[];
  readonly mergeState: 'clean' | 'blocked' | 'behind' | 'dirty' | 'unknown';
  readonly autoMerge: boolean;
  /** It stands in the merge queue. */
  readonly queued?: boolean;
  /** Merged now, it would change nothing. */
  readonly empty?: boolean;
  /** A person opened it; lastgood only watches it, and remembers it in a comment of its own. */
  readonly adopted?: boolean;
  readonly createdAt: string;
  readonly mergedAt: string | null;
  readonly mergedBy: string | null;
  readonly mergeCommit: string | null;
}

/** Where people speak. */
export type Page =
  /** An issue or a pull request. */
  { readonly kind: 'issue'; readonly number: number } | { readonly kind: 'commit'; readonly sha: string };

/** One comment of the repository: the ids of comments on commits are counted apart. */
export interface CommentAt {
  readonly page: Page;
  readonly id: number;
}

/** A comment, with who wrote it and whether the text is still theirs. */
export interface Comment {
  readonly id: number;
  readonly author: string;
  readonly body: string;
  readonly edited: boolean;
  readonly createdAt: string;
}

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
  /** Into the merge queue, at its front where we may. */
  enqueue(pull: Pull): Promise<MergeOutcome>;
  /** Reviews of this pull request, oldest first, the newest 100; a person's last one is their word. */
  reviews(pull: Pull): Promise<readonly Review[]>;
  /** What still stands between this pull request and its merge, and whether our App may step over it. */
  obstacles(pull: Pull): Promise<Obstacles>;
  closePull(pull: Pull): Promise<void>;
  /** Open pull requests of others that say they revert something. */
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
  react(comment: CommentAt, content: Reaction): Promise<void>;
  /** Ours; null: this comment has not been dealt with. */
  reactionOf(comment: CommentAt): Promise<Reaction | null>;

  gateRuns(sha: string): Promise<readonly GateRun[]>;
  /** The check run or commit status of this name on a commit; null: there is none yet. */
  jobVerdict(sha: string, name: string): Promise<JobVerdict | null>;
  /** Newest commits of the default branch since then, at most `most`. */
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

export type Reaction = 'rocket' | 'confused' | 'eyes';

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

export type MergeOutcome =
  | { readonly kind: 'merged'; readonly sha: string }
  | { readonly kind: 'armed' }
  | { readonly kind: 'queued' }
  /** GitHub refused, in its own words; `clean` when auto-merge was refused because nothing is left to wait for. */
  | {
      readonly kind: 'refused';
      readonly reason: 'clean' | 'not-allowed' | 'blocked' | 'moved' | 'other';
      readonly message: string;
    };

/** How far a release or a merged revert is, as GitHub's deployments say it. */
export interface DeploymentState {
  readonly task: 'release' | 'rollback';
  /** The released commit, or the merge of the revert. */
  readonly sha: string;
  /** As GitHub names it. */
  readonly environment: string;
  readonly state: 'in_progress' | 'success' | 'failure';
  readonly description: string;
  /** Where people read on; null: nowhere. */
  readonly url: string | null;
}

/** A person's review of a pull request. */
export interface Review {
  readonly by: string;
  readonly isBot: boolean;
  readonly state: 'approved' | 'changes-requested' | 'other';
  /** The head sha that was read. */
  readonly head: string;
}

/** One thing that holds a merge: which rule, what it still wants, and who can give it. */
export interface Blocker {
  readonly rule: string;
  readonly says: string;
  readonly lift: string;
}

export interface Obstacles {
  readonly blockers: readonly Blocker[];
  /** The rulesets that our App may step over, when nothing else holds the merge; null: it may not. */
  readonly bypass: readonly string[] | null;
}

/** A pull request of a person that says it reverts something. */
export interface HumanRevert {
  readonly number: number;
  readonly author: string;
  readonly head: string;
  readonly text: string;
}

/** Somebody's pull request, as far as a check of ours must know it. */
export interface OpenPull {
  readonly number: number;
  /** Head sha: where the check stands. */
  readonly head: string;
  readonly branch: string;
  readonly author: string;
  readonly fork: boolean;
  /** GitHub's trial merge with the default branch; null while it is not known, or cannot be made. */
  readonly merged: string | null;
  /** There is none because the two cannot be merged, and waiting does not help. */
  readonly conflicting?: boolean;
  readonly paths: readonly string[];
  /** False: it changes more files than were listed. */
  readonly allPaths: boolean;
}

export interface PublishedCheck extends CheckAnswer {
  readonly sha: string;
  /** Buttons, at most three: label up to 20, description up to 40, identifier up to 20 characters. */
  readonly actions?: readonly { readonly label: string; readonly description: string; readonly identifier: string }[];
}

export interface CheckAnswer {
  readonly name: string;
  readonly conclusion: 'success' | 'neutral' | 'failure';
  readonly title: string;
  readonly summary: string;
}

/** What a job of the team has said about a commit. */
export interface JobVerdict {
  readonly state: 'success' | 'failure' | 'pending';
  /** Its own words; data. */
  readonly says: string;
}

/** A finished gate check run. */
export interface GateRun {
  readonly id: number;
  readonly name: string;
  readonly externalId: string;
  readonly sha: string;
  readonly conclusion: string | null;
  readonly appSlug: string;
  readonly text: string;
  readonly completedAt: string | null;
}
