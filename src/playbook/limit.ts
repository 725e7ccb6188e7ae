import type { Limit, Statistic } from './condition.ts';
import { peek, shown, take } from './condition-tokens.ts';
import type { Complaint, Cursor } from './condition-tokens.ts';
import { printDuration } from './units.ts';
import { budget, BUDGET_EXAMPLE, withOrigin } from './budget.ts';
import { milliseconds, scaled, tidy, timeCure, type Quantity } from './quantity.ts';

/** What may follow `>` or `<`: a quantity, or `baseline` with a factor, an offset or both. */
export function readLimit(cursor: Cursor, statistic: Statistic): Limit | Complaint {
  const limit = bareLimit(cursor, statistic);
  if ('cure' in limit || take(cursor, '[') === null) return limit;
  return withOrigin(cursor, limit);
}

function bareLimit(cursor: Cursor, statistic: Statistic): Limit | Complaint {
  if (statistic.kind === 'spend') return budget(cursor);
  const start = peek(cursor);
  if (take(cursor, 'baseline') !== null) {
    return statistic.kind === 'ks'
      ? {
          column: start.column,
          message: `ks already compares with the baseline`,
          cure: 'write one distance between 0 and 1, such as ks > 0.15',
        }
      : relativeLimit(cursor, statistic);
  }
  const minus = take(cursor, '-');
  const quantity = readQuantity(cursor, statistic);
  if ('cure' in quantity) return quantity;
  if (take(cursor, '*') !== null) {
    return { column: start.column, message: 'the factor stands first', cure: `write baseline * ${quantity.digits}` };
  }
  return fixedLimit(quantity, statistic, minus === null ? 1 : -1);
}

function relativeLimit(cursor: Cursor, statistic: Statistic): Limit | Complaint {
  let factor = 1;
  const times = take(cursor, '*');
  if (times !== null) {
    const token = peek(cursor);
    factor = Number(token.text);
    if (token.kind !== 'number' || !(factor > 0 && factor <= 1e6)) {
      return { column: token.column, message: `${shown(token)} is not a factor above 0`, cure: 'write baseline * 1.5' };
    }
    cursor.at += 1;
  }
  const sign = take(cursor, '+') ?? take(cursor, '-');
  if (sign === null) {
    const extra = peek(cursor);
    return extra.kind === 'number'
      ? {
          column: extra.column,
          message: `${shown(extra)} needs + or - before it`,
          cure: `write baseline + ${extra.text}`,
        }
      : { factor, plus: 0 };
  }
  const quantity = readQuantity(cursor, statistic);
  if ('cure' in quantity) return quantity;
  const limit = offset(quantity, statistic, { factor, times: times !== null, sign: sign.text === '-' ? -1 : 1 });
  const again = peek(cursor);
  if (!('cure' in limit) && (again.text === '+' || again.text === '-')) {
    const both = `baseline * ${tidy(limit.factor)} ${again.text} 0.05${OFFSET_UNIT[statistic.kind]}`;
    return { column: again.column, message: 'only one quantity may follow baseline', cure: `write ${both}` };
  }
  return limit;
}

function readQuantity(cursor: Cursor, statistic: Statistic): Quantity | Complaint {
  const token = peek(cursor);
  if (token.kind !== 'number') {
    const example = EXAMPLE[statistic.kind];
    return {
      column: token.column,
      message: `a limit should stand here, not ${shown(token)}`,
      cure: `write it like ${example}`,
    };
  }
  cursor.at += 1;
  const unit = peek(cursor);
  if (unit.text === '%' || (unit.kind === 'word' && unit.text !== 'and' && unit.text !== 'or')) {
    cursor.at += 1;
    return { digits: token.text, unit: unit.text, column: token.column };
  }
  return { digits: token.text, unit: '', column: token.column };
}

/** Each statistic in one unit. `%` of a fixed rate is a share; without its unit a number is never guessed. */
function fixedLimit(quantity: Quantity, statistic: Statistic, sign: 1 | -1): Limit | Complaint {
  const { digits, unit, column } = quantity;
  const complain = (message: string, cure: string): Complaint => ({ column, message, cure });
  const said = `'${sign < 0 ? '-' : ''}${digits}${unit}'`;
  const fixed = (plus: number): Limit => ({ factor: 0, plus });
  switch (statistic.kind) {
    case 'rate': {
      const share = scaled(digits, -2);
      if (unit === '') {
        const percent = Number(digits) < 1 ? tidy(scaled(digits, 2)) : digits;
        return complain(`${said} has no unit, and a rate is a share`, `write ${percent}%`);
      }
      if (unit === 'pp') return complain(`${said} is a difference, and there is no baseline here`, `write ${digits}%`);
      if (unit !== '%') return complain(`${said} is not a share`, 'write a percentage, such as 2%');
      if (sign < 0 || !(share > 0 && share < 1))
        return complain(`${said} can never be crossed`, 'write more than 0% and less than 100%');
      return fixed(share);
    }
    case 'quantile': {
      const ms = milliseconds(quantity);
      if (ms === null) return complain(`${said} is not a time`, timeCure(quantity));
      return sign < 0 || !(ms > 0 && ms < 1e9)
        ? complain(`${said} can never be crossed`, 'write a time above 0, such as 300ms')
        : fixed(ms);
    }
    case 'ks': {
      const d = Number(digits);
      if (unit === '%')
        return complain(`${said} is a share, and ks is a distance from 0 to 1`, `write ${tidy(scaled(digits, -2))}`);
      if (unit !== '') return complain(`${said} has a unit, and ks is a bare distance from 0 to 1`, 'write 0.15');
      return sign < 0 || !(d > 0 && d < 1)
        ? complain(`${said} is not between 0 and 1`, 'write a distance, such as 0.15')
        : fixed(d);
    }
    case 'mean':
    case 'spend':
    case 'value': {
      const number = sign * Number(digits);
      if (unit !== '')
        return complain(
          `${said} has a unit, and ${statistic.kind} is in the metric's own unit`,
          `write ${sign < 0 ? '-' : ''}${digits}`,
        );
      return Number.isFinite(number) ? fixed(number) : complain(`${said} is too large`, 'write a smaller number');
    }
  }
}

/** The quantity after `baseline +` or `-`: `%` is relative to the baseline, everything else is added. */
function offset(
  quantity: Quantity,
  statistic: Statistic,
  base: { readonly factor: number; readonly times: boolean; readonly sign: 1 | -1 },
): Limit | Complaint {
  const { digits, unit, column } = quantity;
  const said = `'${digits}${unit}'`;
  const op = base.sign < 0 ? '-' : '+';
  if (unit === '%') {
    const factor = Number((1 + base.sign * scaled(digits, -2)).toPrecision(12));
    if (base.times)
      return {
        column,
        message: `${said} after a factor is said twice`,
        cure: `write baseline ${op} ${digits}% or baseline * ${tidy(base.factor)}`,
      };
    if (!(factor > 0 && factor <= 1e6))
      return {
        column,
        message: `baseline ${op} ${digits}% leaves nothing of the baseline`,
        cure: 'write less than 100%',
      };
    return { factor, plus: 0 };
  }
  const added = addition(quantity, statistic);
  if (typeof added === 'number') {
    const limit = { factor: base.factor, plus: added === 0 ? 0 : base.sign * added };
    return unit === 'pp' && statistic.kind === 'mean' ? { ...limit, points: true } : limit;
  }
  return { column, message: `${said} ${added.why}`, cure: added.cure.replaceAll('OP', op) };
}

function addition(quantity: Quantity, statistic: Statistic): number | { readonly why: string; readonly cure: string } {
  const { digits, unit } = quantity;
  switch (statistic.kind) {
    case 'rate': {
      const share = scaled(digits, -2);
      if (unit === 'pp' && share < 1) return share;
      if (unit === 'pp') return { why: 'is more than a rate can differ', cure: 'write less than 100pp' };
      const points = unit === '' ? tidy(Number(digits) < 0.1 ? scaled(digits, 2) : Number(digits)) : '0.5';
      return {
        why: unit === '' ? 'has no unit' : 'is not a difference of rates',
        cure: `write OP ${points}pp (percentage points) or OP ${points}% (of the baseline)`,
      };
    }
    case 'quantile': {
      const ms = milliseconds(quantity);
      return ms === null
        ? { why: 'is not a time', cure: `${timeCure(quantity)} or a percentage of the baseline, such as 10%` }
        : ms;
    }
    case 'mean':
      // Of a mean of 0/1 answers, or of scores in [0, 1]: `checkRange` refuses points of any other range.
      if (unit === 'pp') return scaled(digits, -2);
      return bareAddition(quantity, statistic);
    case 'ks':
    case 'spend':
    case 'value':
      return bareAddition(quantity, statistic);
  }
}

function bareAddition({ digits, unit }: Quantity, statistic: Statistic): ReturnType<typeof addition> {
  const number = Number(digits);
  if (unit === '' && Number.isFinite(number)) return number;
  return {
    why: `has a unit that ${statistic.kind} does not have`,
    cure: `write OP ${digits} or OP 10% (of the baseline)`,
  };
}

const EXAMPLE = {
  rate: '2%',
  quantile: '300ms',
  ks: '0.15',
  mean: '0.8',
  value: '0.8',
  spend: BUDGET_EXAMPLE,
} as const;
const OFFSET_UNIT = { rate: 'pp', quantile: 'ms', ks: '', mean: '', value: '', spend: '' } as const;

/** The limit as the playbook writes it; reading it again gives the same limit. */
export function printLimit(limit: Limit, statistic: Statistic): string {
  if (limit.per !== undefined) {
    const money = limit.per.unit === '' ? '' : ` ${limit.per.unit}`;
    const origin = limit.from === undefined ? '' : ` [${limit.from}]`;
    return `${tidy(limit.plus)}${money}${origin} per ${printDuration(limit.per.ms)}`;
  }
  const points = limit.points === true;
  const unit = points ? 'pp' : limit.factor === 0 && statistic.kind === 'rate' ? '%' : OFFSET_UNIT[statistic.kind];
  const number = statistic.kind === 'rate' || points ? Math.abs(limit.plus) * 100 : Math.abs(limit.plus);
  const quantity = `${tidy(number)}${unit}`;
  const origin = limit.from === undefined ? '' : ` [${limit.from}]`;
  if (limit.factor === 0) return `${limit.plus < 0 ? '-' : ''}${quantity}${origin}`;
  const base = limit.factor === 1 ? 'baseline' : `baseline * ${tidy(limit.factor)}`;
  return `${limit.plus === 0 ? base : `${base} ${limit.plus < 0 ? '-' : '+'} ${quantity}`}${origin}`;
}
