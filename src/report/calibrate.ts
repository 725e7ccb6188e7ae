/** What a calibration found, in the words of the playbook. */
import { failAtOf, HARMS, type Calibration, type Setting } from '../judge/calibrate.ts';
import { diffLines, linesIn } from '../plan/diff-lines.ts';
import { count, duration, instant, odds, percent } from './numbers.ts';

export interface CalibrateView {
  readonly about: string;
  readonly calibration: Calibration;
  /** Seconds of one span: the gate's deadline. */
  readonly spanSeconds: number;
  readonly slices: number;
  readonly spans: number;
  readonly falseAlarm: number;
  /** Whether the cap is at work. */
  readonly robust: boolean;
  /** Triggers that could not be cut into slices. */
  readonly leftOut: readonly string[];
}

/** The two keys to write. */
export function keysOf(chosen: Setting, { falseAlarm, robust }: Pick<CalibrateView, 'falseAlarm' | 'robust'>) {
  return {
    'fail-at': failAtOf(chosen.failLogE, falseAlarm),
    ...(robust ? { 'burst-windows': chosen.burstWindows } : {}),
  };
}

export function calibrateText(view: CalibrateView): string {
  const { calibration, falseAlarm } = view;
  const [chosen] = calibration.settings;
  const short = calibration.runs + 1 < 1 / falseAlarm;
  return [
    `Calibration of the gate of ${view.about}`,
    '',
    headline(view),
    ...calibration.alarms
      .slice(0, 5)
      .map(
        ({ slice, startedAt, logE }) => `  ${slice} from ${instant(new Date(startedAt).toISOString())}: ${odds(logE)}`,
      ),
    '',
    'Nothing was released there, so each of these would have been a false alarm. With a threshold of its own:',
    '',
    ...settingsTable(view),
    '',
    `Write into the gate: ${Object.entries(keysOf(chosen, view))
      .map(([key, value]) => `${key}: ${value}`)
      .join(', ')}`,
    ...(short
      ? [
          `Only ${count(calibration.runs)} runs: an unchanged release then fails with probability up to ${percent(chosen.attained)}, not ${percent(falseAlarm)}. ${count(Math.ceil(1 / falseAlarm - 1))} runs are needed: choose a longer time.`,
        ]
      : []),
    ...view.leftOut.map((name) => `Left out: ${name}; its metric cannot be told apart by pod.`),
    'Pods of one service share incidents, so with few distinct days take the level as approximate.',
  ].join('\n');
}

/** `This gate would have rolled back 3 of your last 912 unchanged half-hours (19 pods x 48 spans).` */
export function headline({ calibration, spanSeconds, slices, spans }: CalibrateView): string {
  const unit =
    spanSeconds === 1800 ? 'half-hours' : spanSeconds === 3600 ? 'hours' : `spans of ${duration(spanSeconds)}`;
  return `This gate would have rolled back ${count(calibration.today.alarms)} of your last ${count(calibration.runs)} unchanged ${unit} (${count(slices)} pods x ${count(spans)} spans).`;
}

function settingsTable({ calibration }: CalibrateView): readonly string[] {
  const row = (name: string, setting: Setting) =>
    [
      name.padEnd(18),
      odds(setting.failLogE).padStart(16),
      `${count(setting.alarms)} of ${count(calibration.runs)}`.padStart(14),
      ...HARMS.map((_, i) => delay(setting.delays[i]).padStart(14)),
    ].join('');
  const head = ['burst-windows'.padEnd(18), 'fails at'.padStart(16), 'false alarms'.padStart(14)];
  return [
    [...head, ...HARMS.map((share) => `finds +${share * 100}pp`.padStart(14))].join(''),
    row(`${calibration.today.burstWindows} (as today)`, calibration.today),
    ...calibration.settings.map((setting, i) =>
      row(`${setting.burstWindows}${i === 0 ? ' (take this)' : ''}`, setting),
    ),
  ];
}

function delay(seconds: number | undefined): string {
  if (seconds === undefined) return '-';
  return seconds === Infinity ? 'under half' : duration(seconds);
}

/** The changed lines of a text with the number of the line, `-` before the old and `+` before the new. */
export function textDiff(path: string, before: string, after: string): string {
  const [a, b] = [linesIn(before), linesIn(after)];
  const trimmed = (line: string) => line.replace(/\r?\n$/, '');
  return [
    path,
    ...diffLines(a, b).flatMap(({ aStart, aEnd, bStart, bEnd }) => [
      `@@ line ${aStart + 1} @@`,
      ...a.slice(aStart, aEnd).map((line) => `-${trimmed(line)}`),
      ...b.slice(bStart, bEnd).map((line) => `+${trimmed(line)}`),
    ]),
  ].join('\n');
}
