/**
 * What each kind of source can be asked, and how its queries and arms are written. One row for each kind:
 * lint goes through this table by the source of a question, so that a new kind is one row here and one adapter.
 */
import {
  checkDataPath,
  checkFileArm,
  checkJsonArm,
  checkLangfuse,
  checkLangfuseArm,
  checkMlflow,
  checkMlflowArm,
} from './dialect-data.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { MetricForm } from './metric.ts';
import type { Path } from './path.ts';
import type { Source } from './schema-source.ts';
import { readMatchers, readSelector } from './selector.ts';
import { checkCloudWatch, checkDatadog, checkGraphite, checkInflux, checkNrql } from './dialect-spans.ts';
import { checkArmText, checkTemplate } from './template.ts';

/** The keys of a trigger that hold a query. */
export const TEXT_KEYS = [
  'bad',
  'good',
  'total',
  'histogram',
  'sum',
  'squares',
  'count',
  'gauge',
  'score',
  'correct',
  'pair-by',
] as const;
export type TextKey = (typeof TEXT_KEYS)[number];

/** One query of a trigger, and where it stands. */
export interface QueryText {
  readonly key: TextKey;
  readonly text: string;
  readonly at: Path;
}

export interface Dialect<S> {
  readonly forms: readonly MetricForm[];
  readonly checkText: (query: QueryText, source: S) => readonly Doubt[];
  readonly checkArm: (arm: string, at: Path, source: S) => readonly Doubt[];
}

type Kinds = { readonly [K in Source['kind']]: Dialect<Extract<Source, { readonly kind: K }>> };

const ALL_FORMS = ['events', 'histogram', 'scores', 'gauge'] as const;
/** What a source without cumulative buckets can answer. */
const COUNTED = ['events', 'scores', 'gauge'] as const;

export const DIALECTS = {
  prometheus: { forms: ALL_FORMS, checkText: checkPromql, checkArm: checkMatchers },
  openmetrics: { forms: ALL_FORMS, checkText: checkSelector, checkArm: checkPage },
  datadog: { forms: COUNTED, checkText: checkDatadog, checkArm: checkArmText },
  cloudwatch: { forms: COUNTED, checkText: checkCloudWatch, checkArm: checkArmText },
  newrelic: { forms: COUNTED, checkText: checkNrql, checkArm: checkArmText },
  influxdb: { forms: COUNTED, checkText: checkInflux, checkArm: checkArmText },
  graphite: { forms: COUNTED, checkText: checkGraphite, checkArm: checkArmText },
  json: { forms: [...ALL_FORMS, 'values'], checkText: checkDataPath, checkArm: checkJsonArm },
  file: { forms: [...ALL_FORMS, 'values'], checkText: checkDataPath, checkArm: checkFileArm },
  langfuse: { forms: ['events', 'gauge'], checkText: checkLangfuse, checkArm: checkLangfuseArm },
  mlflow: { forms: [...COUNTED, 'values'], checkText: checkMlflow, checkArm: checkMlflowArm },
} as const satisfies Kinds;

/** The row of this source, closed over it. */
export function dialectOf(source: Source): {
  readonly forms: readonly MetricForm[];
  readonly checkText: (query: QueryText) => readonly Doubt[];
  readonly checkArm: (arm: string, at: Path) => readonly Doubt[];
} {
  // Each row belongs to its kind by the type of the table; only the compiler cannot follow the look-up.
  const row = DIALECTS[source.kind] as Dialect<Source>;
  return {
    forms: row.forms,
    checkText: (query) => row.checkText(query, source),
    checkArm: (arm, at) => row.checkArm(arm, at, source),
  };
}

/** A plain selector: the arm narrows it, and lastgood takes the differences. */
function checkSelector({ key, text, at }: QueryText): readonly Doubt[] {
  const read = readSelector(text);
  if ('cure' in read)
    return [doubt(at, 'value', `${read.message}, at column ${read.column} of the selector`, read.cure)];
  if (key !== 'histogram' || !/_(bucket|sum|count)$/.test(read.metric)) return [];
  const base = read.metric.replace(/_(bucket|sum|count)$/, '');
  return [doubt(at, 'value', 'is one part of a histogram', `write ${base}`)];
}

/** Counters are plain selectors. A gauge may be any expression that says with {{arm}} where the arm's matchers belong. */
function checkPromql(query: QueryText): readonly Doubt[] {
  if (query.key !== 'gauge' || !('cure' in readSelector(query.text))) return checkSelector(query);
  return checkTemplate(query, { optional: [] });
}

function checkMatchers(arm: string, at: Path): readonly Doubt[] {
  if (/^https?:\/\//.test(arm)) {
    return [
      doubt(at, 'value', 'is a URL, and its source is prometheus', 'write label matchers, such as track="canary"'),
    ];
  }
  const read = readMatchers(arm);
  return 'cure' in read
    ? [doubt(at, 'value', `${read.message}, at column ${read.column} of the matchers`, read.cure)]
    : [];
}

function checkPage(arm: string, at: Path): readonly Doubt[] {
  if (/^https?:\/\//.test(arm) && URL.canParse(arm)) return checkUrl(arm, at);
  return [
    doubt(
      at,
      'value',
      'is not a URL, and its source is openmetrics',
      'write the URL of its /metrics, such as http://canary:8080/metrics',
    ),
  ];
}

/** No user and no password in a URL of the file. */
export function checkUrl(url: string, at: Path): readonly Doubt[] {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return [];
  return [doubt(at, 'key', 'holds a user or password', "leave them out and name a variable in 'auth:'")];
}
