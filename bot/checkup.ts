import { messageOf } from '../src/errors.ts';
import type { Log } from '../src/control/doors.ts';
import { hasErrors, type DoctorFinding, type Severity } from '../src/report/doctor.ts';
import type { Examiner } from './examine.ts';
import type { House } from './house.ts';
import { within } from '../src/adapters/within.ts';

/**
 * The doctor inside the bot. It has a lane of its own, one repository at a time and behind everything else: it begins only while
 * no errand runs, waits a bounded time for each repository, and never touches the queue.
 */
export interface Checkup {
  /** Examines what is due: not examined for a day, or not well an hour ago. */
  due(): Promise<void>;
  /** Examines the repositories of one installation, because its rights or repositories changed. */
  installation(id: number): Promise<void>;
}

interface Parts {
  readonly house: Pick<House, 'repositories'>;
  readonly examiner: Examiner;
  readonly log: Log;
  /** How many findings of each severity all repositories of this process have now. */
  readonly diagnosed: (counts: Readonly<Record<Severity, number>>) => void;
  /** No errand is due or under way. */
  readonly calm: () => Promise<boolean>;
  readonly wait: (ms: number) => Promise<unknown>;
  /** Epoch ms. */
  readonly now?: () => number;
  readonly patienceMs?: number;
}

const DAY_MS = 86_400_000;
const PATIENCE_MS = 120_000;
/** How long somebody else's errands are let go first: long enough for a storm, not for ever. */
const LONGEST_WAIT_MS = 300_000;
const CALM_MS = 2_000;
const LEVELS = { error: 'error', warning: 'warn', note: 'info' } as const;

interface Known {
  readonly at: number;
  readonly findings: readonly DoctorFinding[];
}

export function createCheckup(parts: Parts): Checkup {
  const { house, examiner, log, diagnosed, calm, wait, now = Date.now, patienceMs = PATIENCE_MS } = parts;
  const known = new Map<string, Known>();
  let lane: Promise<void> = Promise.resolve();

  async function untilCalm(): Promise<void> {
    for (let waited = 0; waited < LONGEST_WAIT_MS && !(await calm()); waited += CALM_MS) await wait(CALM_MS);
  }

  async function examine(name: string, installationId: number): Promise<void> {
    await untilCalm();
    const examined = await within(patienceMs, examiner.findings(name, installationId));
    if (examined === 'late') {
      log('warn', `the doctor was not done within ${patienceMs} ms`, { during: 'doctor', repository: name });
      return;
    }
    if (examined === null) {
      known.delete(name);
      return;
    }
    known.set(name, { at: now(), findings: examined.findings });
    for (const { severity, rule, place, what, because, cure } of examined.findings)
      log(LEVELS[severity], what, { during: 'doctor', repository: name, severity, rule, place, because, cure });
    await within(patienceMs, examined.tell());
  }

  async function go(wanted: (name: string, installationId: number) => boolean): Promise<void> {
    const { all: repositories } = await house.repositories();
    for (const name of known.keys()) if (!repositories.some((one) => one.name === name)) known.delete(name);
    for (const { name, installationId } of repositories) {
      if (!wanted(name, installationId)) continue;
      try {
        await examine(name, installationId);
      } catch (error) {
        const reason = messageOf(error);
        log('warn', reason, { during: 'doctor', repository: name });
      }
    }
    const findings = [...known.values()].flatMap((one) => one.findings);
    const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
    diagnosed({ error: count('error'), warning: count('warning'), note: count('note') });
  }

  function next(wanted: (name: string, installationId: number) => boolean): Promise<void> {
    lane = lane.then(() => go(wanted)).catch((error: unknown) => log('warn', messageOf(error), { during: 'doctor' }));
    return lane;
  }

  return {
    due: () =>
      next((name) => {
        const last = known.get(name);
        return last === undefined || hasErrors(last.findings) || now() - last.at >= DAY_MS;
      }),
    installation: (id) => next((_, installationId) => installationId === id),
  };
}

/** A start lets the sweep go first; then every hour whatever is due. The returned function ends it. */
export function startCheckups(checkup: Pick<Checkup, 'due'>, firstMs = 10_000, everyMs = 3_600_000): () => void {
  const once = setTimeout(() => void checkup.due(), firstMs).unref();
  const always = setInterval(() => void checkup.due(), everyMs).unref();
  return () => {
    clearTimeout(once);
    clearInterval(always);
  };
}
