import { RollbackError } from '../errors.ts';
import type { Trigger } from '../playbook/schema.ts';

const WEIGHTS = { critical: 3, normal: 1, info: 0 } as const;

/** How much of the merged evidence belongs to one trigger. */
export interface Share {
  /** As the merge uses it; only the ratios matter. 0: never decides. */
  readonly weight: number;
  /** The same as a part of 1. */
  readonly part: number;
}

/** True for a trigger that is reported and never decides. */
export function silent(trigger: Pick<Trigger, 'dry-run' | 'criticality'>): boolean {
  return trigger['dry-run'] || trigger.criticality === 'info';
}

/**
 * A reserved `alpha-share` s is exactly the part s: in a weighted mean, evidence of 1 / (s falseAlarm) for that trigger alone is enough
 * to fail, whatever the others say, and the mean stays one e-value. The other triggers divide the rest by their weights.
 * Throws playbook-invalid when the reserved shares leave nothing.
 */
export function sharesOf(triggers: readonly Trigger[]): readonly Share[] {
  const reserved = triggers.map((trigger) => (silent(trigger) ? 0 : (trigger['alpha-share'] ?? 0)));
  const weights = triggers.map((trigger, i) =>
    silent(trigger) || (reserved[i] ?? 0) > 0 ? 0 : (trigger.weight ?? WEIGHTS[trigger.criticality]),
  );
  const [taken, whole] = [sum(reserved), sum(weights)];
  if (taken > 1 + 1e-9 || (taken > 1 - 1e-9 && whole > 0)) {
    const said = `${Number((taken * 100).toPrecision(6))}%`;
    throw new RollbackError('playbook-invalid', `the alpha-shares of the gate are ${said} together and leave nothing`);
  }
  return triggers.map((_, i) => {
    const [share, weight] = [reserved[i] ?? 0, weights[i] ?? 0];
    if (share > 0) {
      const part = whole > 0 ? share : share / taken;
      return { weight: part, part };
    }
    const part = whole > 0 ? (weight / whole) * (1 - taken) : 0;
    return { weight: taken > 0 ? part : weight, part };
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
