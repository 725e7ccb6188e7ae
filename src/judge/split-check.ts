import { odds, plain } from './because.ts';
import type { Rules } from './rules.ts';
import { SPLIT_LIMIT, splitLogE } from './split.ts';
import type { State } from './state.ts';

/** The requests are not divided as configured, with both numbers. */
export interface OffSplit {
  readonly trigger: string;
  /** Share of the canary as configured. */
  readonly weight: number;
  readonly canary: number;
  readonly baseline: number;
  readonly logE: number;
}

/** Null while the split may be what was configured, or where it is not checked. */
export function offSplit(rules: Rules, state: State): OffSplit | null {
  const { split } = rules;
  if (split === null) return null;
  const totals = state.triggers[rules.triggers.findIndex((rule) => rule.name === split.trigger)]?.totals;
  if (totals === undefined) return null;
  const { canaryCount: canary, baselineCount: baseline } = totals;
  const logE = splitLogE({ nc: canary, nb: baseline }, split.weight);
  return logE >= SPLIT_LIMIT ? { ...split, canary, baseline, logE } : null;
}

export function splitBecause({ trigger, weight, canary, baseline, logE }: OffSplit): string {
  const share = canary / (canary + baseline);
  const [got, wanted] = [`${plain(share * 100)} %`, `${plain(weight * 100)} %`];
  return (
    `the traffic split is not what was configured: the canary got ${got} of the requests (${plain(canary)} of ${plain(canary + baseline)}, ${trigger}) and weight is ${wanted}, ` +
    `odds ${odds(logE)}; look for mirroring, sticky sessions or retries, or leave weight out where it steps`
  );
}
