import { writeFile } from 'node:fs/promises';
import { RollbackError } from '../../src/errors.ts';
import { calibrate as calibrated } from '../../src/judge/calibrate.ts';
import { duration } from '../../src/judge/because.ts';
import { placebosOf } from '../../src/judge/placebos.ts';
import { rulesOfGate } from '../../src/judge/judge.ts';
import type { Reading } from '../../src/measure/reading.ts';
import { parseRecording } from '../../src/measure/recording.ts';
import { segmentSlices, slicesOf } from '../../src/measure/slices.ts';
import { playbookError } from '../../src/playbook/faults.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { setGateKeys } from '../../src/playbook/set-gate-keys.ts';
import { calibrateText, headline, keysOf, textDiff, type CalibrateView } from '../../src/report/calibrate.ts';
import { armCourse } from '../baseline-course.ts';
import { gateOf, instantOf, pastSourcesOf, referencesOf, type GateOf } from '../gate-of.ts';
import { readPlaybookFile } from '../playbook-file.ts';
import { answer, option, refuseUnwritable, textOf, type Call, type Command, OF_PLAYBOOK } from '../terminal.ts';

export const calibrate: Command = {
  usage: 'calibrate --service S (--from T [--to T] | --file F) [--by LABEL] [--write]',
  does: 'judges pods that nothing was released to: false alarms of the gate, and the threshold that keeps its promise',
  words: [],
  values: { ...OF_PLAYBOOK, from: 'T', to: 'T', file: 'F', by: 'LABEL' },
  switches: ['write'],
  apart: [
    ['from', 'file'],
    ['to', 'file'],
  ],
  async run(call) {
    const of = await gateOf(call);
    if (call.options['write'] === true) await refuseUnwritable((await readPlaybookFile(option(call, 'playbook'))).path);
    const view = await viewOf(of, call);
    const keys = keysOf(view.calibration.settings[0], view);
    const change = call.options['write'] === true ? await changeOf(of, call, keys) : null;
    answer(call, { ...view, headline: headline(view), write: keys, diff: change?.diff ?? null }, () =>
      [calibrateText(view), ...(change === null ? [] : ['', change.diff])].join('\n'),
    );
    if (change !== null && change.after !== change.before) await writeFile(change.path, change.after);
    return 0;
  },
};

interface Course {
  readonly from: number;
  readonly stepMs: number;
  /** Steps of one run, and at its start that are left out. */
  readonly spanSteps: number;
  readonly warmUpSteps: number;
  readonly byTrigger: ReadonlyMap<string, readonly Reading[]>;
}

async function viewOf(of: GateOf, call: Call): Promise<CalibrateView> {
  const { gate, target } = of;
  const rules = rulesOfGate(gate, await referencesOf(of, call));
  const course = await (option(call, 'file') === null ? fromHistory(of, call) : fromFile(of, call));
  const label = option(call, 'by') ?? 'pod';
  const slices = new Map(
    Array.from(course.byTrigger, ([trigger, readings]) => [
      trigger,
      slicesOf(
        readings.map((reading) => reading.canary),
        label,
      ),
    ]),
  );
  const segments = new Map(
    gate.triggers.flatMap(({ name, segments: apart }) => {
      const readings = course.byTrigger.get(name);
      if (apart === undefined || readings === undefined) return [];
      return [
        [
          name,
          segmentSlices(
            readings.map((reading) => reading.canary),
            label,
            apart,
          ),
        ] as const,
      ];
    }),
  );
  const leftOut = gate.triggers.map(({ name }) => name).filter((name) => (slices.get(name)?.size ?? 0) === 0);
  if (leftOut.length === gate.triggers.length) throw noSlices(course, label);
  const placebos = placebosOf(
    slices,
    {
      from: course.from,
      stepMs: course.stepMs,
      steps: Math.max(...Array.from(course.byTrigger.values(), (readings) => readings.length)),
      spanSteps: course.spanSteps,
      warmUpSteps: course.warmUpSteps,
    },
    segments,
  );
  call.progress(`${placebos.length} unchanged pods and spans to judge`);
  return {
    about: `${target.service} in ${target.environment}`,
    calibration: calibrated(
      { ...rules, triggers: rules.triggers.filter(({ name }) => !leftOut.includes(name)) },
      placebos,
    ),
    spanSeconds: (course.spanSteps * course.stepMs) / 1000,
    slices: new Set(placebos.map(({ slice }) => slice)).size,
    spans: new Set(placebos.map(({ startedAt }) => startedAt)).size,
    falseAlarm: rules.falseAlarm,
    robust: rules.robust,
    leftOut,
  };
}

/** Nothing to cut: say what the source said, or which labels there are. */
function noSlices(course: Course, label: string): RollbackError {
  for (const readings of course.byTrigger.values())
    for (const { canary } of readings) {
      if (canary.kind === 'missing') continue;
      const series =
        canary.kind === 'counters'
          ? canary.total
          : canary.kind === 'gauge' || canary.kind === 'values'
            ? []
            : canary.series;
      return new RollbackError('input-invalid', `No series of the baseline has the label '${label}'`, {
        hint: `Name one that tells its pods apart with --by; there is ${series[0]?.id ?? 'none: the metric is a gauge'}`,
      });
    }
  const said = [...course.byTrigger.values()][0]?.[0]?.canary;
  return new RollbackError(
    'source-unavailable',
    `The source has no history of the baseline there${said?.kind === 'missing' ? `: ${said.detail}` : ''}`,
    { hint: 'Choose another time, or look at the arms of the gate.' },
  );
}

async function fromHistory(of: GateOf, call: Call): Promise<Course> {
  const now = Date.now();
  const from = instantOf(call, 'from', now);
  const to = Math.min(instantOf(call, 'to', now) ?? now, now);
  if (from === null)
    throw new RollbackError('input-invalid', '--from or --file is missing', {
      hint: 'Say how far back, such as --from 7d, or name a recording with --file.',
    });
  if (to - from <= of.gate.deadline)
    throw new RollbackError(
      'input-invalid',
      `--from '${option(call, 'from') ?? ''}' is ${duration(Math.max(0, to - from) / 1000)} before ${option(call, 'to') ?? 'now'}, not more than the deadline of the gate, ${duration(of.gate.deadline / 1000)}`,
      { hint: 'Choose a longer time: one run needs a whole deadline.' },
    );
  const sources = pastSourcesOf(of, call, 'Record the gate with lastgood gate --record FILE, and give --file FILE.');
  const grid = { from, to, stepMs: of.gate.poll };
  const spanSteps = Math.floor(of.gate.deadline / grid.stepMs);
  const warmUpSteps = Math.ceil(of.gate['warm-up'] / grid.stepMs);
  return {
    from,
    stepMs: grid.stepMs,
    spanSteps,
    warmUpSteps,
    byTrigger: await armCourse(of, sources, { arm: 'baseline', grid }),
  };
}

/** The baseline arm of a recorded gate, whose warm-up is over at the first look: one span. */
async function fromFile(of: GateOf, call: Call): Promise<Course> {
  const file = option(call, 'file') ?? '';
  const text = await textOf(file, { what: '--file', hint: 'Name a recording of lastgood gate --record FILE.' });
  const { reads, startedAt } = parseRecording(text, file);
  const byTrigger = new Map<string, Reading[]>();
  for (const { readings } of reads)
    for (const [name, { at, baseline }] of readings) {
      const course = byTrigger.get(name) ?? [];
      if (baseline !== null) course.push({ at, canary: baseline, baseline: null });
      byTrigger.set(name, course);
    }
  const from = startedAt + (reads[0]?.elapsedMs ?? 0);
  return { from, stepMs: of.gate.poll, spanSteps: reads.length - 1, warmUpSteps: 0, byTrigger };
}

/** The new text, proven to be a playbook that says what was meant. */
async function changeOf({ target, gate }: GateOf, call: Call, keys: Readonly<Record<string, number>>) {
  const { path, text } = await readPlaybookFile(option(call, 'playbook'));
  const after = setGateKeys(text, target, keys);
  const parsed = parsePlaybook(after, path);
  if (!parsed.ok) throw playbookError(parsed.faults);
  const written = parsed.playbook.services[target.service]?.environments[target.environment]?.gate;
  if (written?.['fail-at'] !== keys['fail-at'] || (gate.robust && written?.['burst-windows'] !== keys['burst-windows']))
    throw new RollbackError('internal', `the gate in ${path} did not take the new keys`);
  return { path, before: text, after, diff: textDiff(path, text, after) };
}
