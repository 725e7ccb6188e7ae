/** What the doctor was able to find out. A fact that could not be read is a value with its reason, never a good sign. */

export type Asked<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'unknown'; readonly because: string; readonly cure: string };

/** Stands among the rules of a branch for its classic protection. */
export const CLASSIC = 'branch protection';

export interface GitHubFacts {
  /** owner/name */
  readonly repository: string;
  readonly defaultBranch: string;
  /** Permissions of the App's installation by name, and its events; `unknown` where a plain token asks. */
  readonly grants: Asked<{
    readonly permissions: Readonly<Record<string, string>>;
    readonly events: readonly string[];
  }>;
  /** Whether this identity may push, for a plain token. */
  readonly mayPush: boolean | null;
  readonly autoMergeAllowed: boolean;
  /** Types of the rules that guard the default branch, and `CLASSIC`. */
  readonly rules: Asked<readonly string[]>;
  /** Active webhooks with the path of their address; only an administrator may read them. */
  readonly hooks: Asked<
    readonly { readonly host: string; readonly path: string; readonly events: readonly string[] }[]
  >;
}

/** One application as far as a revert depends on its settings. */
export interface ApplicationFacts {
  readonly name: string;
  readonly autoSync: boolean;
  readonly prune: boolean;
  /** Null: no retry is set; -1: for ever. */
  readonly retryLimit: number | null;
  /** Argo CD 3: a retry takes the newest commit. */
  readonly retryRefresh: boolean;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ArgoCdFacts {
  readonly host: string;
  readonly version: Asked<string>;
  readonly applications: Readonly<Record<string, Asked<ApplicationFacts>>>;
  /** Answer of account/can-i for `sync` on each application, asked only where the playbook lets us end an operation. */
  readonly maySync: Readonly<Record<string, Asked<boolean>>>;
}

/** A file of the deployment repository that makes something else write versions. */
export interface WriterFacts {
  readonly kind: 'renovate' | 'flux' | 'kargo' | 'dependabot';
  readonly path: string;
}

/** One question of the playbook, asked once. */
export interface ProbeFacts {
  readonly source: string;
  readonly from: 'gate' | 'verify';
  readonly question: string;
  readonly service: string;
  readonly environment: string;
  readonly canary: string | null;
  readonly baseline: string | null;
}

/** The clock of somebody else, against ours. */
export interface ClockFacts {
  readonly who: string;
  /** Theirs minus ours, ms. */
  readonly skewMs: number;
}

export interface DoctorFacts {
  readonly playbook: { readonly path: string; readonly text: string } | null;
  readonly github: Asked<GitHubFacts> | null;
  readonly argoCd: ArgoCdFacts | null;
  readonly writers: readonly WriterFacts[];
  /** `canary` and `baseline`: why there is no number; null where there is one. A criterion of verify has one arm, `canary`. */
  readonly probes: readonly ProbeFacts[];
  /** Questions that were not asked because there are too many. */
  readonly unasked?: number;
  readonly clocks: readonly ClockFacts[];
}
