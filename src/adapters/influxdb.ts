/**
 * InfluxDB 2 by Flux and InfluxDB 3 by SQL. Formats: docs.influxdata.com/influxdb/v2/api (POST /api/v2/query, CSV) and
 * docs.influxdata.com/influxdb3/core (POST /api/v3/query_sql, JSON).
 */
import { parse } from 'csv-parse/sync';
import * as z from 'zod';
import { missing } from '../measure/arms.ts';
import type { Missing } from '../measure/sample.ts';
import { fillTemplate } from '../playbook/template.ts';
import type { Clock, MetricSource } from '../ports.ts';
import { hostOf } from './http.ts';
import { textOf } from './http-text.ts';
import { cellOf, jsonOf } from './json-answer.ts';
import type { Send } from './patient.ts';
import { spanSource } from './span-source.ts';
import type { Span, Told } from './span-source.ts';

export interface InfluxOptions {
  readonly url: string;
  /** What is asked: an organisation's buckets by Flux, or a database by SQL. */
  readonly store: { readonly version: 2; readonly org: string } | { readonly version: 3; readonly database: string };
  readonly token: string;
  readonly timeoutMs: number;
  readonly settleMs: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly send: Send;
}

export function influxSource(options: InfluxOptions): MetricSource {
  const ask = (text: string, span: Span): Promise<Told | Missing> => {
    const place = `${text.replaceAll(/\s+/g, ' ').trim().slice(0, 200)} at ${hostOf(options.url)}`;
    return options.store.version === 2
      ? byFlux(options, options.store.org, { text, span, place })
      : bySql(options, options.store.database, { text, span, place });
  };
  return spanSource({ count: ask, latest: ask }, { clock: options.clock, settleMs: options.settleMs });
}

interface Asked {
  readonly text: string;
  readonly span: Span;
  readonly place: string;
}

async function byFlux(options: InfluxOptions, org: string, { text, span, place }: Asked): Promise<Told | Missing> {
  const query = fillTemplate(text, { from: iso(span.from), to: iso(span.to) });
  const answer = await options.send({
    url: `${options.url.replace(/\/+$/, '')}/api/v2/query?${new URLSearchParams({ org }).toString()}`,
    method: 'POST',
    headers: {
      authorization: `Token ${options.token}`,
      'content-type': 'application/json',
      accept: 'application/csv',
    },
    body: JSON.stringify({ type: 'flux', query, dialect: { header: true, annotations: [], delimiter: ',' } }),
    timeoutMs: options.timeoutMs,
    maxBytes: 8_000_000,
  });
  const csv = textOf(answer, place);
  return typeof csv === 'string' ? oneCell(csv, place) : csv;
}

/** One table with one row. A fault that Flux meets while it answers comes as a table of errors, with HTTP 200. */
function oneCell(csv: string, place: string): Told | Missing {
  let rows: readonly (readonly string[])[];
  try {
    rows = parse(csv, { relax_column_count: true, skip_empty_lines: true });
  } catch {
    return missing('query-error', `${place}: the answer is not CSV, or was cut off`);
  }
  const isHead = (row: readonly string[]): boolean => row.includes('result') && row.includes('table');
  const [head] = rows;
  if (head === undefined) return missing('no-series', `${place}: no data in this span`);
  const fault = rows.findIndex((row) => row.includes('error') && row.includes('reference'));
  if (fault >= 0) {
    const at = rows[fault]?.indexOf('error') ?? 0;
    return missing('query-error', `${place}: ${(rows[fault + 1]?.[at] ?? 'no message').slice(0, 300)}`);
  }
  if (!isHead(head)) return missing('query-error', `${place}: the answer is not the CSV of a Flux query`);
  const data = rows.filter((row) => !isHead(row));
  if (data.length > 1)
    return missing('wrong-type', `${place}: ${data.length} rows instead of one; end with group() |> sum()`);
  const cell = (name: string): string | undefined => {
    const at = head.indexOf(name);
    return at < 0 ? undefined : data[0]?.[at];
  };
  if (data.length > 0 && !head.includes('_value')) return missing('wrong-type', `${place}: no column _value`);
  const value = cell('_value');
  return cellOf(value === '' ? null : value, place, timeOf(cell('_time')));
}

const rowsSchema = z.array(z.record(z.string(), z.unknown()));

async function bySql(options: InfluxOptions, db: string, { text, span, place }: Asked): Promise<Told | Missing> {
  const quoted = (at: number): string => `'${iso(at)}'`;
  const answer = await options.send({
    url: `${options.url.replace(/\/+$/, '')}/api/v3/query_sql`,
    method: 'POST',
    headers: {
      authorization: `Bearer ${options.token}`,
      'content-type': 'application/json',
      accept: 'application/json',
    },
    body: JSON.stringify({
      db,
      q: fillTemplate(text, { from: quoted(span.from), to: quoted(span.to) }),
      format: 'json',
    }),
    timeoutMs: options.timeoutMs,
    maxBytes: 8_000_000,
  });
  const said = jsonOf(answer, rowsSchema, place);
  if (said.kind === 'missing') return said;
  const [row = {}, ...more] = said.value;
  if (more.length > 0) return missing('wrong-type', `${place}: ${more.length + 1} rows instead of one`);
  const columns = Object.entries(row).filter(([name]) => name !== 'time');
  if (columns.length > 1)
    return missing('wrong-type', `${place}: the columns ${columns.map(([name]) => name).join(', ')} instead of one`);
  const time = row['time'];
  return cellOf(columns[0]?.[1], place, timeOf(typeof time === 'string' ? time : undefined));
}

/** Both write UTC; SQL leaves the Z out. */
function timeOf(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(at) ? null : at;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
