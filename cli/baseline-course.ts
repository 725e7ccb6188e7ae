/** What the baseline arm of a gate said at every step of a stretch of time, by trigger. */
import { RollbackError } from '../src/errors.ts';
import type { Reading } from '../src/measure/reading.ts';
import type { Trigger } from '../src/playbook/schema.ts';
import type { Grid, MetricSource, Query } from '../src/ports.ts';
import type { GateOf } from './gate-of.ts';

/** In each reading the baseline stands in the place of the canary: there is one arm. */
export type ArmCourse = ReadonlyMap<string, readonly Reading[]>;

/** The arm's selector of a trigger. */
function armOf({ gate }: GateOf, trigger: Trigger, arm: 'canary' | 'baseline'): string | null {
  const arms = trigger.arms ?? gate.arms;
  return arms[arm] ?? null;
}

/** `arm` baseline throws playbook-invalid where a trigger has none. */
export async function armCourse(
  of: GateOf,
  sources: ReadonlyMap<string, MetricSource>,
  { arm, grid }: { readonly arm: 'canary' | 'baseline'; readonly grid: Grid },
): Promise<ArmCourse> {
  const courses = new Map<string, Reading[]>();
  for (const [name, source] of sources) {
    const triggers = of.gate.triggers.filter((trigger) => (trigger.source ?? of.gate.source) === name);
    const queries = triggers.map((trigger): Query => {
      const selector = armOf(of, trigger, arm);
      if (selector === null)
        throw new RollbackError('playbook-invalid', `trigger '${trigger.name}' has no ${arm} arm`, {
          hint: "Add 'baseline:' to the arms of the gate: it is what is measured here.",
        });
      return { trigger, arms: { canary: selector, baseline: null }, since: grid.from };
    });
    for await (const readings of source.course?.(queries, grid) ?? lookByLook(source, queries, grid))
      for (const [trigger, reading] of readings) {
        const course = courses.get(trigger) ?? [];
        course.push(reading);
        courses.set(trigger, course);
      }
  }
  return courses;
}

async function* lookByLook(source: MetricSource, queries: readonly Query[], grid: Grid) {
  for (let at = grid.from; at <= grid.to; at += grid.stepMs) yield source.look(queries, at);
}
