import { LABELS } from '../plan/identity.ts';
import type { Pull } from '../ports.ts';
import type { Memory } from '../report/memory.ts';
import type { Doors } from './doors.ts';
import { entriesOf } from './entries.ts';
import { momentsOf } from './moments.ts';
import { createHerald, type Herald } from './herald.ts';
import type { Observed } from './observed.ts';
import { createRecorder, type Recorder } from './record.ts';
import type { Step } from './step.ts';
import { createTeller, viewOf } from './tell.ts';

/** Says on GitHub what was observed and decided: ledger, comment, label. */
export interface Announcer {
  /** `place`: the issue or pull request where people read; null: nowhere yet. */
  announce(seen: Observed, step: Step, place: number | null): Promise<void>;
  /** False when people could not be told everything. */
  flush(): Promise<boolean>;
  readonly recorder: Recorder;
  readonly herald: Herald;
}

export function createAnnouncer(doors: Pick<Doors, 'repository' | 'sha256' | 'log' | 'clock' | 'notifier'>): Announcer {
  const herald = createHerald(doors, (entries) => void recorder.add(entries));
  const recorder: Recorder = createRecorder(doors, (entries) => herald.written(entries));
  const teller = createTeller(doors);
  /** Issues opened by this process: the ledger, which remembers them for the others, may be out of reach. */
  const issues = new Map<string, number>();

  /** Ledger, comment and label. What is said may fail and is said again at the next look; it never stops a rollback. */
  async function announce(seen: Observed, step: Step, place: number | null): Promise<void> {
    const moments = momentsOf(seen, step);
    doors.log('info', step.because, {
      step: step.kind,
      incident: seen.incident.id,
      service: seen.incident.key.service,
      environment: seen.incident.key.environment,
    });
    // A person is called before the ledger says so: a call that failed is then made again.
    const issue = place ?? (await placeForTrouble(seen, step));
    herald.expect(recorder.add(entriesOf(seen, moments, step)), seen, step);
    // Whoever was called keeps the words of the call until something changes.
    const quiet = step.kind === 'wait' && step.for === 'person';
    if (issue !== null && !quiet) teller.tell(issue, viewOf(seen, step, moments));
    // The label ends the rollback, or says that a person knows: it comes after what it stands for.
    const said = step.kind !== 'finish' && step.kind !== 'escalate' ? true : await flush();
    if (seen.stage.kind === 'opened' && (said || step.kind !== 'escalate'))
      await label(seen.stage.remembered.pull, step);
  }

  /** Nowhere to say it (a release that was pushed, not merged): an issue of its own, once. */
  async function placeForTrouble(seen: Observed, step: Step): Promise<number | null> {
    if (step.kind !== 'escalate' || seen.escalated) return null;
    const { id, key } = seen.incident;
    const title = `Rollback of ${key.service} in ${key.environment} needs you`;
    const issue = issues.get(id) ?? (await doors.repository.openIssue(title, step.because));
    issues.set(id, issue);
    return issue;
  }

  async function label(pull: Pull, step: Step): Promise<void> {
    const wanted = labelFor(pull, step);
    if (wanted === null || pull.labels.includes(wanted)) return;
    await doors.repository.relabel(pull, wanted).catch((error: unknown) => {
      doors.log('warn', 'label not set yet', {
        pull: pull.number,
        reason: error instanceof Error ? error.message : String(error),
      });
    });
  }

  /** False when people could not be told everything. */
  async function flush(): Promise<boolean> {
    const [said] = await Promise.all([teller.flush(), recorder.flush().catch(() => undefined)]);
    return said;
  }

  return { announce, flush, recorder, herald };
}

function labelFor(pull: Pull, step: Step): string | null {
  if (step.kind === 'escalate') return step.final ? LABELS.escalated : LABELS.called;
  if (step.kind === 'finish') return step.outcome === 'recovered' ? LABELS.recovered : LABELS.cancelled;
  // Once it is merged nobody is needed any more, and a new call may come.
  const called = step.kind === 'wait' && step.for === 'person';
  if (pull.state === 'merged' && pull.labels.includes(LABELS.called)) return called ? null : LABELS.active;
  return pull.labels.some((name) => name.startsWith('lastgood: ')) ? null : LABELS.active;
}

/** People read on where they asked; what a machine started is told on the pull request. */
export function placeOf(memory: Memory, pull: Pull): number {
  const { cause } = memory.incident;
  return cause.kind === 'command' && cause.issue > 0 ? cause.issue : pull.number;
}
