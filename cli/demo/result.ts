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
    readonly recovered: number | null;
    readonly escalated: number | null;
  };
  readonly users: { readonly requests: number; readonly badUntilMerged: number; readonly badInAll: number };
  readonly revert: { readonly number: number; readonly url: string; readonly comment: string } | null;
  readonly image: { readonly bad: string; readonly now: string };
  /** Other people's change to the same file still stands. */
  readonly othersKept: boolean | null;
  readonly ledger: { readonly verified: boolean; readonly lines: number; readonly kinds: readonly string[] };
}

/** One line of the live timeline: seconds since the bad release (null: before it), and what happened. */
export type Say = (seconds: number | null, text: string) => void;
