/** What a run on a scratch database says about the way down. */
import { differenceWords, type SchemaDifference } from './schema-diff.ts';
import type { Migration } from './migration.ts';
import { compareVersions } from './tools/flyway.ts';

export interface LockTrial {
  /** What another session has open meanwhile. */
  readonly beside: 'an open read' | 'an open write';
  /** True: the down did not get its lock within the budget. */
  readonly waits: boolean;
}

export type ProofOf =
  | {
      readonly kind: 'ran';
      readonly id: string;
      readonly path: string;
      /** Milliseconds of each run. */
      readonly downMs: readonly number[];
      readonly upMs: readonly number[];
      readonly differences: readonly SchemaDifference[];
      readonly locks: readonly LockTrial[];
    }
  /** The database refused a statement, in its words. */
  | {
      readonly kind: 'failed';
      readonly id: string;
      readonly path: string;
      readonly way: 'up' | 'down';
      readonly says: string;
    }
  | { readonly kind: 'not-run'; readonly id: string; readonly path: string; readonly because: string };

export interface Proof {
  readonly budgetMs: number;
  readonly migrations: readonly ProofOf[];
}

export interface ProofVerdict {
  readonly ok: boolean;
  /** One sentence for each thing that stands against the way down. */
  readonly faults: readonly string[];
}

/** `waits` beside an open read is no fault by itself: every ALTER TABLE does, and gives up in time with a lock_timeout. */
export function proofVerdict({ budgetMs, migrations }: Proof): ProofVerdict {
  const faults = migrations.flatMap((one): readonly string[] => {
    switch (one.kind) {
      case 'failed':
        return [`${one.path}: the ${one.way} fails: ${one.says}`];
      case 'not-run':
        return [`${one.path}: ${one.because}`];
      case 'ran': {
        const middle = medianOf(one.downMs);
        const slow =
          middle > budgetMs
            ? [
                `${one.path}: the down takes ${ms(middle)} in the middle of ${one.downMs.length} runs > budget ${ms(budgetMs)}`,
              ]
            : [];
        return [...one.differences.map((difference) => `${one.path}: ${differenceWords(difference)}`), ...slow];
      }
    }
  });
  return { ok: migrations.length > 0 && faults.length === 0, faults };
}

/** Of the middle two the mean; NaN of nothing. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return (low + high) / 2;
}

export function worstOf(values: readonly number[]): number {
  return Math.max(...values);
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

/** In the order in which their tools run them: versions as numbers, repeatables last, else by path. */
export function inOrder(migrations: readonly Migration[]): readonly Migration[] {
  return migrations.toSorted((a, b) => {
    if (a.repeatable !== b.repeatable) return a.repeatable ? 1 : -1;
    const numbers = /^\d+(\.\d+)*$/;
    if (numbers.test(a.id) && numbers.test(b.id) && a.id !== b.id) return compareVersions(a.id, b.id);
    return a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line;
  });
}
