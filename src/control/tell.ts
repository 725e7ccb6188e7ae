import { messageOf } from '../errors.ts';
import type { Incident } from '../plan/incident.ts';
import { bareLogin } from '../plan/incident.ts';
import { parseTimeline, timelineComment, type Moments, type TimelineView } from '../report/timeline.ts';
import { waitWords } from '../report/wait-words.ts';
import { waitAfter } from './again.ts';
import type { Doors } from './doors.ts';
import { createMemo, MOST_INCIDENTS } from './memo.ts';
import type { Observed } from './observed.ts';
import { goodOf, type Step } from './step.ts';

/** Keeps one comment for each incident up to date. Runs beside the critical path; the newest view wins. */
export interface Teller {
  tell(issue: number, view: TimelineView): void;
  /** Resolves when nothing is on its way any more. */
  flush(): Promise<void>;
  /** Milliseconds until the last words about this incident are worth another try; null: they arrived, or never can. */
  owes(incident: string): number | null;
}

interface Told {
  /** Where people read. */
  issue: number;
  /** The comment there; null: to be looked for. */
  id: number | null;
  signature: string;
  pending: TimelineView | null;
  running: Promise<void>;
  owes: number | null;
}

export function createTeller(doors: Pick<Doors, 'repository' | 'log'>): Teller {
  const told = createMemo<Told>(MOST_INCIDENTS);

  async function write(state: Told): Promise<void> {
    const view = state.pending;
    state.pending = null;
    if (!view) return;
    const body = timelineComment(view);
    // The last words look once more: a process that was killed may have left a second comment.
    const goesOn = view.status.kind === 'waiting' || view.status.kind === 'acting';
    const known = goesOn ? state.id : null;
    const { id, says } = known === null ? await findOrPost(doors, state.issue, view.incident, body) : { id: known };
    state.id = id;
    if (says !== body) await doors.repository.editComment(id, body);
    state.owes = null;
  }

  return {
    tell(issue, view) {
      const { id } = view.incident;
      const state = told.get(id) ?? {
        ...{ issue, id: null, signature: '', pending: null, running: Promise.resolve(), owes: null },
      };
      told.set(id, state);
      const signature = signatureOf(view);
      if (signature === state.signature && issue === state.issue) return;
      if (issue !== state.issue) state.id = null;
      Object.assign(state, { issue, signature, pending: view });
      state.running = state.running
        .then(() => write(state))
        .catch((error: unknown) => {
          // Somebody may have deleted it.
          state.id = null;
          state.signature = '';
          state.owes = waitAfter(error);
          doors.log('warn', 'comment not written yet', { incident: id, reason: messageOf(error) });
        });
    },
    async flush() {
      await Promise.all(told.values().map(({ running }) => running));
    },
    owes: (incident) => told.get(incident)?.owes ?? null,
  };
}

/** Whoever dated the incident has another clock than GitHub, which counts comments in whole seconds. */
const OTHER_CLOCK_MS = 3_600_000;

/** A comment, and what it says as far as we know. */
interface Found {
  readonly id: number;
  readonly says?: string;
}

/** Nobody may look here again: a second comment that is not taken away now stays. */
const TIDY_TRIES = 3;

/** Two replicas may both find nothing and both post, and one may die before it has tidied up: only the oldest stays. */
async function findOrPost(
  doors: Pick<Doors, 'repository'>,
  issue: number,
  incident: Incident,
  body: string,
): Promise<Found> {
  const { repository } = doors;
  const page = { kind: 'issue', number: issue } as const;
  const since = new Date(Date.parse(incident.openedAt) - OTHER_CLOCK_MS).toISOString();
  const oldest = async (tries = 1): Promise<Found | null> => {
    try {
      const [first, ...doubled] = (await repository.comments(page, since))
        .filter(
          (comment) =>
            bareLogin(comment.author) === bareLogin(repository.login) && parseTimeline(comment.body) === incident.id,
        )
        .toSorted((a, b) => a.id - b.id);
      await Promise.all(doubled.map(({ id }) => repository.deleteComment(id)));
      return first ? { id: first.id, says: first.body } : null;
    } catch (error) {
      if (tries >= TIDY_TRIES) throw error;
      return oldest(tries + 1);
    }
  };
  const existing = await oldest(TIDY_TRIES);
  if (existing) return existing;
  const posted = await repository.comment(page, body).then(
    (id) => ({ id, says: body }),
    (error: unknown) => ({ error }),
  );
  // It may have arrived although its answer did not.
  const first = await oldest();
  if (first) return first;
  if ('error' in posted) throw posted.error;
  return posted;
}

/** What makes a new edit worth a request: other words, not the numbers that move while waiting. */
function signatureOf(view: TimelineView): string {
  const still = (words: string): string => words.replace(/\d+(\.\d+)?/g, '0');
  const status =
    view.status.kind === 'waiting'
      ? `${still(view.status.for)} ${view.status.until ?? ''} ${(view.status.commands ?? []).join(' ')}`
      : view.status.kind === 'acting'
        ? `${still(view.status.because)} ${view.status.next}`
        : view.status;
  return JSON.stringify([view.status.kind, status, view.moments, view.pullRequest?.number ?? null]);
}

/** What people read: where the rollback stands after this step. */
export function viewOf(seen: Observed, step: Step, moments: Moments): TimelineView {
  const opened = seen.stage.kind === 'opened' ? seen.stage.remembered : null;
  const target =
    opened?.good.sha ?? (seen.stage.kind === 'planning' ? (goodOf(seen.stage.planned)?.sha ?? null) : null);
  const pullRequest = opened ? { number: opened.pull.number, url: opened.pull.url } : null;
  return { incident: seen.incident, target, pullRequest, moments, status: statusOf(seen, step) };
}

/** The second half of a fallback brings back a route, not a version. */
function nextOf<T extends string>({ incident }: Observed, kind: T): T | 'primary' {
  return kind === 'second' && incident.way === 'fallback' ? 'primary' : kind;
}

function statusOf(seen: Observed, step: Step): TimelineView['status'] {
  switch (step.kind) {
    case 'open':
    case 'adopt':
    case 'close':
    case 'disarm':
    case 'merge':
    case 'update':
    case 'terminate':
    case 'second':
    case 'served':
      return { kind: 'acting', because: step.because, next: waitWords(nextOf(seen, step.kind)) };
    case 'wait':
      return {
        kind: 'waiting',
        for: step.because,
        until: step.until,
        next: waitWords(step.for),
        commands: step.commands,
      };
    case 'escalate':
      return {
        kind: 'escalated',
        escalation: {
          trouble: step.because,
          todo: step.todo,
          commands: step.commands,
          mention: seen.rules.notify.mention,
        },
      };
    case 'finish':
      return { kind: step.outcome === 'recovered' ? 'recovered' : 'closed', because: step.because };
  }
}
