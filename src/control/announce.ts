import { messageOf } from '../errors.ts';
import { LABELS } from '../plan/identity.ts';
import type { Key } from '../plan/incident.ts';
import type { Pull } from '../ports.ts';
import { SAY_AGAIN_MS, waitAfter } from './again.ts';
import { createDeployer } from './deployments.ts';
import type { Doors } from './doors.ts';
import { entriesOf } from './entries.ts';
import { momentsOf } from './moments.ts';
import { withEvidence } from './evidence-after.ts';
import { createHerald, type Herald } from './herald.ts';
import { createMemo, MOST_INCIDENTS } from './memo.ts';
import type { Observed } from './observed.ts';
import { createRecorder, type Recorder } from './record.ts';
import type { Step } from './step.ts';
import { createTeller, viewOf } from './tell.ts';

/** Says on GitHub what was observed and decided: ledger, comment, label. */
export interface Announcer {
  /**
   * `place`: the issue or pull request where people read; null: nowhere yet. Resolves to the milliseconds after which the same is to
   * be announced once more, because the end of a rollback, or the call for a person, does not stand on GitHub yet; null: it does.
   */
  announce(seen: Observed, step: Step, place: number | null): Promise<number | null>;
  /** Resolves to false where the label is not set yet and another look would help. Never rejects. */
  relabel(pull: Pull, label: string): Promise<boolean>;
  /** Resolves when nothing is on its way any more. */
  flush(): Promise<void>;
  readonly recorder: Recorder;
  readonly herald: Herald;
}

export function createAnnouncer(doors: Pick<Doors, 'repository' | 'sha256' | 'log' | 'clock' | 'notifier'>): Announcer {
  const herald = createHerald(doors, (entries) => void recorder.add(entries));
  const recorder: Recorder = createRecorder(doors, (entries) => herald.written(entries));
  const teller = createTeller(doors);
  const deployer = createDeployer(doors);
  /** Issues opened by this process: the ledger, which remembers them for the others, may be out of reach. */
  const issues = createMemo<number>(MOST_INCIDENTS);

  /** How often the end of a rollback could not be written down. */
  const unsaid = createMemo<number>(MOST_INCIDENTS);

  /** Ledger, comment and label. What is said may fail and is said again at the next look; it never stops a rollback. */
  async function announce(seen: Observed, step: Step, place: number | null): Promise<number | null> {
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
    const { entries, files } = withEvidence(entriesOf(seen, moments, step, issue), seen, step, moments, doors.sha256);
    herald.expect(recorder.add(entries, files), seen, step);
    // Whoever was called keeps the words of the call until something changes.
    const quiet = step.kind === 'wait' && step.for === 'person';
    if (issue !== null && !quiet) teller.tell(issue, viewOf(seen, step, moments));
    // The label ends the rollback, or says that a person knows: it comes after what it stands for. Nobody looks at a labelled
    // rollback again, so that a process that dies then must have nothing left to write.
    const ends = step.kind === 'finish' || step.kind === 'escalate' || step.kind === 'open';
    const recorded = ends ? await sayAll() : true;
    const owed = ends ? teller.owes(seen.incident.id) : null;
    if (seen.stage.kind !== 'opened' || (step.kind === 'escalate' && owed !== null)) return owed;
    const { pull, page = null } = seen.stage.remembered;
    if (step.kind !== 'finish') return (await label(pull, step)) || !ends ? null : SAY_AGAIN_MS;
    const said = owed ?? (await deployer.owes(pull.mergeCommit));
    const over = said ?? (recorded ? await closePage(page, seen.incident.key) : SAY_AGAIN_MS);
    return end(seen.incident.id, over, () => label(pull, step));
  }

  /** The issue that was opened to call a person is closed when the story is over; a page where somebody asked is not. */
  async function closePage(page: number | null, key: Key): Promise<number | null> {
    if (page === null) return null;
    try {
      await doors.repository.closeIssue(page, callTitle(key));
      return null;
    } catch (error) {
      doors.log('warn', 'issue not closed yet', { issue: page, reason: messageOf(error) });
      return waitAfter(error);
    }
  }

  /** `owed`: milliseconds until its last words are worth another try; null: they stand. */
  async function end(id: string, owed: number | null, labelled: () => Promise<boolean>): Promise<number | null> {
    // What we were asked to wait for is waited for, however short; what merely fails is not tried for ever.
    const tries = (unsaid.get(id) ?? 0) + (owed === null || owed === SAY_AGAIN_MS ? 1 : 0);
    const last = tries >= MOST_TRIES;
    const wait = owed !== null && !last ? owed : (await labelled()) || last ? null : SAY_AGAIN_MS;
    if (wait === null) unsaid.delete(id);
    else unsaid.set(id, tries);
    return wait;
  }

  /** Nowhere to say it (a release that was pushed, not merged): an issue of its own, once. */
  async function placeForTrouble(seen: Observed, step: Step): Promise<number | null> {
    const { id, key } = seen.incident;
    const known = issues.get(id) ?? null;
    if (known !== null || step.kind !== 'escalate' || seen.escalated) return known;
    try {
      const issue = await doors.repository.openIssue(callTitle(key), step.because);
      issues.set(id, issue);
      return issue;
    } catch (error) {
      if (waitAfter(error) !== null) throw error;
      // Issues are switched off, or not ours to write: the ledger and the destinations are left.
      doors.log('error', 'no issue to call a person on', { incident: id, reason: messageOf(error) });
      return null;
    }
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
        reason: messageOf(error),
      });
      return waitAfter(error) === null;
    }
  }

  /** False only for a passing reason: a ledger that may never be written must not keep a rollback open for ever. */
  async function sayAll(): Promise<boolean> {
    const recording = recorder.flush().then(
      () => true,
      (error: unknown) => waitAfter(error) === null,
    );
    const [recorded] = await Promise.all([recording, teller.flush()]);
    return recorded;
  }

  const flush = async (): Promise<void> => {
    await sayAll();
  };

  return { announce, relabel, flush, recorder, herald };
}

function callTitle({ service, environment }: Key): string {
  return `Rollback of ${service} in ${environment} needs you`;
}

/** After that the label goes ahead: a comment or a ledger that never can be written must not keep a rollback open. */
const MOST_TRIES = 5;

function labelFor(pull: Pull, step: Step): string | null {
  if (step.kind === 'escalate') return step.final ? LABELS.escalated : LABELS.called;
  if (step.kind === 'finish') return step.outcome === 'nothing-to-do' ? LABELS.cancelled : LABELS[step.outcome];
  // Once it is merged nobody is needed any more, and a new call may come.
  const called = step.kind === 'wait' && step.for === 'person';
  if (pull.state === 'merged' && pull.labels.includes(LABELS.called)) return called ? null : LABELS.active;
  // Reopened by a person, it is under way again.
  if (pull.labels.includes(LABELS.cancelled)) return LABELS.active;
  return pull.labels.some((name) => name.startsWith('lastgood: ')) ? null : LABELS.active;
}
