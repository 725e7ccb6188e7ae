/** Answers to what people order: what is stopped or allowed now, for whom, and the words that undo it. */
import { ALL } from '../ledger/entry.ts';
import type { Order } from '../ledger/standing.ts';
import type { Quarantined } from '../plan/quarantine.ts';
import { code, inline } from './escape.ts';
import { instant } from './numbers.ts';

type Ordered = Omit<Order, 'since'>;

type Place = Pick<Order, 'service' | 'environment'>;

/** `recommender in production`, `everything in production`, `everything`: plain text that is still to be escaped. */
export function placeText({ service, environment }: Place): string {
  const what = service === ALL ? 'everything' : service;
  return environment === ALL ? what : `${what} in ${environment}`;
}

export function placeWords(place: Place): string {
  return inline(placeText(place));
}

/** The comment that lifts an order where it stands. */
export function liftComment(kind: 'hold' | 'freeze', { service, environment }: Place): string {
  const names = [service, environment].filter((name) => name !== ALL);
  return [kind === 'hold' ? '/resume' : '/unfreeze', ...names].join(' ');
}

/** An order as one sentence for people elsewhere: plain text that is still to be escaped. */
export function orderSentence(
  kind: 'held' | 'resumed' | 'frozen' | 'unfrozen',
  { by, until, reason }: { readonly by: string; readonly until: string | null; readonly reason: string | null },
): string {
  const does = {
    held: 'stopped automatic rollbacks',
    resumed: 'allowed automatic rollbacks again',
    frozen: 'stopped changes',
    unfrozen: 'let changes through again',
  }[kind];
  return `${by} ${does}${until === null ? '' : ` until ${instant(until)}`}${reason === null ? '' : `: ${reason}`}`;
}

const SAID = {
  hold: 'Automatic rollbacks are stopped for',
  resume: 'Automatic rollbacks are allowed again for',
  freeze: 'Changes are stopped for',
  unfreeze: 'Changes are let through again for',
} as const;

export function orderComment(kind: keyof typeof SAID, order: Ordered): string {
  const tail = {
    hold: ` A person's ${code('/rollback')} still works. To allow them again: ${code(liftComment('hold', order))}`,
    resume: '',
    freeze: ` Their check fails; a rollback passes. To let them through again: ${code(liftComment('freeze', order))}`,
    unfreeze: '',
  }[kind];
  const until = order.until === null ? '' : ` until ${instant(order.until)}`;
  return `**${SAID[kind]} ${placeWords(order)}**${until}, by ${inline(order.by)}${whyWords(order)}.${tail}\n`;
}

/** One line for each order that stands, for `/rollback status` and the reports of a check. */
export function standingLines(kind: 'hold' | 'freeze', orders: readonly Order[]): readonly string[] {
  return orders.map(
    (order) =>
      `- ${kind === 'hold' ? 'Automatic rollbacks' : 'Changes'} stopped for ${placeWords(order)} by ${inline(order.by)} since ${instant(order.since)}${order.until === null ? '' : ` until ${instant(order.until)}`}${whyWords(order)}`,
  );
}

export function releaseComment(
  held: readonly Quarantined[],
  place: { readonly service: string; readonly environment: string },
  by: string,
): string {
  const values = held.map(({ value, key }) => `- ${code(value, 200)} at ${code(key, 200)}`);
  return `**Allowed again** in ${placeWords(place)}, by ${inline(by)}:\n\n${values.join('\n')}\n\nWhat is rolled back from now on is quarantined anew.\n`;
}

export function falseAlarmComment(alarm: { readonly incident: string; readonly because: string }): string {
  return `**Recorded as a false alarm**: incident ${code(alarm.incident)}, which began with: ${inline(alarm.because)}. The rollback stays as it is; ${code('/release')} allows the version again.\n`;
}

function whyWords({ reason }: { readonly reason: string | null }): string {
  return reason === null ? '' : ` (${inline(reason)})`;
}
