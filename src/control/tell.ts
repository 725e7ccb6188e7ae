import type { Incident } from '../plan/incident.ts';
import { bareLogin } from '../plan/incident.ts';
import { parseTimeline, timelineComment, type Moments, type TimelineView } from '../report/timeline.ts';
import { waitWords } from '../report/wait-words.ts';
import type { Doors } from './doors.ts';
import type { Observed } from './observed.ts';
import { goodOf, type Step } from './step.ts';

/** Keeps one comment for each incident up to date. Runs beside the critical path; the newest view wins. */
export interface Teller {
  tell(issue: number, view: TimelineView): void;
  /** Resolves when nothing is on its way any more. True when all of it arrived. */
  flush(): Promise<boolean>;
  /** False when the last words about this incident did not arrive. */
  said(incident: string): boolean;
}

interface Told {
  id: number | null;
  signature: string;
  pending: { issue: number; view: TimelineView } | null;
  running: Promise<void>;
}

export function createTeller(doors: Pick<Doors, 'repository' | 'log'>): Teller {
  const told = new Map<string, Told>();

  async function write(state: Told): Promise<void> {
    const next = state.pending;
    state.pending = null;
    if (!next) return;
    const body = timelineComment(next.view);
    // The last words look once more: a process that was killed may have left a second comment.
    if (next.view.status.kind !== 'waiting') state.id = null;
    state.id ??= await findOrPost(doors, next.issue, next.view.incident, body);
    await doors.repository.editComment(state.id, body);
  }

  return {
    tell(issue, view) {
      const state = told.get(view.incident.id) ?? {
        id: null,
        signature: '',
        pending: null,
        running: Promise.resolve(),
      };
      told.set(view.incident.id, state);
      const signature = signatureOf(view);
      if (signature === state.signature) return;
      state.signature = signature;
      state.pending = { issue, view };
      state.running = state.running
        .then(() => write(state))
        .catch((error: unknown) => {
          state.signature = '';
          doors.log('warn', 'comment not written yet', {
            incident: view.incident.id,
            reason: error instanceof Error ? error.message : String(error),
          });
        });
    },
    async flush() {
      await Promise.all([...told.values()].map((state) => state.running));
      return [...told.values()].every((state) => state.signature !== '');
    },
    said: (incident) => told.get(incident)?.signature !== '',
  };
}

/** Whoever dated the incident has another clock than GitHub, which counts comments in whole seconds. */
const OTHER_CLOCK_MS = 3_600_000;

/** Two replicas may both find nothing and both post, and one may die before it has tidied up: only the oldest stays. */
async function findOrPost(
  doors: Pick<Doors, 'repository'>,
  issue: number,
  incident: Incident,
  body: string,
): Promise<number> {
  const { repository } = doors;
  const since = new Date(Date.parse(incident.openedAt) - OTHER_CLOCK_MS).toISOString();
  const ours = async () => {
    const comments = await repository.comments({ kind: 'issue', number: issue }, since);
    return comments
      .filter(
        (comment) =>
          bareLogin(comment.author) === bareLogin(repository.login) && parseTimeline(comment.body) === incident.id,
      )
      .map((comment) => comment.id)
      .sort((a, b) => a - b);
  };
  const remove = (ids: readonly number[]) => Promise.all(ids.map((id) => repository.deleteComment(id)));
  const [existing, ...doubled] = await ours();
  if (existing !== undefined) {
    await remove(doubled);
    return existing;
  }
  const posted = await repository.comment({ kind: 'issue', number: issue }, body);
  const [first = posted, ...others] = await ours();
  // The other one is about to delete its own.
  await remove(others.filter((id) => id === posted));
  return first;
}

/** What makes a new edit worth a request: other words, not the numbers that move while waiting. */
function signatureOf(view: TimelineView): string {
  const status =
    view.status.kind === 'waiting'
      ? `${view.status.for.replace(/\d+(\.\d+)?/g, '0')} ${view.status.until ?? ''} ${(view.status.commands ?? []).join(' ')}`
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

function statusOf(seen: Observed, step: Step): TimelineView['status'] {
  switch (step.kind) {
    case 'open':
    case 'adopt':
    case 'close':
    case 'merge':
    case 'update':
    case 'terminate':
    case 'second':
    case 'served':
      return { kind: 'waiting', for: step.because, until: null, next: waitWords(step.kind) };
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
