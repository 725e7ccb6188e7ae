/** The one comment that stays: where a rollback stands, what it waits for, what comes next. Written again at every change. */
import type { Incident } from '../plan/incident.ts';
import { causeMarkdown } from './cause.ts';
import { block, inline, link, mention } from './escape.ts';
import { parseMarker, printMarker } from './marker.ts';
import { duration, instant, short } from './numbers.ts';

/**
 * ISO 8601 instants, null for what has not happened. `relieved`: the traffic was away and users were well before the version was
 * back; only of a way back in two halves. `recovered` is proven by metrics, not by the merge.
 */
export interface Moments {
  readonly relieved?: string | null;
  readonly opened: string | null;
  readonly merged: string | null;
  readonly applied: string | null;
  readonly healthy: string | null;
  readonly recovered: string | null;
}

export interface Escalation {
  readonly trouble: string;
  /** What a person should do, in order. */
  readonly todo: readonly string[];
  /** Commands to copy, exactly as they work. */
  readonly commands: readonly string[];
  readonly mention: readonly string[];
}

export interface TimelineView {
  readonly incident: Incident;
  /** Sha the service goes back to; null before there is a plan. */
  readonly target: string | null;
  readonly pullRequest: { readonly number: number; readonly url: string } | null;
  readonly moments: Moments;
  /** What happens now: it acts, it waits, a person is needed, or it is over. */
  readonly status:
    | { readonly kind: 'acting'; readonly because: string; readonly next: string }
    | {
        readonly kind: 'waiting';
        readonly for: string;
        readonly until: string | null;
        readonly next: string;
        readonly commands?: readonly string[];
      }
    | { readonly kind: 'escalated'; readonly escalation: Escalation }
    | { readonly kind: 'recovered'; readonly because: string }
    | { readonly kind: 'closed'; readonly because: string };
}

const STEPS = [
  ['opened', 'Pull request opened'],
  ['merged', 'Merged'],
  ['applied', 'Applied by Argo CD'],
  ['healthy', 'Healthy'],
  ['recovered', 'Recovered (metrics)'],
] as const satisfies readonly (readonly [keyof Moments, string])[];

/** The words of the state line. */
export function stateWords(view: Pick<TimelineView, 'status' | 'moments'>): string {
  switch (view.status.kind) {
    case 'escalated':
      return 'Needs you';
    case 'recovered':
      return 'Recovered';
    case 'closed':
      return 'Closed';
    case 'acting':
    case 'waiting': {
      const reached = STEPS.filter(([step]) => view.moments[step] !== null).at(-1);
      return reached === undefined
        ? 'Rolling back'
        : `Rolling back - ${reached[1].charAt(0).toLowerCase()}${reached[1].slice(1)}`;
    }
  }
}

export function timelineComment(view: TimelineView): string {
  const { incident, pullRequest } = view;
  const where = `${inline(incident.key.service)} in ${inline(incident.key.environment)}`;
  const change = pullRequest === null ? '' : ` - ${link(`pull request ${pullRequest.number}`, pullRequest.url)}`;
  const target = view.target === null ? '' : ` back to ${short(view.target)}`;
  // A fallback accuses no release, and goes back to none.
  const revisions = incident.way === 'fallback' ? '' : `, ${short(incident.bad)}${target}`;
  const sections = [
    `**${stateWords(view)}**: ${where}${revisions}${change}`,
    statusWords(view.status),
    stepsTable(view),
    `<sub>Cause: ${causeMarkdown(incident.cause)}</sub>`,
    printMarker('timeline', { incident: incident.id }),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** The incident a sticky comment belongs to; null for any other comment. */
export function parseTimeline(body: string | null | undefined): string | null {
  const value = parseMarker('timeline', body ?? '');
  if (typeof value !== 'object' || value === null || !('incident' in value)) return null;
  return typeof value.incident === 'string' && /^[0-9a-f]{12}$/.test(value.incident) ? value.incident : null;
}

function statusWords(status: TimelineView['status']): string {
  switch (status.kind) {
    case 'acting':
      return `Next: ${inline(status.next)}, because ${inline(status.because)}`;
    case 'waiting': {
      const until = status.until === null ? '' : ` until ${instant(status.until)}`;
      const { commands = [] } = status;
      const help = commands.length === 0 ? '' : `\n\nWhat a person can do meanwhile:\n\n${block(commands.join('\n'))}`;
      return `Waiting${until}: ${inline(status.for)}. Next: ${inline(status.next)}${help}`;
    }
    case 'escalated':
      return escalationWords(status.escalation);
    case 'recovered':
    case 'closed':
      return inline(status.because);
  }
}

function escalationWords(escalation: Escalation): string {
  const people = escalation.mention.map(mention).join(' ');
  const parts = [`${people === '' ? '' : `${people} `}${inline(escalation.trouble)}`];
  if (escalation.todo.length > 0) parts.push(escalation.todo.map((step, i) => `${i + 1}. ${inline(step)}`).join('\n'));
  if (escalation.commands.length > 0) parts.push(block(escalation.commands.join('\n')));
  return parts.join('\n\n');
}

function stepsTable(view: TimelineView): string {
  const start = Date.parse(view.incident.openedAt);
  const { relieved } = view.moments;
  const row = (words: string, at: string | null): string => {
    if (at === null) return `| ${words} | - | |`;
    const after = (Date.parse(at) - start) / 1000;
    return `| ${words} | ${instant(at)} | ${Number.isNaN(after) ? '' : duration(after)} |`;
  };
  return [
    '| Step | When | Since detected |',
    '| --- | --- | --- |',
    row('Detected', view.incident.openedAt),
    ...(typeof relieved === 'string' ? [row('Traffic away, users well', relieved)] : []),
    ...STEPS.map(([step, words]) => row(words, view.moments[step])),
  ].join('\n');
}
