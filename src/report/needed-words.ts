/** What it would still take, in sentences. Plain text, to be escaped by its printer. */
import type { Needed, TriggerNeeds } from '../judge/needed.ts';
import type { Finding } from '../judge/verdict.ts';
import { count, duration } from './numbers.ts';

/** One sentence each way for a trigger; empty where nothing is known or everything is decided. */
export function triggerNeeds(needs: TriggerNeeds, statistic: Finding['statistic']): readonly string[] {
  const { toFail, toPassSeconds } = needs;
  const what = statistic.kind === 'quantile' ? 'slow' : 'bad';
  return [
    ...(toFail === null
      ? []
      : [
          `To fail: ${count(toFail.extra)} more ${what} ${toFail.extra === 1 ? 'request' : 'requests'} of the canary at this traffic, within about ${duration(toFail.seconds)}.`,
        ]),
    ...(toPassSeconds === null
      ? []
      : toPassSeconds === 0
        ? ['To pass: its proof is there.']
        : [`To pass: about ${duration(toPassSeconds)} more traffic like this.`]),
  ];
}

/** For the whole gate; empty once it has decided. */
export function gateNeeds({ toPassSeconds, triggers }: Needed): string {
  if (toPassSeconds !== null && toPassSeconds > 0)
    return `The gate would pass after about ${duration(toPassSeconds)} more traffic like this.`;
  const open = triggers.some(({ toFail, toPassSeconds: seconds }) => toFail !== null || seconds !== null);
  return toPassSeconds === null && open
    ? 'At this traffic no pass is in sight: send more traffic or widen the harm limit.'
    : '';
}
