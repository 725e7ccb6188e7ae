/** What a demo proved, with the numbers. Seconds are counted from the merge of the bad release; null: did not happen. */
export interface DemoResult {
  readonly scenario: string;
  readonly outcome: 'recovered' | 'escalated' | 'timed-out';
  /** The scenario ended as it says it does. */
  readonly asAnnounced: boolean;
  readonly metrics: 'prometheus' | 'openmetrics';
  readonly gate: {
    readonly decision: string;
    readonly reasonCode: string;
    readonly because: string;
    readonly exitCode: number;
  } | null;
  readonly seconds: {
    readonly detected: number | null;
    readonly opened: number | null;
    readonly merged: number | null;
    readonly applied: number | null;
    /** The traffic is away from what is bad, and users are well; null: the way back had one half. */
    readonly relieved: number | null;
    readonly recovered: number | null;
    readonly escalated: number | null;
  };
  readonly users: {
    readonly requests: number;
    /** What counts as bad here. */
    readonly harm: string;
    readonly badUntilMerged: number | null;
    readonly badInAll: number;
  };
  readonly revert: {
    readonly number: number;
    readonly url: string;
    readonly title: string;
    readonly comment: string;
  } | null;
  /** The pull request after the one that moved the traffic: the version, or the traffic back from the fallback; null: one was enough. */
  readonly second: { readonly number: number; readonly url: string; readonly title: string } | null;
  /** What served the users, in the words of the scenario: before the release, with it, once relieved (null: in one step), at the end. */
  readonly versions: readonly {
    readonly of: string;
    readonly before: string;
    readonly released: string;
    readonly relieved: string | null;
    readonly after: string;
  }[];
  /** What the registries said about the target, before it was gone back to. */
  readonly verified: readonly string[];
  /** Why lastgood would not merge by itself, and who did; null: it merged by itself. */
  readonly refusal: Refusal | null;
  /** Other people's change to the same file still stands. */
  readonly othersKept: boolean | null;
  readonly ledger: { readonly verified: boolean; readonly lines: number; readonly kinds: readonly string[] };
}

/** The revert was opened and left to a person. */
export interface Refusal {
  readonly because: string;
  /** What the pull request tells a person to do first. */
  readonly steps: readonly string[];
  readonly mergedBy: string;
}

/** One line of the live timeline: seconds since the bad release (null: before it), and what happened. */
export type Say = (seconds: number | null, text: string) => void;
