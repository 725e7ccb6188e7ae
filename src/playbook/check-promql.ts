/** Expressions of gauges that a Prometheus evaluates, checked by a parser that the shells bring. */
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Path } from './path.ts';
import type { Playbook } from './schema.ts';
import { readSelector } from './selector.ts';

/** What is wrong with an expression in which `{{arm}}` stands for matchers. */
export interface ExpressionFault {
  /** From 1, in the expression's text. */
  readonly column: number;
  readonly message: string;
  readonly cure: string;
}

/** Reads one PromQL expression with its `{{arm}}`; null when nothing is wrong. Never throws. */
export type ReadPromql = (text: string) => ExpressionFault | null;

/** Every expression of the playbook that goes to a Prometheus. */
export function checkExpressions(playbook: Playbook, read: ReadPromql): readonly Doubt[] {
  const doubts: Doubt[] = [];
  const check = (gauge: string | undefined, source: string | undefined, at: Path): void => {
    const kind = Object.hasOwn(playbook.sources, source ?? '') ? playbook.sources[source ?? '']?.kind : undefined;
    if (gauge === undefined || kind !== 'prometheus' || !gauge.includes('{{arm}}')) return;
    if (!('cure' in readSelector(gauge))) return;
    const fault = read(gauge);
    if (fault === null) return;
    doubts.push(
      doubt([...at, 'gauge'], 'value', `${fault.message}, at column ${fault.column} of the expression`, fault.cure),
    );
  };
  for (const [name, service] of Object.entries(playbook.services)) {
    for (const [environment, { gate, verify }] of Object.entries(service.environments)) {
      const at = ['services', name, 'environments', environment];
      for (const [index, trigger] of gate?.triggers.entries() ?? [])
        check(trigger.gauge, trigger.source ?? gate?.source, [...at, 'gate', 'triggers', index]);
      for (const [index, criterion] of verify.criteria.entries()) {
        const source = criterion.source ?? verify.source ?? gate?.source;
        check(criterion.gauge, source, [...at, 'verify', 'criteria', index]);
      }
    }
  }
  return doubts;
}
