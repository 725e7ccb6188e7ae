/** What happened to a series between two looks. Reported, never decides. */
export interface Note {
  readonly kind: 'restarted' | 'appeared' | 'gone';
  readonly arm: 'canary' | 'baseline';
  /** Canonical labels of the series. */
  readonly series: string;
}
