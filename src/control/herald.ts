import { messageOf } from '../errors.ts';
import { parse } from '../ledger/chain.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Destination } from '../playbook/schema-notify.ts';
import { destinationName, noticeFor } from '../report/notify/destination.ts';
import type { Notice } from '../report/notify/notice.ts';
import type { Doors, Told } from './doors.ts';
import { createMemo, MOST_FACTS } from './memo.ts';
import { policyOf } from './policy.ts';
import { isNews, noticesOf, type About } from './notices.ts';
import type { Observed } from './observed.ts';
import type { Step } from './step.ts';

/**
 * Tells the destinations of the playbook what the ledger has just been told. The ledger takes each fact from one process only, so
 * each is told once; what a crash left untold is found by its missing `notified` line and told later, at least once. Nothing here
 * is awaited by the loop, and nothing here throws.
 */
export interface Herald {
  /** The look from which these lines follow, for what they do not tell themselves. */
  expect(entries: readonly Entry[], seen: Observed, step: Step): void;
  /** These lines are new in the ledger, or could not be written: either way they are news. */
  written(entries: readonly Entry[]): void;
  /** Tells what the ledger has, and nobody has been told of: a process may have ended in between. */
  catchUp(): Promise<void>;
}

type HeraldDoors = Pick<Doors, 'repository' | 'clock' | 'log' | 'notifier'>;

/** A line this young may be on its way from another process. */
const GRACE = 120_000;
/** What is older is history: nobody is called at noon for the night. */
const STALE = 3_600_000;
const MOST_LOOKS = 200;

export function createHerald(doors: HeraldDoors, record: (entries: readonly Entry[]) => void): Herald {
  const { notifier } = doors;
  if (!notifier) return { expect: () => undefined, written: () => undefined, catchUp: () => Promise.resolve() };
  const { repositoryUrl } = notifier;
  const send = async (destination: Destination, notice: Notice): Promise<Told> =>
    notifier.send(destination, notice).catch((error: unknown): Told => ({
      kind: 'failed',
      because: error instanceof Error ? error.name : 'unknown failure',
    }));
  /** A line that another process wrote first is never handed to us. */
  const looks = createMemo<{ readonly seen: Observed; readonly step: Step }>(MOST_LOOKS);
  /** Facts by destination that this process has sent or is sending: a ledger that fails and recovers brings a line twice. */
  const sent = createMemo<true>(MOST_FACTS);

  async function tell(entry: Entry): Promise<void> {
    const look = looks.get(entry.id) ?? null;
    looks.delete(entry.id);
    const rules = look?.seen.rules.notify ?? (await rulesOf(entry));
    if (!rules) return;
    const about: About = { repository: doors.repository.name, repositoryUrl, mention: rules.mention, look };
    const notices = noticesOf(entry, about);
    const jobs = rules.to.flatMap((destination) => {
      const notice = noticeFor(destination, notices);
      const key = `${entry.id} ${destinationName(destination)}`;
      if (!notice || sent.get(key)) return [];
      sent.set(key, true);
      return [{ destination, notice }];
    });
    if (jobs.length === 0) return;
    const told = await Promise.all(
      jobs.map(async ({ destination, notice }) => ({ destination, told: await send(destination, notice) })),
    );
    for (const { destination, told: result } of told)
      if (result.kind === 'failed')
        doors.log('warn', `${destinationName(destination)} was not told: ${result.because}`, {
          fact: entry.id,
          destination: destinationName(destination),
        });
    // Without a line the next process finds the fact untold.
    if (told.some(({ told: result }) => result.kind === 'ended')) return;
    record(linesOf(entry, told, new Date(doors.clock.now()).toISOString()));
  }

  /** The policy of the default branch, for lines that no look stands behind. */
  async function rulesOf({ service, environment }: Entry) {
    const { playbook } = await doors.repository.overview();
    const parsed = playbook === null ? null : policyOf(playbook);
    return parsed?.ok === true ? (parsed.playbook.services[service]?.environments[environment]?.notify ?? null) : null;
  }

  function written(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (!isNews(entry.kind)) {
        looks.delete(entry.id);
        continue;
      }
      tell(entry).catch((error: unknown) =>
        doors.log('warn', 'nobody was told', {
          fact: entry.id,
          reason: messageOf(error),
        }),
      );
    }
  }

  return {
    expect(entries, seen, step) {
      for (const entry of entries) looks.set(entry.id, { seen, step });
    },
    written,
    async catchUp() {
      const lines = parse(await doors.repository.ledger());
      const told = new Set(lines.filter(({ kind }) => kind === 'notified').map(({ details }) => details['fact']));
      const age = (line: Entry): number => doors.clock.now() - Date.parse(line.at);
      const isDue = (line: Entry): boolean => !told.has(line.id) && age(line) >= GRACE && age(line) < STALE;
      // Who was told that it is over must not be called for it afterwards: nothing would take that back.
      const isPast = ({ incident }: Entry, i: number): boolean =>
        incident !== null &&
        lines.some((end, j) => j > i && end.incident === incident && isEnd(end) && told.has(end.id));
      written(lines.filter((line, i) => isDue(line) && !isPast(line, i)));
    },
  };
}

function isEnd({ kind }: Entry): boolean {
  return kind === 'recovered' || kind === 'cancelled';
}

/** What the ledger keeps of it: who was told, and once for each incident who could not be. */
function linesOf(
  entry: Entry,
  told: readonly { readonly destination: Destination; readonly told: Told }[],
  at: string,
): Entry[] {
  // A line from the ledger has a place and a hash of its own, which a new one must not inherit.
  const { service, environment, revision, incident } = entry;
  const base = { at, service, environment, revision, incident, actor: 'lastgood' };
  const reached = told.filter((one) => one.told.kind === 'delivered').map((one) => destinationName(one.destination));
  const failed = told.flatMap(({ destination, told: result }) =>
    result.kind === 'failed' ? [{ name: destinationName(destination), because: result.because }] : [],
  );
  const notified: Entry = {
    ...base,
    kind: 'notified',
    id: `${entry.id}/notified`,
    because: reached.length === 0 ? 'no destination could be told' : `told ${reached.join(', ')}`,
    details: { fact: entry.id, told: reached.length, failed: failed.length },
  };
  const failures = failed.map(({ name, because }): Entry => ({
    ...base,
    kind: 'notify-failed',
    id: `${entry.incident ?? entry.id}/notify-failed/${name}`,
    because,
    details: { destination: name, fact: entry.id },
  }));
  return [notified, ...failures];
}
