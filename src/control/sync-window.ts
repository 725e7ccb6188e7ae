/** When a sync window of Argo CD stops holding a sync, from the five cron fields and the duration that it shows. */
import type { SyncWindows } from '../ports.ts';

const MINUTE = 60_000;
/** Looked ahead this far for the next allow window. */
const AHEAD_MINUTES = 8 * 24 * 60;

/** Epoch ms when Argo CD may sync again; null when it may now, or when the schedules do not say. */
export function heldUntil({ canSync, windows }: SyncWindows, now: number): number | null {
  if (canSync) return null;
  const denies = windows.filter(({ kind, active }) => kind === 'deny' && active);
  if (denies.length > 0) {
    const ends = denies.map(({ schedule, duration }) => endOf(schedule, duration, now));
    return ends.some((end) => end === null) ? null : Math.max(...ends.map((end) => end ?? now));
  }
  const starts = windows.filter(({ kind }) => kind === 'allow').map(({ schedule }) => nextStart(schedule, now));
  const known = starts.filter((start) => start !== null);
  return known.length > 0 ? Math.min(...known) : null;
}

/** Epoch ms when the last hold ended that was before now; null when the schedules know of none in the last week. */
export function heldBefore({ canSync, windows }: SyncWindows, now: number): number | null {
  if (!canSync) return null;
  const ends = windows.flatMap(({ kind, schedule, duration, active }) => {
    const start = lastStart(schedule, now, AHEAD_MINUTES);
    const length = minutesOf(duration);
    if (start === null || length === null) return [];
    if (kind === 'allow') return active ? [start] : [];
    const end = start + length * MINUTE;
    return end <= now ? [end] : [];
  });
  return ends.length > 0 ? Math.max(...ends) : null;
}

/** One sentence about what holds the sync; null when nothing does. `name`: of the application. */
export function heldWords(name: string, said: SyncWindows, now: number): string | null {
  if (said.canSync) return null;
  const until = heldUntil(said, now);
  const deny = said.windows.some(({ kind, active }) => kind === 'deny' && active);
  const which = deny ? 'a deny window' : 'no allow window is open, which';
  const when = until === null ? '' : ` until ${new Date(until).toISOString().slice(0, 16)}Z`;
  return `${which} of Argo CD holds every sync of ${name}${when}`;
}

/** What a person can type now: only where every window that holds the sync lets people sync. */
export function heldCommand(name: string, { windows }: SyncWindows): string {
  const holding = windows.filter(({ kind, active }) => (kind === 'deny') === active);
  const byHand = holding.length > 0 && holding.every(({ manualSync }) => manualSync);
  return byHand
    ? `argocd app sync ${name}`
    : `argocd proj windows list $(argocd app get ${name} -o json | jq -r .spec.project)`;
}

/** The end of the window that is open now: its last start plus its duration. */
function endOf(schedule: string, duration: string, now: number): number | null {
  const length = minutesOf(duration);
  const start = length === null ? null : lastStart(schedule, now, length);
  return length === null || start === null ? null : start + length * MINUTE;
}

function lastStart(schedule: string, now: number, within: number): number | null {
  const cron = parse(schedule);
  if (cron === null) return null;
  const minute = Math.floor(now / MINUTE) * MINUTE;
  for (let back = 0; back <= within; back += 1) if (fits(cron, minute - back * MINUTE)) return minute - back * MINUTE;
  return null;
}

function nextStart(schedule: string, now: number): number | null {
  const cron = parse(schedule);
  if (cron === null) return null;
  const minute = Math.floor(now / MINUTE) * MINUTE;
  for (let ahead = 1; ahead <= AHEAD_MINUTES; ahead += 1) {
    const start = minute + ahead * MINUTE;
    if (fits(cron, start)) return start;
  }
  return null;
}

/** `1h30m`, `45m`, `24h`; at most 31 days, so that nobody waits for the answer. */
function minutesOf(duration: string): number | null {
  const [, h, m] = /^(?:(\d{1,3})h)?(?:(\d{1,5})m)?(?:\d+s)?$/.exec(duration) ?? [];
  if (h === undefined && m === undefined) return null;
  const minutes = Number(h ?? 0) * 60 + Number(m ?? 0);
  return minutes > 0 && minutes <= 44_640 ? minutes : null;
}

interface Cron {
  readonly fields: readonly ReadonlySet<number>[];
  /** Where both days are restricted, either of them is enough. */
  readonly anyDay: boolean;
}

const RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;
const NAMES: Readonly<Record<string, number>> = {
  ...{ sun: 0, mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6 },
  ...{ jan: 1, feb: 2, mar: 3, apr: 4, may: 5, jun: 6, jul: 7, aug: 8, sep: 9, oct: 10, nov: 11, dec: 12 },
};

function parse(schedule: string): Cron | null {
  const words = schedule.trim().toLowerCase().split(/\s+/);
  if (words.length !== 5) return null;
  const fields = RANGES.map((range, i) => values(words[i] ?? '', range));
  if (fields.some((field) => field === null)) return null;
  const [, , day = '*', , weekday = '*'] = words;
  return { fields: fields.flatMap((field) => field ?? []), anyDay: !day.startsWith('*') && !weekday.startsWith('*') };
}

function values(word: string, [low, high]: readonly [number, number]): ReadonlySet<number> | null {
  const found = new Set<number>();
  for (const part of word.split(',')) {
    const [, from = '', to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
    const every = Number(step ?? 1);
    const first = from === '*' ? low : numberOf(from);
    const last = from === '*' ? high : to === undefined ? (step === undefined ? first : high) : numberOf(to);
    if (Number.isNaN(first) || Number.isNaN(last) || every < 1 || first < low || last > high) return null;
    for (let value = first; value <= last; value += every) found.add(value);
  }
  // Sunday has two numbers.
  if (high === 7 && found.has(7)) found.add(0);
  return found;
}

function numberOf(word: string): number {
  return /^\d+$/.test(word) ? Number(word) : (NAMES[word] ?? Number.NaN);
}

function fits({ fields, anyDay }: Cron, at: number): boolean {
  const time = new Date(at);
  const [minute, hour, day, month, weekday] = [
    time.getUTCMinutes(),
    time.getUTCHours(),
    time.getUTCDate(),
    time.getUTCMonth() + 1,
    time.getUTCDay(),
  ].map((value, i) => fields[i]?.has(value) === true);
  const onDay = anyDay ? day === true || weekday === true : day === true && weekday === true;
  return minute === true && hour === true && month === true && onDay;
}
