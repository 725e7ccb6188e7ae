/** `lastgood judge`: samples as JSON Lines in, verdicts as JSON Lines out. Many releases at once, in any interleaving. */
import { RollbackError } from '../src/errors.ts';
import {
  begin,
  look,
  rulesOfGate,
  stopped,
  verdict,
  type References,
  type Rules,
  type State,
  type Verdict,
} from '../src/judge/judge.ts';
import type { Sample } from '../src/measure/sample.ts';
import type { Gate, Trigger } from '../src/playbook/schema.ts';
import { parseLine, sampleOf, segmentsOf, type Line } from './judge-line.ts';

/** What to judge by: a gate of a playbook, or triggers under a gate's default times and error rates. Both already parsed. */
export type JudgeBy = Gate | Trigger | readonly Trigger[];

export interface JudgeOptions {
  readonly by: JudgeBy;
  /** What the `reference` files of the triggers hold. */
  readonly references?: References;
  /** Changes to the rules that `by` stands for, such as another deadline. */
  readonly rules?: Partial<Omit<Rules, 'triggers'>>;
}

export interface JudgeSummary {
  readonly releases: number;
  /** Final verdicts by status. */
  readonly verdicts: Readonly<Record<string, number>>;
  /** Lines that could not be used; each was written out as an error. */
  readonly errors: number;
}

/** Waits for the metrics of one instant of one release. */
interface Pending {
  state: State;
  t: number;
  samples: Record<string, Sample>;
  segments: Record<string, Readonly<Record<string, Sample>>>;
  waiting: number;
}

/**
 * Reads lines until they end. A look is complete when every trigger has its sample for that `t`, or when a later `t` of the release comes.
 * Writes one line a look and one final line (`final: true`) a release: at its verdict, or at the end of the input, then inconclusive.
 * What comes for a release after its verdict is left out. A line that cannot be read is written out as `{ line, error }` and counted.
 */
export async function judgeStream(
  lines: AsyncIterable<string>,
  options: JudgeOptions,
  write: (line: string) => void,
): Promise<JudgeSummary> {
  const rules = { ...rulesBy(options.by, options.references), ...options.rules };
  const complains = new Map(rules.triggers.map((rule) => [rule.name, rule.question.bad]));
  const apart = new Set(rules.triggers.filter(({ segments }) => segments !== null).map(({ name }) => name));
  const running = new Map<string, Pending>();
  const decided = new Map<string, Verdict['status']>();
  let errors = 0;
  let place = 0;

  const finish = (release: string, final: Verdict): void => {
    running.delete(release);
    decided.set(release, final.status);
    write(JSON.stringify({ ...said(release, final), final: true }));
  };
  const flush = (release: string, pending: Pending): void => {
    if (pending.waiting === rules.triggers.length) return;
    pending.state = look(rules, pending.state, { t: pending.t, samples: pending.samples, segments: pending.segments });
    pending.samples = {};
    pending.segments = {};
    pending.waiting = rules.triggers.length;
    const now = verdict(rules, pending.state);
    write(JSON.stringify(said(release, now)));
    if (now.status !== 'continue') finish(release, now);
  };
  const take = (line: Line): void => {
    const bad = complains.get(line.metric);
    if (bad === undefined) throw new Error(`no trigger is named '${line.metric}'`);
    if (decided.has(line.release)) return;
    let pending = running.get(line.release);
    if (pending === undefined) {
      pending = { state: begin(rules), t: line.t, samples: {}, segments: {}, waiting: rules.triggers.length };
      running.set(line.release, pending);
    }
    if (line.t > pending.t) {
      flush(line.release, pending);
      if (decided.has(line.release)) return;
      pending.t = line.t;
    } else if (
      line.t < pending.t ||
      Object.hasOwn(pending.samples, line.metric) ||
      (pending.state.looks > 0 && line.t === pending.state.t)
    ) {
      throw new Error(`release '${line.release}' already has '${line.metric}' at t ${line.t} or later`);
    }
    const sample = sampleOf(line, bad);
    pending.samples[line.metric] = sample;
    if (apart.has(line.metric)) pending.segments[line.metric] = segmentsOf(sample);
    pending.waiting--;
    if (pending.waiting === 0) flush(line.release, pending);
  };

  for await (const text of lines) {
    place++;
    if (text.trim() === '') continue;
    try {
      take(parseLine(text));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      errors++;
      write(JSON.stringify({ line: place, error: error.message }));
    }
  }
  for (const [release, pending] of running) {
    flush(release, pending);
    if (!decided.has(release)) finish(release, stopped(rules, pending.state, 'the input ended'));
  }
  const verdicts: Record<string, number> = {};
  for (const status of decided.values()) verdicts[status] = (verdicts[status] ?? 0) + 1;
  return { releases: decided.size, verdicts, errors };
}

/** The rules of a gate, or of triggers alone under the defaults of a gate. Throws playbook-invalid. */
export function rulesBy(by: JudgeBy, references: References = new Map()): Rules {
  return rulesOfGate(gateBy(by), references);
}

/** The gate that `by` stands for. */
export function gateBy(by: JudgeBy): Gate {
  if ('triggers' in by) return by;
  const triggers = 'name' in by ? [by] : by;
  if (triggers.length === 0) throw new RollbackError('playbook-invalid', 'there is no trigger to judge by');
  return {
    source: 'stdin',
    arms: { canary: 'canary', baseline: 'baseline' },
    triggers: [...triggers],
    poll: 15_000,
    'warm-up': 0,
    soak: 600_000,
    deadline: 1_800_000,
    'false-alarm': 0.01,
    'false-pass': 0.05,
    robust: true,
  };
}

function said(release: string, now: Verdict) {
  return {
    release,
    t: now.elapsedSeconds,
    verdict: now.status,
    blame: now.blame,
    then: now.then,
    logE: now.logE,
    metrics: now.findings.map(
      ({
        trigger,
        status,
        canary,
        baseline,
        limit,
        canaryCount,
        baselineCount,
        logEFail,
        logEPass,
        band,
        drift,
        strata,
        segments,
      }) => ({
        name: trigger,
        status,
        canary,
        baseline,
        limit,
        n: [canaryCount, baselineCount],
        logEFail,
        logEPass,
        band,
        ...(drift === undefined ? {} : { drift }),
        ...(strata === undefined ? {} : { strata }),
        ...(segments === undefined ? {} : { segments }),
      }),
    ),
    because: now.because,
  };
}
