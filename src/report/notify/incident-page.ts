/** An issue as the page of one incident: where it stands on top, what happened below. Written again, never commented upon. */
import { block, inline, link, mention, oneLine } from '../escape.ts';
import { parseMarker, printMarker } from '../marker.ts';
import { instant } from '../numbers.ts';
import { headline, isCall, noticeState, safeLinks, type Notice } from './notice.ts';

/** The label by which the page is found again. */
export const INCIDENT_LABEL = 'lastgood: incident';

/** One line of the story, as the page remembers it. */
interface Told {
  readonly fact: string;
  readonly at: string;
  readonly state: string;
  readonly because: string;
}

export interface IncidentPage {
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly stateReason: 'completed' | 'not_planned' | null;
}

/** What one incident is found by; a gate without an incident has a page of its own fact. */
export function pageId(notice: Notice): string {
  return notice.incident ?? notice.fact;
}

/** The page after this notice; `before`: the body as it stands, null for a new one. Telling a fact twice changes nothing. */
export function incidentPage(notice: Notice, before: string | null): IncidentPage {
  const known = before === null ? [] : storyOf(before);
  const mine = { fact: notice.fact, at: notice.at, state: noticeState(notice), because: oneLine(notice.because, 300) };
  const story = known.some(({ fact }) => fact === mine.fact) ? known : [...known, mine].slice(-MOST_LINES);
  const over = notice.occasion === 'recovered' || notice.occasion === 'cancelled';
  return {
    title: headline(notice, 200),
    body: bodyOf(notice, story),
    state: over ? 'closed' : 'open',
    stateReason: notice.occasion === 'recovered' ? 'completed' : over ? 'not_planned' : null,
  };
}

/** The incident of a page of ours; null for any other issue. Who wrote it is for the caller to check. */
export function parseIncidentPage(body: string | null | undefined): string | null {
  const value = parseMarker('incident-page', body ?? '');
  return isRecord(value) && typeof value['id'] === 'string' ? value['id'] : null;
}

/** Whether the page already tells of something later: then an old fact that is told again must not take it back. */
export function tellsLater({ fact, at }: Notice, body: string): boolean {
  const story = storyOf(body);
  const told = story.findIndex((one) => one.fact === fact);
  if (told >= 0) return told < story.length - 1;
  return story.some((one) => Date.parse(one.at) > Date.parse(at) + OTHER_CLOCK_MS);
}

/** GitHub dates what happened there, and its clock is another one. */
const OTHER_CLOCK_MS = 30_000;

const MOST_LINES = 40;

function bodyOf(notice: Notice, story: readonly Told[]): string {
  const people = isCall(notice) ? notice.who.map(mention).join(' ') : '';
  const links = safeLinks(notice).map(({ text, url }) => link(text, url));
  const sections = [
    `**${inline(headline(notice, 200))}**`,
    `${people === '' ? '' : `${people} `}${inline(notice.because, 1000)}`,
    ...(notice.todo.length === 0 ? [] : [notice.todo.map((step, i) => `${i + 1}. ${inline(step)}`).join('\n')]),
    ...(notice.commands.length === 0 ? [] : [block(notice.commands.join('\n'))]),
    ...(links.length === 0 ? [] : [links.join(' - ')]),
    ['| When | State | Why |', '| --- | --- | --- |', ...story.map(row)].join('\n'),
    ...(notice.cause === null ? [] : [`<sub>Cause: ${inline(notice.cause)}</sub>`]),
    printMarker('incident-page', { id: pageId(notice), story }),
  ];
  return `${sections.join('\n\n')}\n`;
}

function row({ at, state, because }: Told): string {
  return `| ${instant(at)} | ${inline(state, 80)} | ${inline(because, 300)} |`;
}

function storyOf(body: string): readonly Told[] {
  const value = parseMarker('incident-page', body);
  const story = isRecord(value) && Array.isArray(value['story']) ? (value['story'] as readonly unknown[]) : [];
  return story.flatMap((line) => {
    if (!isRecord(line)) return [];
    const { fact, at, state, because } = line;
    const whole = [fact, at, state, because].every((part) => typeof part === 'string');
    return whole ? [{ fact: String(fact), at: String(at), state: String(state), because: String(because) }] : [];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
