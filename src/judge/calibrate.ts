/**
 * A/A calibration: what the fail process says about pods that nothing was released to. If pods and spans are exchangeable, the threshold
 * found here is crossed by an unchanged release with probability at most alpha, whatever bursts the service has (a conformal quantile;
 * no distribution is assumed).
 */
import { RollbackError } from '../errors.ts';
import type { Look } from '../measure/sample.ts';
import { crossing, failCourse } from './fail-course.ts';
import { injectable, injected } from './inject.ts';
import { seeded } from './random.ts';
import type { Rules } from './rules.ts';

/** One unchanged pod judged against the others over one span: a release that was none. */
export interface Placebo {
  readonly slice: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly looks: readonly Look[];
}

/** One cap with its own threshold, and what both mean for finding real harm. */
export interface Setting {
  /** m: one window says at most log(1/alpha)/m nats. */
  readonly burstWindows: number;
  readonly failLogE: number;
  /** Probability that an unchanged release reaches `failLogE`. */
  readonly attained: number;
  /** Placebos that reached `failLogE`. */
  readonly alarms: number;
  /** Median seconds to find each harm of `HARMS`, in their order; Infinity: fewer than half are found. Empty: no rate and no latency. */
  readonly delays: readonly number[];
}

export interface Calibration {
  readonly runs: number;
  /** The gate as the playbook has it. */
  readonly today: Setting;
  /** The first is the one to take. */
  readonly settings: readonly [Setting, ...Setting[]];
  /** Placebos that today's gate would have rolled back, worst first. */
  readonly alarms: readonly { readonly slice: string; readonly startedAt: number; readonly logE: number }[];
}

/** Extra shares of bad requests that calibration looks for. */
export const HARMS = [0.01, 0.05] as const;
const CAPS = [1, 3, 5, 10] as const;
/** Placebos that get harm injected: enough for a median. */
const INJECTED = 60;

/** Throws input-invalid without a placebo. The same input gives the same answer: the injected harm is seeded. */
export function calibrate(rules: Rules, placebos: readonly Placebo[]): Calibration {
  if (placebos.length === 0)
    throw new RollbackError('input-invalid', 'there is no span in which a pod and the others were measured', {
      hint: 'Choose a longer time, or another label with --by.',
    });
  const todays = maximaOf(rules, placebos);
  const today = settingOf(rules, placebos, { maxima: todays, failLogE: rules.failLogE, attained: null });
  // Without the robust mode there is no cap to choose; too few runs are no reason to trust single windows more than today.
  const few = placebos.length + 1 < 1 / rules.falseAlarm - 1e-9;
  const strong = CAPS.filter((m) => !few || m >= rules.burstWindows);
  const caps = rules.robust && strong.length > 0 ? strong : [rules.burstWindows];
  const settings = caps.map((burstWindows) => {
    const capped = { ...rules, burstWindows };
    const maxima = burstWindows === rules.burstWindows ? todays : maximaOf(capped, placebos);
    const { failLogE, attained } = thresholdOf(maxima, rules.falseAlarm);
    return settingOf({ ...capped, failLogE }, placebos, { maxima, failLogE, attained });
  });
  const [first, ...rest] = settings.toSorted((a, b) => compare(a, b, rules.burstWindows));
  const alarms = placebos
    .map(({ slice, startedAt }, i) => ({ slice, startedAt, logE: todays[i] ?? 0 }))
    .filter(({ logE }) => logE >= rules.failLogE)
    .sort((a, b) => b.logE - a.logE);
  return { runs: placebos.length, today, settings: [first ?? today, ...rest], alarms };
}

/**
 * max(log(1/alpha), M_(k)) with k = ceil((1 - alpha)(J + 1)) of the J sorted maxima; too few runs for that give the largest, and the level
 * that it attains. The threshold lies just above M_(k), because reaching it is an alarm.
 */
export function thresholdOf(
  maxima: readonly number[],
  alpha: number,
): { readonly failLogE: number; readonly attained: number } {
  const sorted = maxima.toSorted((a, b) => a - b);
  const runs = sorted.length;
  // Rounding noise must not push an exact (1 - alpha)(J + 1) to the next run.
  const k = Math.min(runs, Math.ceil((1 - alpha) * (runs + 1) - 1e-9));
  const least = Math.log(1 / alpha);
  const found = sorted[k - 1] ?? least;
  const attained = Math.max(alpha, 1 / (runs + 1));
  return { failLogE: found < least ? least : justAbove(found), attained };
}

/** The odds of the playbook's `fail-at`: three digits, rounded up, never below the threshold. */
export function failAtOf(failLogE: number, alpha: number): number {
  if (failLogE <= Math.log(1 / alpha)) return Number((1 / alpha).toPrecision(12));
  const odds = Math.exp(Math.min(failLogE, Math.log(1e299)));
  const unit = 10 ** (Math.floor(Math.log10(odds)) - 2);
  return Number((Math.ceil(odds / unit) * unit).toPrecision(3));
}

function justAbove(logE: number): number {
  return logE + 1e-9 * Math.max(1, Math.abs(logE));
}

function maximaOf(rules: Rules, placebos: readonly Placebo[]): readonly number[] {
  return placebos.map(({ looks }) => failCourse(rules, looks).reduce((a, b) => Math.max(a, b), 0));
}

function settingOf(
  rules: Rules,
  placebos: readonly Placebo[],
  found: { readonly maxima: readonly number[]; readonly failLogE: number; readonly attained: number | null },
): Setting {
  const alarms = found.maxima.filter((logE) => logE >= found.failLogE).length;
  return {
    burstWindows: rules.burstWindows,
    failLogE: found.failLogE,
    attained: found.attained ?? (alarms + 1) / (placebos.length + 1),
    alarms,
    delays: delaysOf({ ...rules, failLogE: found.failLogE }, placebos),
  };
}

function delaysOf(rules: Rules, placebos: readonly Placebo[]): readonly number[] {
  const names = rules.triggers.filter((rule) => rule.weight > 0 && injectable(rule.question)).map((rule) => rule.name);
  if (names.length === 0) return [];
  const step = Math.max(1, Math.floor(placebos.length / INJECTED));
  const chosen = placebos.filter((_, i) => i % step === 0).slice(0, INJECTED);
  return HARMS.map((share) =>
    median(
      names.flatMap((trigger) =>
        chosen.map(({ looks }, i) => {
          const harmed = injected(rules, looks, { trigger, share, random: seeded(i + 1) });
          return crossing(harmed, failCourse(rules, harmed), rules.failLogE);
        }),
      ),
    ),
  );
}

/** The smaller harm decides, then the larger, then the cap that the playbook has, then the stronger cap. */
function compare(a: Setting, b: Setting, present: number): number {
  for (const [i] of HARMS.entries()) {
    const [one, other] = [a.delays[i] ?? 0, b.delays[i] ?? 0];
    if (one !== other) return one < other ? -1 : 1;
  }
  const changed = (setting: Setting) => (setting.burstWindows === present ? 0 : 1);
  return changed(a) - changed(b) || b.burstWindows - a.burstWindows;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => (a === b ? 0 : a - b));
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Infinity;
}
