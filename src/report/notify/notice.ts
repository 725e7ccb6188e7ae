/** One fact that people or machines outside the pull request are told, and its words, which are those of the comment. */
import type { Occasion } from '../../playbook/schema-notify.ts';
import { oneLine } from '../escape.ts';
import { short } from '../numbers.ts';
import { placeText } from '../orders.ts';

export interface Link {
  readonly text: string;
  readonly url: string;
}

export interface Notice {
  /** The id of the ledger line: the same fact has the same id, whoever tells it and however often. */
  readonly fact: string;
  readonly occasion: Occasion;
  /** ISO 8601, UTC, of what happened. */
  readonly at: string;
  /** owner/name of the deployment repository, and where people read it. */
  readonly repository: string;
  readonly repositoryUrl: string;
  readonly service: string;
  readonly environment: string;
  /** Null for what happens before there is an incident, such as a gate. */
  readonly incident: string | null;
  /** Full shas; null where they are not known, or there is none. */
  readonly bad: string | null;
  readonly target: string | null;
  /** GitHub login, or `lastgood`. */
  readonly actor: string;
  /** One sentence, with both numbers. Plain text that is still to be escaped. */
  readonly because: string;
  /** Why the rollback began; null where that is the `because` or not known. */
  readonly cause: string | null;
  /** What a person should do, in order, and commands that work as they stand. */
  readonly todo: readonly string[];
  readonly commands: readonly string[];
  /** People and teams of the playbook who must act; empty when nobody must. */
  readonly who: readonly string[];
  readonly links: readonly Link[];
  /** Null where the fact ends nothing. */
  readonly decision: string | null;
  readonly reasonCode: string | null;
  /** Whether an order of a person stops something or lifts it; absent for everything else. */
  readonly order?: 'stops' | 'lifts';
}

const STATE = {
  opened: 'Rolling back - pull request opened',
  merged: 'Rolling back - merged',
  recovered: 'Recovered',
  'needs-you': 'Needs you',
  escalated: 'Needs you',
  refused: 'Not done',
  held: 'Held',
  cancelled: 'Closed',
  'gate-failed': 'Gate failed',
  'gate-undecided': 'Gate undecided',
} as const satisfies Record<Occasion, string>;

/** The words of the state line, as in the comment. */
export function noticeState(notice: Pick<Notice, 'occasion' | 'order'>): string {
  return notice.order === 'lifts' ? 'Allowed again' : STATE[notice.occasion];
}

/** `Needs you: web in production, bad0000 back to 900d000` - one line of plain text. */
export function headline(notice: Notice, max = 150): string {
  const bad = notice.bad === null ? '' : `, ${short(notice.bad)}`;
  const target = notice.target === null ? '' : ` back to ${short(notice.target)}`;
  return oneLine(`${noticeState(notice)}: ${placeText(notice)}${bad}${target}`, max);
}

/** The people who must act, as text: a login here is no name elsewhere, so nobody is pinged by accident. */
export function whoActs(notice: Notice): string | null {
  return notice.who.length === 0
    ? null
    : `For: ${notice.who.map((name) => oneLine(name.replace(/^@/, ''), 140)).join(', ')}`;
}

/** Whether a person has to do something now. */
export function isCall(notice: Pick<Notice, 'occasion'>): boolean {
  return notice.occasion === 'needs-you' || notice.occasion === 'escalated';
}

/** Whether the incident is over. */
export function isOver(notice: Pick<Notice, 'occasion'>): boolean {
  return notice.occasion === 'recovered' || notice.occasion === 'cancelled';
}

/** Only what is plainly an address is linked. */
export function safeLinks(notice: Notice): readonly Link[] {
  return notice.links.filter(({ url }) => /^https?:\/\/[^\s<>"'`|\\]+$/.test(url));
}
