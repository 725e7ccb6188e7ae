/** What machines say about a commit. */

export interface CheckAnswer {
  readonly name: string;
  readonly conclusion: 'success' | 'neutral' | 'failure';
  readonly title: string;
  readonly summary: string;
}

export interface PublishedCheck extends CheckAnswer {
  readonly sha: string;
  /** Buttons, at most three: label up to 20, description up to 40, identifier up to 20 characters. */
  readonly actions?: readonly { readonly label: string; readonly description: string; readonly identifier: string }[];
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

/** How far a release or a merged revert is, as GitHub's deployments say it. */
export interface DeploymentState {
  readonly task: 'release' | 'rollback';
  /** The released commit, or the merge of the revert. */
  readonly sha: string;
  /** As GitHub names it. */
  readonly environment: string;
  readonly state: 'in_progress' | 'success' | 'failure' | 'inactive';
  readonly description: string;
  /** Where people read on; null: nowhere. */
  readonly url: string | null;
}
