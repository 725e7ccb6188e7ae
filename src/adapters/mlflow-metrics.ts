/** Metrics of MLflow runs. Format: mlflow.org/docs/latest/api_reference/rest-api.html */
import * as z from 'zod';
import { missing } from '../measure/arms.ts';
import type { ArmReading, Row } from '../measure/reading.ts';
import { MOST_ROWS } from '../measure/rows.ts';
import type { Missing } from '../measure/sample.ts';
import type { Criterion, Trigger } from '../playbook/schema.ts';
import type { Clock, MetricSource } from '../ports.ts';
import { headersOf, hostOf } from './http.ts';
import type { Credentials, HttpAnswer } from './http.ts';
import { inTurns } from './in-turns.ts';
import { jsonOf, parsedOf } from './json-answer.ts';
import type { Parsed } from './json-answer.ts';
import type { Send } from './patient.ts';

export interface MlflowOptions {
  readonly url: string;
  readonly auth: Credentials;
  readonly timeoutMs: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly send: Send;
}

// int64 travels as a number or as text; a value may be the text NaN or Infinity.
const whole = z.union([z.number(), z.string().regex(/^-?\d{1,16}$/)]).transform(Number);
const real = z.union([z.number(), z.string()]).transform((value) => (value === '' ? NaN : Number(value)));
const metric = z.object({ key: z.string(), value: real, timestamp: whole, step: whole.default(0) });
const runAnswer = z.object({
  run: z.object({ data: z.object({ metrics: z.array(metric).default([]) }).prefault({}) }),
});
const historyAnswer = z.object({ metrics: z.array(metric).default([]), next_page_token: z.string().nullish() });
const versionAnswer = z.object({ model_version: z.object({ run_id: z.string().nullish() }) });
const errorAnswer = z.object({ error_code: z.string() });

type Metric = z.output<typeof metric>;

const AT_ONCE = 6;
const PAGE = 25_000;

/** An arm is a run id, `model/version` or `model@alias`; triggers hold metric keys. Equal requests of one look are sent once. */
export function mlflowSource(options: MlflowOptions): MetricSource {
  return {
    remembers: false,
    look: async (queries) => {
      const at = options.clock.now();
      const look: Look = { options, asked: new Map(), turn: inTurns(AT_ONCE) };
      const readings = queries.map(async ({ trigger, arms }) => {
        const [canary, baseline] = await Promise.all([
          armOf(look, trigger, arms.canary),
          arms.baseline === null ? null : armOf(look, trigger, arms.baseline),
        ]);
        return [trigger.name, { at, canary, baseline }] as const;
      });
      return new Map(await Promise.all(readings));
    },
  };
}

interface Look {
  readonly options: MlflowOptions;
  readonly asked: Map<string, Promise<HttpAnswer>>;
  readonly turn: ReturnType<typeof inTurns>;
}

async function armOf(look: Look, trigger: Trigger | Criterion, arm: string): Promise<ArmReading> {
  const run = await runOf(look, arm.trim());
  if (typeof run !== 'string') return run;
  const rows = trigger.score ?? trigger.correct;
  if (rows !== undefined) return historyOf(look, { trigger, run, key: rows });
  const said = await get(look, 'runs/get', { run_id: run }, runAnswer);
  if (said.kind === 'missing') return said;
  return latestOf(trigger, run, said.value.run.data.metrics);
}

/** The run behind an arm. A version without a run was not made by one, so it has no metrics. */
async function runOf(look: Look, arm: string): Promise<string | Missing> {
  const [, model, sign, version] = /^([^/@]+)([/@])([^/@]+)$/.exec(arm) ?? [];
  if (model === undefined || version === undefined) return arm;
  const said = await (sign === '@'
    ? get(look, 'registered-models/alias', { name: model, alias: version }, versionAnswer)
    : get(look, 'model-versions/get', { name: model, version }, versionAnswer));
  if (said.kind === 'missing') return said;
  const run = said.value.model_version.run_id ?? '';
  return run === '' ? missing('no-series', `the model version ${arm} has no run, so it has no metrics`) : run;
}

function latestOf(trigger: Trigger | Criterion, run: string, metrics: readonly Metric[]): ArmReading {
  const { bad, good, total, sum, squares, count, gauge } = trigger;
  const find = (key: string): Metric | Missing =>
    metrics.find((one) => one.key === key) ??
    missing(
      'no-series',
      `run ${run} has no metric '${key}'${metrics.length === 0 ? '' : `; it has ${namesOf(metrics)}`}`,
    );
  // The run is in the id: when an alias moves meanwhile, the totals of two runs are not one count.
  const series = (key: string, { value, timestamp }: Metric) => ({
    id: `${key} of ${run}`,
    value,
    at: timestamp,
    restarts: false as const,
  });
  const hits = bad ?? good;
  if (hits !== undefined && total !== undefined) {
    const [h, t] = [find(hits), find(total)];
    if ('reason' in h) return h;
    if ('reason' in t) return t;
    return { kind: 'counters', hits: [series(hits, h)], total: [series(total, t)] };
  }
  if (sum !== undefined && squares !== undefined && count !== undefined) {
    const [s, q, n] = [find(sum), find(squares), find(count)];
    if ('reason' in s) return s;
    if ('reason' in q) return q;
    if ('reason' in n) return n;
    const { id, value, at, restarts } = series(count, n);
    return { kind: 'moments', series: [{ id, n: value, sum: s.value, sumOfSquares: q.value, at, restarts }] };
  }
  if (gauge === undefined)
    return missing(
      'wrong-type',
      `trigger '${trigger.name}' names nothing that a run has: give gauge, score, or bad with total`,
    );
  const found = find(gauge);
  return 'reason' in found ? found : { kind: 'gauge', value: found.value, at: found.timestamp };
}

function namesOf(metrics: readonly Metric[]): string {
  const names = metrics.slice(0, 8).map((one) => `'${one.key}'`);
  return `${names.join(', ')}${metrics.length > 8 ? ` and ${metrics.length - 8} more` : ''}`;
}

/** Every value that was logged under the key, one for each step; pairs are of the same step. */
async function historyOf(
  look: Look,
  { trigger, run, key }: { readonly trigger: Trigger | Criterion; readonly run: string; readonly key: string },
): Promise<ArmReading> {
  const found: Metric[] = [];
  let page: string | null = null;
  do {
    const next: Readonly<Record<string, string>> = page === null ? {} : { page_token: page };
    const query = { run_id: run, metric_key: key, max_results: String(PAGE), ...next };
    const said: Parsed<z.output<typeof historyAnswer>> | Missing = await get(
      look,
      'metrics/get-history',
      query,
      historyAnswer,
    );
    if (said.kind === 'missing') return said;
    found.push(...said.value.metrics);
    page = said.value.next_page_token ?? null;
    if (page === '') page = null;
    if (found.length > MOST_ROWS)
      return missing('invalid', `run ${run} has more than ${MOST_ROWS} values of '${key}'; log running totals instead`);
  } while (page !== null);
  const [first] = found;
  if (first === undefined) return missing('no-series', `run ${run} has no values of '${key}'`);
  const ordered = found.toSorted((a, b) => a.timestamp - b.timestamp || a.step - b.step);
  const at = ordered.at(-1)?.timestamp ?? first.timestamp;
  const paired = trigger['pair-by'] !== undefined;
  const rows: readonly Row[] = ordered.map(({ step, value }, i) => ({
    id: paired ? `step ${step}` : String(i),
    value,
  }));
  const odd = trigger.correct === undefined ? undefined : rows.find(({ value }) => value !== 0 && value !== 1);
  if (odd !== undefined) return missing('wrong-type', `run ${run}: '${key}' is ${odd.value} at ${odd.id}, not 0 or 1`);
  return { kind: 'values', ids: paired ? 'given' : 'position', rows, at };
}

async function get<T>(
  { options, asked, turn }: Look,
  path: string,
  query: Readonly<Record<string, string>>,
  schema: z.ZodType<T>,
): Promise<Parsed<T> | Missing> {
  const url = `${options.url.replace(/\/+$/, '')}/api/2.0/mlflow/${path}?${new URLSearchParams(query).toString()}`;
  const place = `${path} of ${Object.values(query).slice(0, 2).join(' ')} at ${hostOf(url)}`;
  const known =
    asked.get(url) ??
    turn(() =>
      options.send({
        url,
        method: 'GET',
        headers: { ...headersOf(options.auth), accept: 'application/json' },
        body: null,
        timeoutMs: options.timeoutMs,
        maxBytes: 32_000_000,
      }),
    );
  asked.set(url, known);
  const answer = await known;
  // Another 404 is a wrong path or a proxy.
  if (answer.kind === 'answer' && answer.status === 404) {
    const error = parsedOf(answer.text, errorAnswer, place);
    if (error.kind === 'parsed' && error.value.error_code === 'RESOURCE_DOES_NOT_EXIST')
      return missing('no-series', `${place}: MLflow has no such run or model version`);
  }
  return jsonOf(answer, schema, place);
}
