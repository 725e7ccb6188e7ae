/** The traffic of a gate: as somebody writes it, or as its sources measured it. */
import { RollbackError } from '../src/errors.ts';
import { cutBy, labelOf } from '../src/measure/slices.ts';
import { growthOf } from '../src/measure/growth.ts';
import { exceedance } from '../src/judge/exceedance.ts';
import type { Flow } from '../src/judge/plan-gate.ts';
import type { Rule, Rules } from '../src/judge/judge.ts';
import type { Reading } from '../src/measure/reading.ts';
import { armCourse, type ArmCourse } from './baseline-course.ts';
import { pastSourcesOf, type GateOf } from './gate-of.ts';
import { option, type Call } from './terminal.ts';

/** From --traffic or the three options; null where none is given. Throws input-invalid. */
export function givenTraffic(call: Call): Flow | null {
  const text = option(call, 'traffic');
  const parts = {
    canary: option(call, 'canary-rps'),
    baseline: option(call, 'baseline-rps'),
    bad: option(call, 'bad-rate'),
  };
  if (text === null && Object.values(parts).every((part) => part === null)) return null;
  const faults: string[] = [];
  for (const piece of (text ?? '').split(',').filter((one) => one.trim() !== '')) {
    const [, name, value] = /^\s*(canary|baseline|bad)\s+(\S+)\s*$/.exec(piece) ?? [];
    if (name === 'canary' || name === 'baseline' || name === 'bad') parts[name] = value ?? null;
    else faults.push(`'${piece.trim()}' is not readable`);
  }
  const read = (name: keyof typeof parts, form: RegExp, wants: string): string => {
    const value = parts[name];
    const found = form.exec(value ?? '')?.[1];
    if (found === undefined) faults.push(`${name} is ${value === null ? 'missing' : `'${value}', not ${wants}`}`);
    return found ?? '0';
  };
  const perSecond = /^(\d+(?:\.\d+)?)(?:\/s)?$/;
  const [canary, baseline, bad] = [
    read('canary', perSecond, 'requests per second'),
    read('baseline', perSecond, 'requests per second'),
    read('bad', /^(\d{1,2}(?:\.\d+)?)%$/, 'a share below 100%'),
  ];
  if (faults.length > 0)
    throw new RollbackError('input-invalid', `The traffic cannot be read: ${faults.join('; ')}`, {
      hint: 'Write --traffic "canary 5/s, baseline 95/s, bad 0.5%", or --canary-rps 5 --baseline-rps 95 --bad-rate 0.5%.',
    });
  return { canary: Number(canary), baseline: Number(baseline), bad: Number(`${bad}e-2`) };
}

const HOUR = 3_600_000;
const STEP = 60_000;

/**
 * Means over the last hour, by trigger. The baseline arm gives the bad share; a canary that does not live now gets the share that
 * `gate.weight` names. Throws input-invalid where nothing was measured.
 */
export async function measuredTraffic(of: GateOf, call: Call, rules: Rules): Promise<ReadonlyMap<string, Flow>> {
  const sources = pastSourcesOf(of, call, 'Give the traffic with --traffic "canary 5/s, baseline 95/s, bad 0.5%".');
  const to = Date.now();
  const grid = { from: to - HOUR, to, stepMs: STEP };
  const compared = of.gate.triggers.every((trigger) => (trigger.arms ?? of.gate.arms).baseline !== undefined);
  const [canary, baseline] = [
    await armCourse(of, sources, { arm: 'canary', grid }),
    compared ? await armCourse(of, sources, { arm: 'baseline', grid }) : new Map<string, readonly Reading[]>(),
  ];
  return new Map(rules.triggers.map((rule) => [rule.name, flowOf(of, rule, canary, baseline)]));
}

function flowOf({ gate }: GateOf, rule: Rule, canary: ArmCourse, baseline: ArmCourse): Flow {
  const own = growth(rule, canary.get(rule.name) ?? []);
  const other = growth(rule, baseline.get(rule.name) ?? []);
  const shown = other ?? own;
  if (shown === null)
    throw nothingMeasured(rule.name, [...(baseline.get(rule.name) ?? []), ...(canary.get(rule.name) ?? [])]);
  const share = gate.weight;
  const alive = own !== null && own.perSecond > 0;
  if (!alive && share === undefined)
    throw new RollbackError(
      'input-invalid',
      `The canary of trigger '${rule.name}' has no traffic now, so its share is not known`,
      {
        hint: "Add 'weight: 5%' to the gate, or give --traffic.",
      },
    );
  const all = other?.perSecond ?? 0;
  const segments = segmentShares(rule, other === null ? canary : baseline);
  const parts = segments === null ? {} : { segments };
  return alive
    ? { canary: own.perSecond, baseline: all, bad: shown.bad, ...parts }
    : { canary: all * (share ?? 0), baseline: all * (1 - (share ?? 0)), bad: shown.bad, ...parts };
}

/** With what the source said, where it said something. */
function nothingMeasured(trigger: string, course: readonly Reading[]): RollbackError {
  const said = course.flatMap(({ canary }) => (canary.kind === 'missing' ? [canary] : [])).at(-1);
  const broken = said?.reason === 'query-error';
  return new RollbackError(
    broken ? 'source-unavailable' : 'input-invalid',
    `Nothing was measured for trigger '${trigger}' in the last hour${said === undefined ? '' : `: ${said.detail}`}`,
    { hint: 'Give the traffic with --traffic "canary 5/s, baseline 95/s, bad 0.5%".' },
  );
}

/** Parts of the traffic by segment; null where the trigger has none. */
function segmentShares(rule: Rule, arm: ArmCourse): readonly number[] | null {
  if (rule.segments === null) return null;
  const { by, values } = rule.segments;
  const course = arm.get(rule.name) ?? [];
  const cut = course.map((reading) => ({ at: reading.at, parts: cutBy(reading.canary, (id) => labelOf(id, by)) }));
  const names = new Set(cut.flatMap(({ parts }) => [...parts.keys()]).filter((name) => values?.includes(name) ?? true));
  const perSecond = Array.from(names, (name) => {
    const own = cut.flatMap(({ at, parts }) => {
      const canary = parts.get(name);
      return canary === undefined ? [] : [{ at, canary, baseline: null }];
    });
    return growth(rule, own)?.perSecond ?? 0;
  });
  const all = perSecond.reduce((sum, one) => sum + one, 0);
  return all > 0 ? perSecond.map((one) => one / all) : null;
}

/** Events per second and their bad share over a course; null where no two readings could be compared. */
function growth(
  { question }: Rule,
  course: readonly Reading[],
): { readonly perSecond: number; readonly bad: number } | null {
  let before: Reading | null = null;
  let [ms, all, bad] = [0, 0, 0];
  for (const now of course) {
    if (now.canary.kind === 'missing') continue;
    if (before !== null) {
      const { counts } = growthOf('baseline', before.canary, now.canary);
      ms += now.at - before.at;
      if (counts.kind === 'events') {
        all += counts.events.total;
        bad += question.bad === 'above' ? counts.events.hits : counts.events.total - counts.events.hits;
      } else if (counts.kind === 'histogram') {
        const size = counts.counts.reduce((sum, one) => sum + one, 0);
        all += size;
        bad += slower(question, counts.counts, counts.edges) ?? size * (cleanShare(question) ?? 0);
      } else if (counts.kind === 'moments') all += counts.moments.n;
    }
    before = now;
  }
  if (ms === 0) return null;
  return { perSecond: (all * 1000) / ms, bad: all > 0 ? bad / all : 0 };
}

/** Requests above a fixed limit, as a pass counts them; null where there is none. */
function slower({ pass }: Rule['question'], counts: readonly number[], edges: readonly number[]): number | null {
  const [leg] = pass.legs;
  return leg?.kind === 'slower-than' ? exceedance(counts, edges, leg.edge).possible : null;
}

/** Share of slow requests that a clean release is taken to have where nothing tells: half of what the quantile allows. Null: no quantile. */
export function cleanShare({ statistic }: Rule['question']): number | null {
  return statistic.kind === 'quantile' ? (1 - statistic.q) / 2 : null;
}
