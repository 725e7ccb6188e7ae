/**
 * The rules of branches: classic protection and rulesets.
 */
/** Classic branch protection. */
export interface Protection {
  /** Null: no check is required. */
  readonly checks: readonly RequiredCheck[] | null;
  readonly strict: boolean;
  /** Null: no pull request is required. */
  readonly reviews: { readonly count: number; readonly dismissStale: boolean } | null;
  readonly enforceAdmins: boolean;
  /** Who may push, by login or app slug; null: everybody with write access. */
  readonly restrictions: readonly string[] | null;
  readonly allowForcePushes: boolean;
  readonly allowDeletions: boolean;
}

export interface RequiredCheck {
  readonly context: string;
  /** The only app whose answer counts; null: anybody's. */
  readonly app: number | null;
}

export interface BypassActor {
  readonly actor_id: number | null;
  readonly actor_type: 'Integration' | 'OrganizationAdmin' | 'RepositoryRole' | 'Team' | 'DeployKey' | 'User';
  readonly bypass_mode: 'always' | 'pull_request' | 'exempt';
}

/** A rule in GitHub's own shape, as given to POST /rulesets. */
export interface Rule {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface Ruleset {
  readonly id: number;
  name: string;
  target: string;
  enforcement: 'disabled' | 'active' | 'evaluate';
  bypass: readonly BypassActor[];
  include: readonly string[];
  exclude: readonly string[];
  rules: readonly Rule[];
  readonly createdAt: number;
  updatedAt: number;
}
