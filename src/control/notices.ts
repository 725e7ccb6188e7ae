import type { Entry, EntryKind } from '../ledger/entry.ts';
import type { Occasion } from '../playbook/schema-notify.ts';
import { causeSentence } from '../report/cause.ts';
import { orderSentence } from '../report/orders.ts';
import { exitNamed, exitOf, type Exit } from '../report/reason-codes.ts';
import type { Link, Notice } from '../report/notify/notice.ts';
import type { Observed } from './observed.ts';
import { goodOf, type Step } from './step.ts';

/** What a ledger line alone does not tell. */
export interface About {
  readonly repository: string;
  readonly repositoryUrl: string;
  readonly mention: readonly string[];
  /** The look from which the line followed; null for a line that was found in the ledger, or is about a gate. */
  readonly look: { readonly seen: Observed; readonly step: Step } | null;
}

/** What can be told of one fact, the most urgent first; empty where it is nobody's business. */
export function noticesOf(entry: Entry, about: About): readonly Notice[] {
  return occasionsOf(entry).map((occasion) => noticeOf(entry, occasion, about));
}

function occasionsOf(entry: Entry): readonly Occasion[] {
  switch (entry.kind) {
    case 'opened':
      return entry.details['mode'] === 'human' ? ['needs-you', 'opened'] : ['opened'];
    case 'escalated':
      if (entry.details['final'] === false) return ['needs-you'];
      return exitNamed(String(entry.details['trouble']))?.decision === 'refused'
        ? ['escalated', 'refused']
        : ['escalated'];
    case 'repoint-failed':
      return ['needs-you'];
    case 'merged':
    case 'recovered':
    case 'cancelled':
    case 'refused':
    case 'gate-failed':
    case 'gate-undecided':
      return [entry.kind];
    case 'held':
    case 'resumed':
    case 'frozen':
    case 'unfrozen':
      return ['held'];
    case 'gate-passed':
    case 'verified':
    case 'requested':
    case 'planned':
    case 'applied':
    case 'relieved':
    case 'released':
    case 'false-alarm':
    case 'pointer-moved':
    case 'repointing':
    case 'repointed':
    case 'notified':
    case 'notify-failed':
      return [];
  }
}

function noticeOf(entry: Entry, occasion: Occasion, about: About): Notice {
  const { look } = about;
  const isCall = occasion === 'needs-you' || occasion === 'escalated';
  const words =
    isCall && look !== null ? wordsOf(look.step, entry) : { because: becauseOf(entry), todo: [], commands: [] };
  const exit = exitFor(entry, occasion);
  // A fallback accuses no release, and goes back to none.
  const aside = look?.seen.incident.way === 'fallback';
  return {
    fact: entry.id,
    occasion,
    at: entry.at,
    repository: about.repository,
    repositoryUrl: about.repositoryUrl,
    service: entry.service,
    environment: entry.environment,
    incident: entry.incident,
    bad: aside ? null : (look?.seen.incident.bad ?? (entry.kind.startsWith('gate-') ? entry.revision : null)),
    target: look === null || aside ? null : targetOf(look.seen),
    actor: entry.actor,
    ...words,
    cause: look === null ? null : causeSentence(look.seen.incident.cause),
    who: isCall ? about.mention : [],
    links: linksOf(entry, about),
    decision: exit?.decision ?? text(entry.details['decision']),
    reasonCode: exit?.reasonCode ?? text(entry.details['reasonCode']),
    ...(occasion === 'held' ? { order: isStop(entry) ? 'stops' : 'lifts' } : {}),
  };
}

function isStop({ kind }: Entry): boolean {
  return kind === 'held' || kind === 'frozen';
}

const ORDERS = ['held', 'resumed', 'frozen', 'unfrozen'] as const satisfies readonly EntryKind[];

/** The line of an order holds only the person's own words. */
function becauseOf({ kind, actor, because, details }: Entry): string {
  const order = ORDERS.find((one) => one === kind);
  if (order === undefined) return because;
  return orderSentence(order, { by: actor, until: text(details['until']), reason: text(details['reason']) });
}

/** The very words of the comment. */
function wordsOf(step: Step, entry: Entry): Pick<Notice, 'because' | 'todo' | 'commands'> {
  if (step.kind === 'escalate' && entry.kind === 'escalated')
    return { because: step.because, todo: step.todo, commands: step.commands };
  if (step.kind === 'wait' && step.for === 'approval')
    return { because: step.because, todo: [], commands: step.commands };
  return { because: entry.because, todo: [], commands: [] };
}

function exitFor(entry: Entry, occasion: Occasion): Exit | null {
  switch (occasion) {
    case 'recovered':
      return exitOf('recovery-proven');
    case 'cancelled':
      return exitNamed(String(entry.details['reasonCode'])) ?? exitOf('closed-unmerged');
    case 'held':
      return exitOf(isStop(entry) ? 'stopped' : 'resumed');
    case 'needs-you':
    case 'escalated':
    case 'refused':
      return entry.kind === 'opened'
        ? exitOf('approval-needed')
        : (exitNamed(String(entry.details['trouble'])) ?? exitNamed(String(entry.details['reasonCode'])));
    case 'opened':
    case 'merged':
    case 'gate-failed':
    case 'gate-undecided':
      return null;
  }
}

function targetOf({ stage }: Observed): string | null {
  return stage.kind === 'opened' ? stage.remembered.good.sha : (goodOf(stage.planned)?.sha ?? null);
}

function linksOf(entry: Entry, { repositoryUrl, look }: About): readonly Link[] {
  const stage = look?.seen.stage;
  const pull = stage?.kind === 'opened' ? stage.remembered.pull.number : entry.details['pullRequest'];
  const cause = look?.seen.incident.cause;
  const run = cause?.kind === 'gate' ? cause.checkRunId : entry.details['checkRun'];
  return [
    ...(typeof pull === 'number' ? [{ text: `Pull request ${pull}`, url: `${repositoryUrl}/pull/${pull}` }] : []),
    ...(typeof run === 'number' ? [{ text: 'Gate', url: `${repositoryUrl}/runs/${run}` }] : []),
    ...(cause?.kind === 'command' && cause.issue > 0
      ? [{ text: `Asked for in ${cause.issue}`, url: `${repositoryUrl}/issues/${cause.issue}` }]
      : []),
  ];
}

function text(value: Entry['details'][string] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** The kinds of ledger lines of which somebody may be told. */
export function isNews(kind: EntryKind): boolean {
  return occasionsOf({ ...NOBODY, kind }).length > 0;
}

const NOBODY: Entry = {
  at: '',
  kind: 'notified',
  id: '',
  service: '',
  environment: '',
  revision: null,
  incident: null,
  actor: '',
  because: '',
  details: {},
};
