/**
 * What a GitHub remembers beside Git: plain records, changed only by engine/. Times are epoch ms.
 */
import type { CheckSuite, CheckRun, Status, Deployment } from './commit-state.ts';
import type { GitRepository } from './git/repository.ts';
import type { QueueEntry } from './engine/merge-queue.ts';
import type { Lock } from './lock.ts';
import type { Protection, Ruleset } from './rule-state.ts';

export type Role = 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin';
export type MergeMethod = 'merge' | 'squash' | 'rebase';
export type Access = 'read' | 'write' | 'admin';

export interface User {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Bot' | 'Organization';
  readonly name: string | null;
  readonly email: string;
}

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly clientId: string;
  readonly owner: User;
  readonly bot: User;
  readonly createdAt: number;
  readonly permissions: Readonly<Record<string, Access>>;
  readonly events: readonly string[];
  readonly installationId: number;
  /** PEM (PKCS#1 or PKCS#8) of the RSA key its tokens are signed with. */
  readonly privateKey: string;
  readonly publicKey: string;
}

export interface Reaction {
  readonly id: number;
  readonly user: User;
  readonly content: string;
  readonly createdAt: number;
}

export interface Label {
  readonly id: number;
  name: string;
  color: string;
  description: string | null;
}

export interface Comment {
  readonly id: number;
  readonly issue: Issue;
  readonly author: User;
  readonly app: App | null;
  readonly createdAt: number;
  readonly reactions: Reaction[];
  body: string;
  updatedAt: number;
  /** Null until somebody changes it. */
  lastEditedAt: number | null;
}

/** A comment on a commit; its ids are counted apart from those on issues. */
export interface CommitComment extends Omit<Comment, 'issue'> {
  /** Full sha. */
  readonly commit: string;
}

export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly author: User;
  readonly app: App | null;
  readonly createdAt: number;
  readonly reactions: Reaction[];
  readonly comments: Comment[];
  readonly assignees: User[];
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  stateReason: string | null;
  labels: Label[];
  updatedAt: number;
  closedAt: number | null;
  closedBy: User | null;
  locked: boolean;
  lastEditedAt: number | null;
  /** Who last changed the body. */
  editor: User | null;
  /** Set when this issue is a pull request. */
  pull: Pull | null;
}

export interface Review {
  readonly id: number;
  readonly author: User;
  readonly submittedAt: number;
  readonly commit: string;
  body: string;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED';
}

export interface AutoMerge {
  readonly by: Viewer;
  readonly user: User;
  readonly method: MergeMethod;
  readonly title: string | null;
  readonly message: string | null;
  readonly at: number;
}

export interface Pull {
  readonly id: number;
  readonly issue: Issue;
  readonly headRef: string;
  /** The fork that the head branch is in; null: this repository. */
  readonly fork: Repository | null;
  readonly reviews: Review[];
  baseRef: string;
  headSha: string;
  /** The tip of the base branch; for a merged or closed one, as it was just before. */
  baseSha: string;
  draft: boolean;
  requested: User[];
  mergedAt: number | null;
  mergedBy: User | null;
  /** The commit that the merge made; while open, null. */
  mergeCommit: string | null;
  autoMerge: AutoMerge | null;
  queued: boolean;
  /** While its base branch moves: the push must not call it merged by hand, and whoever reads it still sees it open. */
  merging: boolean;
  /** `base head` whose mergeability was asked for already: GitHub answers the first question with "not known yet". */
  askedFor: string | null;
}

export interface RepositorySettings {
  allowMergeCommit: boolean;
  allowSquashMerge: boolean;
  allowRebaseMerge: boolean;
  allowAutoMerge: boolean;
  deleteBranchOnMerge: boolean;
}

export interface Repository {
  readonly id: number;
  readonly owner: User;
  readonly name: string;
  readonly private: boolean;
  readonly createdAt: number;
  readonly git: GitRepository;
  /** Held by whatever changes this repository, so that two writers meet one after the other. */
  readonly lock: Lock;
  readonly settings: RepositorySettings;
  readonly collaborators: Map<string, Role>;
  readonly issues: Map<number, Issue>;
  readonly comments: Map<number, Comment>;
  readonly commitComments: Map<number, CommitComment>;
  readonly labels: Map<string, Label>;
  readonly suites: Map<number, CheckSuite>;
  readonly checks: Map<number, CheckRun>;
  readonly statuses: Status[];
  readonly deployments: Map<number, Deployment>;
  readonly protections: Map<string, Protection>;
  readonly rulesets: Map<number, Ruleset>;
  /** The merge queues, in line. */
  readonly queue: QueueEntry[];
  /** Workflow runs that an environment holds until its protection rules have answered, by run id. */
  readonly heldRuns: Map<number, HeldRun>;
  /** Commits that GitHub itself made and signed. */
  readonly verified: Set<string>;
  /** Every team there is, by org/slug: those of the owner count. */
  readonly teams: ReadonlyMap<string, Team>;
  /** Apps installed here, by id. */
  readonly installed: Set<number>;
  description: string | null;
  defaultBranch: string;
  nextNumber: number;
  pushedAt: number;
  updatedAt: number;
}

/** Who asks. */
export type Viewer =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'app'; readonly app: App }
  | {
      readonly kind: 'installation';
      readonly app: App;
      /** Repository ids; null: all that the app is installed on. */
      readonly repositories: ReadonlySet<number> | null;
      readonly permissions: Readonly<Record<string, Access>>;
      /** The epoch ms after which the token is dead. */
      readonly expiresAt: number;
    };

/** A workflow run that waits at the gate of an environment. */
export interface HeldRun {
  readonly runId: number;
  readonly environment: string;
  readonly app: App;
  state: 'waiting' | 'approved' | 'rejected';
  readonly comments: string[];
}

export interface Team {
  readonly id: number;
  readonly org: string;
  readonly slug: string;
  readonly members: Map<string, 'member' | 'maintainer'>;
}
