import type { Limit, Statistic } from '../playbook/condition.ts';
import { isInside } from './observed.ts';
import type { Finding } from './verdict.ts';

/** One number for people: three or more significant digits, no noise. */
export function plain(x: number): string {
  if (x === 0) return '0';
  const size = Math.abs(x);
  if (size < 1e-4 || size >= 1e7) return x.toExponential(2);
  return String(Number(x.toPrecision(size >= 100 ? 6 : 3)));
}

/** An e-value as betting odds: `412 : 1`. */
export function odds(logE: number): string {
  if (logE > Math.log(1e9)) return `more than 10^${Math.floor(logE / Math.LN10)} : 1`;
  if (logE < Math.log(0.01)) return 'less than 0.01 : 1';
  const e = Math.exp(logE);
  return `${e >= 10 ? Math.round(e) : e.toPrecision(2)} : 1`;
}

export function label(statistic: Statistic): string {
  switch (statistic.kind) {
    case 'quantile':
      return `p${Number((statistic.q * 100).toFixed(6))}`;
    case 'ks':
      return 'KS distance';
    case 'rate':
    case 'mean':
    case 'value':
    case 'spend':
      return statistic.kind;
  }
}

type Facts = Omit<Finding, 'because'> & {
  readonly bad: 'above' | 'below';
  /** Both arms were compared on the same inputs. */
  readonly paired?: boolean;
  readonly limits?: readonly Limit[];
  /** The canary's number is the last edge of its histogram, and what was measured lies above it. */
  readonly beyond?: boolean;
};

/** Whether a limit on a mean is a part of the baseline or a number of points: 3 % of 80 % and 3 points are not the same. */
function kindOfLimit({ statistic, limits = [], paired = false }: Facts): string {
  const [limit, ...more] = limits;
  if (limit === undefined || more.length > 0 || (statistic.kind !== 'mean' && !paired)) return '';
  const side = (amount: number) => plain(Math.abs(amount) * 100);
  if (limit.factor > 0 && limit.factor !== 1 && limit.plus === 0)
    return `, ${side(limit.factor - 1)} % of the baseline ${limit.factor < 1 ? 'below' : 'above'} it`;
  if (limit.factor !== 1 || limit.plus === 0 || (limit.points !== true && statistic.kind !== 'rate')) return '';
  return `, ${side(limit.plus)} percentage points ${limit.plus < 0 ? 'below' : 'above'} the baseline`;
}

/** The sentence of one finding: both numbers, the limit, the evidence, how much was counted. */
export function findingBecause(facts: Facts): string {
  const { status, canary, baselineCount, late } = facts;
  if (canary === null) return `no data: ${missingText(facts)}`;
  const canaryCount = late?.canaryCount ?? facts.canaryCount;
  const numbers = comparison(facts, late?.canary ?? canary);
  const counted =
    facts.paired === true
      ? `n ${plain(canaryCount)} pairs`
      : `n ${plain(canaryCount)}${facts.baseline === null ? '' : `/${plain(baselineCount)}`}`;
  if (facts.statistic.kind === 'spend' && status !== 'no-data' && status !== 'error')
    return spentBecause(facts, canary);
  switch (status) {
    case 'fail':
      return `${numbers}: odds ${odds(facts.logEFail)} against an acceptable release, ${counted}`;
    case 'pass':
      return `${numbers}: proven inside with odds ${odds(facts.logEPass)}, ${counted}`;
    case 'no-data':
    case 'error':
      return `no data for the last looks (${missingText(facts)}); before: ${numbers}, ${counted}`;
    case 'continue':
    case 'inconclusive':
      return `${numbers}: not proven yet (odds ${odds(facts.logEFail)} for harm, ${odds(facts.logEPass)} for none), ${counted}`;
  }
}

/** A budget is exceeded or not; there are no odds to tell. */
function spentBecause({ status, canaryCount, limits: [limit] = [] }: Facts, canary: number): string {
  if (limit?.per === undefined) return '';
  const window = duration(limit.per.ms / 1000);
  const unit = limit.per.unit === '' ? '' : ` ${limit.per.unit}`;
  const from = limit.from === undefined ? '' : `, from ${limit.from} of the tiers`;
  const budget = `the budget of ${plain(limit.plus)}${unit} in ${window}${from}`;
  const spent = `${plain(canaryCount)}${unit} spent so far`;
  if (status === 'fail') return `spend ${plain(canary)}${unit} > ${budget}; ${spent}`;
  const side = canary > limit.plus ? 'more than' : 'within';
  return `at this pace ${plain(canary)}${unit} in ${window}, ${side} ${budget}; ${spent}`;
}

function comparison(facts: Facts, canary: number): string {
  const unit = facts.statistic.kind === 'quantile' ? ' ms' : '';
  const beyond = facts.beyond === true && canary === facts.canary;
  const name = `${label(facts.statistic)} ${beyond ? 'above ' : ''}${plain(canary)}${unit}${beyond ? ' (the last edge of its histogram)' : ''}`;
  if (facts.limit === null) return name;
  const baseline =
    facts.baseline === null || facts.statistic.kind === 'ks' ? '' : ` (baseline ${plain(facts.baseline)}${unit})`;
  const outside = !isInside(facts.bad, { canary, limit: facts.limit }) || (beyond && facts.bad === 'above');
  const part =
    facts.status === 'fail' && !outside ? ' over the whole time, beyond it for a part' : lateWords(facts, unit);
  return `${name}${sign(canary, facts.limit, beyond)} limit ${plain(facts.limit)}${unit}${kindOfLimit(facts)}${origin(facts)}${baseline}${part}`;
}

/** How the number stands to its limit; nothing, where it lies above an edge that is below the limit. */
function sign(canary: number, limit: number, beyond: boolean): string {
  if (canary > limit || (beyond && canary === limit)) return ' >';
  if (beyond) return ',';
  return canary < limit ? ' <' : ' =';
}

/** Where the bad answers ended late, the proof is about what came after them. */
function lateWords({ canary, late }: Facts, unit: string): string {
  if (late === undefined || late === null || canary === null) return '';
  return ` after the first ${duration(late.afterSeconds)} (${plain(canary)}${unit} with them)`;
}

/** The tier whose limit it is. */
function origin({ limits = [] }: Facts): string {
  const names = limits.flatMap(({ from }) => from ?? []);
  return names.length === 0 ? '' : `, from ${names.join(' and ')} of the tiers`;
}

function missingText({ missing }: Pick<Finding, 'missing'>): string {
  if (missing.length === 0) return 'nothing was measured';
  return missing
    .map(({ reason, count, detail }) => `${reason} ${count === 1 ? 'once' : `${count} times`}: ${detail}`)
    .join('; ');
}

/** Seconds as people say them. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
