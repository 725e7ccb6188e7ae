import { doubt, type Doubt } from './doubt.ts';
import type { Path } from './path.ts';
import type { Gate } from './schema.ts';

export interface SpendingFault {
  readonly message: string;
  readonly cure: string;
}

/**
 * Why `spending: horizon` would promise too much for this gate; null where it holds. Its threshold comes from splitting the bad events that
 * were seen at random between the arms, which describes "no difference" only for one rate, without margin, whose events are independent.
 */
export function spendingFault(gate: Gate): SpendingFault | null {
  if (gate.spending !== 'horizon') return null;
  const fault = (message: string, cure: string): SpendingFault => ({ message, cure });
  if (gate.robust)
    return fault(
      'needs independent events, and robust is for those that come in bursts: its cap and a lower threshold undo each other',
      "write robust: false, if errors come one by one, or leave out 'spending'",
    );
  if (gate['fail-at'] !== undefined)
    return fault("sets the threshold, and so does 'fail-at'", "leave out one of 'spending' and 'fail-at'");
  const deciding = gate.triggers.filter((one) => one.criticality !== 'info' && !one['dry-run']);
  const [only, second] = deciding;
  if (only === undefined || second !== undefined)
    return fault(
      `needs exactly one trigger that decides, and there are ${deciding.length}: how several metrics move together is not known`,
      "give the others criticality: info, or leave out 'spending'",
    );
  const [limit, other] = only.if.limits;
  const margin = limit === undefined ? 1 : only.if.op === '>' ? limit.plus : 1 - limit.factor - limit.plus;
  const compares = limit !== undefined && other === undefined && limit.factor > 0 && Math.abs(margin) < 1e-12;
  if (only.if.statistic.kind !== 'rate' || only['pair-by'] !== undefined || !compares)
    return fault(
      `cannot judge '${only.if.text}': only a rate against the baseline without an absolute margin`,
      "write if: rate > baseline, or rate > baseline + 10%, or leave out 'spending'",
    );
  const split = (['strata', 'segments'] as const).find((key) => only[key] !== undefined);
  return split === undefined
    ? null
    : fault(`does not know ${split}: '${split}' splits the events`, `leave out one of 'spending' and '${split}'`);
}

export function checkSpending(gate: Gate, at: Path): readonly Doubt[] {
  const fault = spendingFault(gate);
  return fault === null ? [] : [doubt([...at, 'spending'], 'value', fault.message, fault.cure)];
}
