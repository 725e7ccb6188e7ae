/** Where numbers come from. */
import type { Reading } from '../measure/reading.ts';
import type { Criterion, Trigger } from '../playbook/schema.ts';

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
