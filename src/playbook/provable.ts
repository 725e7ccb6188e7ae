import { opposite, printCondition } from './condition.ts';
import type { Condition, Limit } from './condition.ts';

/**
 * What must be proven before a trigger passes: `pass-when`, or else the opposite of `if`.
 * Its limits are harm limits: the release passes when it is proven to be on the good side of them.
 */
export function passCondition(trigger: {
  readonly if: Condition;
  readonly 'pass-when'?: Condition | undefined;
}): Condition {
  return trigger['pass-when'] ?? opposite(trigger.if);
}

/**
 * Whether a release that is exactly like its baseline can ever be proven to pass. With `rate < baseline` it cannot: it
 * lies on the limit, where no number of samples separates the two. Fixed limits always leave room.
 */
export function canPass(pass: Condition): boolean {
  const leavesRoom = (limit: Limit): boolean => {
    if (limit.factor === 0) return true;
    const side = pass.op === '<' ? 1 : -1;
    return side * (limit.factor - 1) > 0 || side * limit.plus > 0;
  };
  return pass.join === 'all' ? pass.limits.every(leavesRoom) : pass.limits.some(leavesRoom);
}

/** A limit a little on the bad side of the baseline, `failOp` being the side that fails. To be shown as a cure. */
export function withMargin(statistic: Condition['statistic'], failOp: '>' | '<'): Limit {
  const side = failOp === '>' ? 1 : -1;
  return statistic.kind === 'rate' ? { factor: 1, plus: side * 0.005 } : { factor: 1 + side * 0.1, plus: 0 };
}

/** The cure for a condition without a margin. */
export function passWithMargin({ statistic, op }: Condition): string {
  const limits = [withMargin(statistic, op)];
  return printCondition({ statistic, op: op === '>' ? '<' : '>', limits, join: 'all' });
}
