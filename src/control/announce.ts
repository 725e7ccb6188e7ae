import { RollbackError } from '../errors.ts';
import { LABELS } from '../plan/identity.ts';
import type { Pull } from '../ports.ts';
import type { Memory } from '../report/memory.ts';
import { createDeployer } from './deployments.ts';
import type { Doors } from './doors.ts';
import { entriesOf } from './entries.ts';
import { momentsOf } from './moments.ts';
import { withEvidence } from './evidence-after.ts';
import { createHerald, type Herald } from './herald.ts';
import type { Observed } from './observed.ts';
import { createRecorder, type Recorder } from './record.ts';
import type { Step } from './step.ts';
import { createTeller, viewOf } from './tell.ts';

/** Says on GitHub what was observed and decided: ledger, comment, label. */
export interface Announcer {
  /**
   * `place`: the issue or pull request where people read; null: nowhere yet. False where the end of a rollback does not stand on
   * GitHub yet and another look would help.
   */
  announce(seen: Observed, step: Step, place: number | null): Promise<boolean>;
  /** Resolves to false where the label is not set yet and another look would help. Never rejects. */
  relabel(pull: Pull, label: string): Promise<boolean>;
  /** False when people could not be told everything. */
  flush(): Promise<boolean>;
  readonly recorder: Recorder;
  readonly herald: Herald;
}

export function createAnnouncer(doors: Pick<Doors, 'repository' | 'sha256' | 'log' | 'clock' | 'notifier'>): Announcer {
  const herald = createHerald(doors, (entries) => void recorder.add(entries));
  const recorder: Recorder = createRecorder(doors, (entries) => herald.written(entries));
  const teller = createTeller(doors);
  const deployer = createDeployer(doors);
  /** Issues opened by this process: the ledger, which remembers them for the others, may be out of reach. */
  const issues = new Map<string, number>();

  /** How often the end of a rollback could not be written down. */
  const unsaid = new Map<string, number>();

  /** Ledger, comment and label. What is said may fail and is said again at the next look; it never stops a rollback. */
  async function announce(seen: Observed, step: Step, place: number | null): Promise<boolean> {
    const moments = momentsOf(seen, step);
    deployer.see(seen, step);
    doors.log('info', step.because, {
      step: step.kind,
      incident: seen.incident.id,
      service: seen.incident.key.service,
      environment: seen.incident.key.environment,
    });
    // A person is called before the ledger says so: a call that failed is then made again.
    const issue = place ?? (await placeForTrouble(seen, step));
    const { entries, files } = withEvidence(entriesOf(seen, moments, step), seen, step, moments, doors.sha256);
    herald.expect(recorder.add(entries, files), seen, step);
    // Whoever was called keeps the words of the call until something changes.
    const quiet = step.kind === 'wait' && step.for === 'person';
    if (issue !== null && !quiet) teller.tell(issue, viewOf(seen, step, moments));
    // The label ends the rollback, or says that a person knows: it comes after what it stands for. Nobody looks at a labelled
    // rollback again, so that a process that dies then must have nothing left to write.
    const ends = step.kind === 'finish' || step.kind === 'escalate' || step.kind === 'open';
    const said = ends ? await sayAll() : { told: true, recorded: true };
    if (seen.stage.kind !== 'opened') return true;
    if (step.kind === 'escalate' && !said.told) return true;
    if (step.kind !== 'finish') {
      await label(seen.stage.remembered.pull, step);
      return true;
    }
    const { id } = seen.incident;
    const tries = (unsaid.get(id) ?? 0) + 1;
    const last = tries >= MOST_TRIES;
    const stands = ((said.recorded && teller.said(id)) || last) && (await label(seen.stage.remembered.pull, step));
    if (stands || last) unsaid.delete(id);
    else unsaid.set(id, tries);
    return stands || last;
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

  async function label(pull: Pull, step: Step): Promise<boolean> {
    const wanted = labelFor(pull, step);
    return wanted === null || pull.labels.includes(wanted) || relabel(pull, wanted);
  }

  async function relabel(pull: Pull, wanted: string): Promise<boolean> {
    try {
      await doors.repository.relabel(pull, wanted);
      return true;
    } catch (error) {
      doors.log('warn', 'label not set yet', {
        pull: pull.number,
        reason: error instanceof Error ? error.message : String(error),
      });
      return !isPassing(error);
    }
  }

  /** `recorded` is false only for a passing reason: a ledger that may never be written must not keep a rollback open for ever. */
  async function sayAll(): Promise<{ readonly told: boolean; readonly recorded: boolean }> {
    const recording = recorder.flush().then(
      () => true,
      (error: unknown) => !isPassing(error),
    );
    const [told, recorded] = await Promise.all([teller.flush(), recording]);
    return { told, recorded };
  }

  const flush = async (): Promise<boolean> => (await sayAll()).told;

  return { announce, relabel, flush, recorder, herald };
}

/** After that the label goes ahead, lest the proof be asked for again after its deadline; the sweep looks after what is left. */
const MOST_TRIES = 5;

function isPassing(error: unknown): boolean {
  return error instanceof RollbackError && error.retryable;
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
export function placeOf({ incident: { cause }, half }: Memory, pull: Pull): number {
  if (cause.kind === 'command' && cause.issue > 0) return cause.issue;
  return half?.kind === 'version' ? half.first.number : pull.number;
}
