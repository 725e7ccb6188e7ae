import type { Statistic } from './condition.ts';
import { dialectOf, TEXT_KEYS } from './dialect.ts';
import { checkValues } from './check-values.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Path } from './path.ts';
import type { Criterion, Source, Trigger } from './schema.ts';

/** A trigger of a gate or a criterion of a verify: the same words, read the same way. */
export type Question = Criterion &
  Partial<Pick<Trigger, 'criticality' | 'dry-run' | 'weight' | 'alpha-share' | 'strata' | 'segments' | 'reference'>>;

/** How the numbers come: counted events, a histogram, sums of scores, a bare number, or a list with one value in each row. */
export type MetricForm = 'events' | 'histogram' | 'scores' | 'gauge' | 'values';

const FORM_KEYS = {
  events: ['bad', 'good', 'total'],
  histogram: ['histogram', 'unit'],
  scores: ['sum', 'tokens', 'prices', 'squares', 'count', 'range'],
  gauge: ['gauge'],
  values: ['score', 'correct', 'pair-by', 'range'],
} as const satisfies Record<MetricForm, readonly (keyof Question)[]>;

const FORMS = ['events', 'histogram', 'scores', 'gauge', 'values'] as const;

/** The one form whose keys are used; null when there is none or more than one. */
export function metricForm(question: Question): MetricForm | null {
  const [form, ...others] = formsOf(question);
  return form === undefined || others.length > 0 ? null : form;
}

function formsOf(question: Question): readonly MetricForm[] {
  const named = FORMS.filter((form) => FORM_KEYS[form].some((key) => key !== 'range' && question[key] !== undefined));
  // A range belongs to sums of scores and to rows of scores; by itself it is taken for the first.
  if (question.range === undefined || named.includes('scores') || named.includes('values')) return named;
  return [...named, 'scores'];
}

/** Whether the metric is complete, its source can be asked so, and the statistic of `if` can be taken from it. */
export function checkMetric(question: Question, source: Source | null, at: Path): readonly Doubt[] {
  return [...checkForm(question, at), ...checkTexts(question, source, at)];
}

function checkForm(question: Question, at: Path): readonly Doubt[] {
  const statistic = question.if.statistic;
  const forms = formsOf(question);
  const form = forms[0];
  if (form === undefined) return [doubt(at, 'key', 'has no metric', `add ${needed(statistic)}`)];
  if (forms.length > 1) {
    const keys = forms.flatMap((each) => FORM_KEYS[each].filter((key) => question[key] !== undefined));
    return [doubt(at, 'key', `mixes metrics of different forms: ${keys.join(', ')}`, `keep ${needed(statistic)}`)];
  }
  if (!formsFor(statistic).includes(form)) {
    const message = `cannot be answered from ${FORM_KEYS[form].filter((key) => question[key] !== undefined).join(' and ')}`;
    return [doubt([...at, 'if'], 'value', message, `give ${needed(statistic)}, or write ${FIRST_WORDS[form]}`)];
  }
  return incomplete(question, form, at);
}

const FIRST_WORDS = {
  events: 'rate ...',
  histogram: 'p99 ... or ks ...',
  scores: 'mean ... or spend ...',
  gauge: 'value ...',
  values: 'mean ...',
} as const satisfies Record<MetricForm, string>;

function formsFor(statistic: Statistic): readonly MetricForm[] {
  switch (statistic.kind) {
    case 'rate':
      return ['events', 'values'];
    case 'quantile':
      return ['histogram'];
    case 'ks':
      return ['histogram', 'values'];
    case 'mean':
      return ['scores', 'values'];
    case 'spend':
      return ['scores'];
    case 'value':
      return ['gauge'];
  }
}

function needed(statistic: Statistic): string {
  switch (statistic.kind) {
    case 'rate':
      return "'bad:' or 'good:', with 'total:'";
    case 'quantile':
      return "'histogram:' with its 'unit:'";
    case 'ks':
      return "'histogram:'";
    case 'mean':
      return "'sum:', 'count:' and 'range:' (with 'squares:' it is faster)";
    case 'value':
      return "'gauge:'";
    case 'spend':
      return "'sum:', or 'tokens:' with 'prices:'";
  }
}

function incomplete(question: Question, form: MetricForm, at: Path): readonly Doubt[] {
  const missing = (key: keyof Question, why: string): readonly Doubt[] =>
    question[key] === undefined ? [doubt([...at, key], 'key', 'is missing', `add '${key}:', ${why}`)] : [];
  switch (form) {
    case 'events':
      if (question.bad !== undefined && question.good !== undefined) {
        return question.total === undefined
          ? []
          : [
              doubt(
                [...at, 'total'],
                'key',
                "stands beside 'bad' and 'good', which make the total",
                'remove one of them',
              ),
            ];
      }
      if (question.bad === undefined && question.good === undefined) {
        return missing('bad', "the counter of bad events (or 'good:')");
      }
      return missing('total', "the counter of all events (or both 'bad:' and 'good:')");
    case 'histogram':
      if (question.histogram === undefined) return missing('histogram', 'its name without _bucket');
      if (question.if.statistic.kind !== 'quantile') return [];
      if (question.unit === 'none') {
        return [
          doubt(
            [...at, 'unit'],
            'value',
            'is no time, and quantiles are times',
            'write s, ms or us, or compare with ks > 0.15',
          ),
        ];
      }
      return missing('unit', 's, ms or us: the unit of the bucket edges');
    case 'scores': {
      const [low, high] = question.range ?? [0, 1];
      const empty =
        low < high ? [] : [doubt([...at, 'range'], 'key', 'is empty', 'write [lowest, highest], such as [0, 1]')];
      return [
        ...(question.tokens === undefined ? missing('sum', 'the running sum of scores') : checkTokens(question, at)),
        ...(question.if.statistic.kind === 'spend'
          ? onlySpent(question, at)
          : [
              ...missing('count', 'the running number of scores'),
              ...missing('range', 'the lowest and highest possible score, such as [0, 1]'),
              ...empty,
            ]),
      ];
    }
    case 'gauge':
      return [];
    case 'values':
      return checkValues(question, at);
  }
}

function checkTokens(question: Question, at: Path): readonly Doubt[] {
  const doubts: Doubt[] = [];
  if (question.sum !== undefined)
    doubts.push(
      doubt([...at, 'tokens'], 'key', "stands beside 'sum', and both say what was spent", 'keep one of them'),
    );
  if (question.prices === undefined && question.price === undefined)
    doubts.push(
      doubt([...at, 'prices'], 'key', 'is missing', "add 'price:' with a name of `prices` at the top of the file"),
    );
  if (question.tokens?.input === undefined && question.tokens?.output === undefined)
    doubts.push(doubt([...at, 'tokens'], 'key', 'counts nothing', "add 'input:' or 'output:'"));
  return doubts;
}

/** A budget is an amount over time: neither a number of requests nor a range belongs to it. */
function onlySpent(question: Question, at: Path): readonly Doubt[] {
  return (['squares', 'count', 'range'] as const)
    .filter((key) => question[key] !== undefined)
    .map((key) => doubt([...at, key], 'key', 'belongs to a mean, and spend is an amount', 'remove it'));
}

/** Whether this question counts all requests: by their total, or by the good and the bad ones. */
export function countsRequests({ total, bad, good }: Pick<Question, 'total' | 'bad' | 'good'>): boolean {
  return total !== undefined || (bad !== undefined && good !== undefined);
}

/** Every query as the language of its source wants it. A source that nobody knows has no language yet. */
function checkTexts(question: Question, source: Source | null, at: Path): readonly Doubt[] {
  if (source === null) return [];
  const dialect = dialectOf(source);
  const form = metricForm(question);
  if (form !== null && !dialect.forms.includes(form)) {
    const key = FORM_KEYS[form].find((each) => question[each] !== undefined) ?? FORM_KEYS[form][0];
    return [doubt([...at, key], 'key', `cannot be answered by a ${source.kind} source`, OTHER_FORM[form])];
  }
  if (form === 'events' && question.total === undefined && !hasSeries(source)) {
    const message = `is missing, and a ${source.kind} source does not add 'bad' and 'good'`;
    return [doubt([...at, 'total'], 'key', message, "add 'total:', the counter of all events")];
  }
  if ((question.tokens !== undefined || question.if.statistic.kind === 'spend') && !hasSeries(source)) {
    const cure = "use a prometheus or openmetrics source, or give the cost itself as 'sum:' with 'count:'";
    return [doubt([...at, 'if'], 'value', `cannot be counted from a ${source.kind} source`, cure)];
  }
  const tokens = (['input', 'output'] as const).flatMap((part) => {
    const text = question.tokens?.[part];
    return text === undefined ? [] : dialect.checkText({ key: 'sum', text, at: [...at, 'tokens', part] });
  });
  return [...tokens, ...textDoubts(question, dialect, at)];
}

function hasSeries({ kind }: Source): boolean {
  return kind === 'prometheus' || kind === 'openmetrics';
}

function textDoubts(question: Question, dialect: ReturnType<typeof dialectOf>, at: Path): readonly Doubt[] {
  return TEXT_KEYS.flatMap((key) => {
    const text = question[key];
    return text === undefined ? [] : dialect.checkText({ key, text, at: [...at, key] });
  });
}

/** What to write instead, where a source cannot answer a form. */
const OTHER_FORM = {
  events: "give 'gauge:' with the share, and 'if: value > ...'",
  histogram: "count the slow ones: 'bad:' above the limit and 'total:', with 'if: rate > 1%'",
  scores: "count the bad ones: 'bad:' and 'total:', with 'if: rate > 5%', or give 'gauge:'",
  gauge: "give counts: 'bad:' and 'total:', with 'if: rate > 1%'",
  values: "read the rows with a json, file or mlflow source, or give running totals: 'sum:', 'squares:' and 'count:'",
} as const satisfies Record<MetricForm, string>;
