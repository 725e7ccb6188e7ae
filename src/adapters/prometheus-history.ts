/** Many instants of a Prometheus in few questions: what `look` would have said at each of them. */
import type { Found } from '../measure/point.ts';
import type { Reading } from '../measure/reading.ts';
import type { Missing } from '../measure/sample.ts';
import type { Grid, Query } from '../ports.ts';
import { inTurns } from './in-turns.ts';
import type { Matrix } from './prometheus-answer.ts';

export interface History {
  /** The values of a query at the instants from, from + step, ... to. */
  readonly range: (promql: string, page: Grid) => Promise<Matrix | Missing>;
  /** One reading from what each query said at one instant. */
  readonly readingOf: (query: Query, at: number, ask: (promql: string) => Promise<Found>) => Promise<Reading>;
}

const AT_ONCE = 4;
/** Prometheus refuses more than 11,000 points a series; a page of this many also bounds the size of one answer. */
export const STEPS_A_PAGE = 2_000;

/** Readings at every instant of the grid in order, by trigger name; each page is asked for when it is reached. */
export async function* courseOf(
  history: History,
  queries: readonly Query[],
  grid: Grid,
): AsyncGenerator<ReadonlyMap<string, Reading>> {
  for (const page of pagesOf(grid)) {
    const asked = new Map<string, Promise<readonly Found[]>>();
    const turn = inTurns(AT_ONCE);
    const range = (promql: string): Promise<readonly Found[]> => {
      const known = asked.get(promql) ?? turn(() => history.range(promql, page)).then((said) => byStep(said, page));
      asked.set(promql, known);
      return known;
    };
    for (let step = 0; step < stepsOf(page); step++) {
      const at = page.from + step * page.stepMs;
      const ask = async (promql: string): Promise<Found> => (await range(promql))[step] ?? NOTHING;
      const readings = queries.map(async (q) => [q.trigger.name, await history.readingOf(q, at, ask)] as const);
      yield new Map(await Promise.all(readings));
    }
  }
}

const NOTHING: Found = { kind: 'points', points: [] };

export function stepsOf({ from, to, stepMs }: Grid): number {
  return to < from ? 0 : Math.floor((to - from) / stepMs) + 1;
}

export function pagesOf(grid: Grid): readonly Grid[] {
  const steps = stepsOf(grid);
  return Array.from({ length: Math.ceil(steps / STEPS_A_PAGE) }, (_, page) => {
    const first = page * STEPS_A_PAGE;
    const last = Math.min(steps, first + STEPS_A_PAGE) - 1;
    return { from: grid.from + first * grid.stepMs, to: grid.from + last * grid.stepMs, stepMs: grid.stepMs };
  });
}

/** The matrix turned: from the course of each series to what all of them said at each step. */
function byStep(said: Matrix | Missing, page: Grid): readonly Found[] {
  const steps = Array.from(
    { length: stepsOf(page) },
    (): { labels: Record<string, string>; value: number; at: number }[] => [],
  );
  if (said.kind === 'missing') return steps.map(() => said);
  for (const { labels, values } of said.series)
    for (const { at, value } of values) steps[Math.round((at - page.from) / page.stepMs)]?.push({ labels, value, at });
  return steps.map((points) => ({ kind: 'points', points }));
}
