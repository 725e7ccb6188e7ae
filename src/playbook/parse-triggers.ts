import * as z from 'zod';
import { expandGate } from './expand.ts';
import { inOrder } from './faults.ts';
import type { Fault } from './faults.ts';
import { doubtsOf } from './issues.ts';
import { isMapping } from './mapping.ts';
import { faultAt } from './parse.ts';
import type { Path } from './path.ts';
import { gateSchema } from './schema-gate.ts';
import { triggerSchema } from './schema-trigger.ts';
import type { Gate, Trigger } from './schema.ts';
import { readYaml } from './yaml.ts';

export type ParsedTriggers =
  | { readonly ok: true; readonly by: Gate | Trigger | readonly Trigger[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Where a gate stands in a playbook: the words about its keys are found there. */
const GATE: Path = ['services', 'service', 'environments', 'environment', 'gate'];

/** One trigger, a list of triggers or a whole gate, outside a playbook and written as in one. Every fault at once, in its words. */
export function parseTriggers(text: string, file: string): ParsedTriggers {
  const located = readYaml(text);
  const refused = (faults: readonly Fault[]): ParsedTriggers => ({ ok: false, faults: inOrder(faults) });
  const faults = located.faults.map(({ offset, path, message, cure }) =>
    faultAt({ file, located, doubt: { path, part: 'key', message, cure }, offset }),
  );
  const value = located.data;
  // That a file is empty is said below: it need not begin as a playbook does.
  if (faults.length > 0 && value !== null) return refused(faults);
  if (!isMapping(value) && !Array.isArray(value)) {
    const message = 'should be a trigger, a list of triggers or a gate';
    const doubt = { path: [], part: 'value', message, cure: 'write it as in a playbook' } as const;
    return refused([faultAt({ file, located, doubt, offset: 0 })]);
  }
  const gate = isMapping(value) && ('triggers' in value || 'preset' in value) ? expandGate(value) : null;
  const data = gate?.data ?? value;
  const list = Array.isArray(data);
  const at: Path = gate !== null ? GATE : list ? [...GATE, 'triggers'] : [...GATE, 'triggers', 0];
  const read =
    gate !== null
      ? gateSchema.safeParse(data)
      : list
        ? z.array(triggerSchema).min(1).safeParse(data)
        : triggerSchema.safeParse(data);
  if (read.success && (gate?.faults.length ?? 0) === 0) return { ok: true, by: read.data };
  const whole = at.toReversed().reduce<unknown>((inner, key) => (key === 0 ? [inner] : { [key]: inner }), data);
  const shape = (read.error?.issues ?? [])
    .flatMap((issue) => doubtsOf({ ...issue, path: [...at, ...issue.path] }, whole))
    .map((doubt) => ({ ...doubt, path: doubt.path.slice(at.length) }));
  const doubts = [...(gate?.faults ?? []), ...shape];
  return refused(
    doubts.map((doubt) => faultAt({ file, located, doubt, offset: located.offsetOf(doubt.path, doubt.part) })),
  );
}
