import type { Destination } from '../../playbook/schema-notify.ts';
import type { Notice } from './notice.ts';

/** What a destination is called in the log and the ledger: its kind and the variable that holds its address, never the address. */
export function destinationName(destination: Destination): string {
  switch (destination.kind) {
    case 'slack':
    case 'teams':
    case 'cloudevents':
      return `${destination.kind} ${destination.url}`;
    case 'pagerduty':
      return `${destination.kind} ${destination.key}`;
    case 'github-issue':
      return destination.kind;
  }
}

/**
 * What this destination is told of one fact: the first of the possible notices that it wants. PagerDuty and the incident page are also
 * told the end of what they may have begun, wanted or not: an alert that nobody resolves is worse than none.
 */
export function noticeFor(destination: Destination, notices: readonly Notice[]): Notice | null {
  const wanted = notices.find(({ occasion }) => destination.on.includes(occasion));
  if (wanted) return wanted;
  if (destination.kind !== 'pagerduty' && destination.kind !== 'github-issue') return null;
  return notices.find(({ occasion }) => occasion === 'recovered' || occasion === 'cancelled') ?? null;
}
