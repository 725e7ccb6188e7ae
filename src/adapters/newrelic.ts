/** New Relic, by NRQL through NerdGraph. Format: docs.newrelic.com/docs/apis/nerdgraph/examples/nerdgraph-nrql-tutorial */
import * as z from 'zod';
import { missing } from '../measure/arms.ts';
import type { Missing } from '../measure/sample.ts';
import type { Clock, MetricSource } from '../ports.ts';
import { cellOf, jsonOf } from './json-answer.ts';
import type { Send } from './patient.ts';
import { spanSource } from './span-source.ts';
import type { Span, Told } from './span-source.ts';

export interface NewRelicOptions {
  readonly region: 'us' | 'eu';
  readonly account: number;
  readonly apiKey: string;
  readonly timeoutMs: number;
  readonly settleMs: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly send: Send;
}

const HOSTS = { us: 'api.newrelic.com', eu: 'api.eu.newrelic.com' } as const;

const QUERY =
  'query($account:Int!,$nrql:Nrql!,$timeout:Seconds){actor{account(id:$account){nrql(query:$nrql,timeout:$timeout){results}}}}';

const answerSchema = z.object({
  errors: z
    .array(
      z.object({
        message: z.string().default('no message'),
        extensions: z.object({ errorClass: z.string().optional(), code: z.string().optional() }).optional(),
      }),
    )
    .nullish(),
  data: z
    .object({
      actor: z
        .object({
          account: z
            .object({ nrql: z.object({ results: z.array(z.record(z.string(), z.unknown())).nullish() }).nullish() })
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

/** Columns that say when, not how many. */
const TIMES: ReadonlySet<string> = new Set(['timestamp', 'beginTimeSeconds', 'endTimeSeconds', 'inspectedCount']);

export function newRelicSource(options: NewRelicOptions): MetricSource {
  const host = HOSTS[options.region];

  async function ask(text: string, span: Span): Promise<Told | Missing> {
    const place = `${text.slice(0, 200)} at ${host}`;
    const variables = {
      account: options.account,
      nrql: `${text} SINCE ${span.from} UNTIL ${span.to}`,
      timeout: Math.max(1, Math.floor(options.timeoutMs / 1000)),
    };
    const answer = await options.send({
      url: `https://${host}/graphql`,
      method: 'POST',
      headers: { 'api-key': options.apiKey, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: QUERY, variables }),
      timeoutMs: options.timeoutMs,
      maxBytes: 4_000_000,
    });
    const said = jsonOf(answer, answerSchema, place);
    if (said.kind === 'missing') return said;
    const fault = said.value.errors?.[0];
    if (fault !== undefined) return faultOf(fault.message, fault.extensions?.errorClass ?? '', place);
    const nrql = said.value.data?.actor?.account?.nrql;
    if (nrql === null || nrql === undefined)
      return missing('unauthorized', `${place}: account ${options.account} is not visible to this key`);
    const [row, ...more] = nrql.results ?? [];
    if (more.length > 0) return missing('wrong-type', `${place}: ${more.length + 1} rows instead of one`);
    return numberIn(row ?? {}, place);
  }

  return spanSource({ count: ask, latest: ask }, { clock: options.clock, settleMs: options.settleMs });
}

/** GraphQL says its errors with HTTP 200. */
function faultOf(message: string, errorClass: string, place: string): Missing {
  const words = `${place}: ${message.slice(0, 300)}`;
  if (/unauthori[sz]ed|forbidden|access.?denied|invalid.?api.?key/i.test(`${errorClass} ${message}`))
    return missing('unauthorized', words);
  if (/time.?out/i.test(`${errorClass} ${message}`)) return missing('time-out', words);
  if (/too.?many|rate.?limit|limit.?exceeded/i.test(`${errorClass} ${message}`))
    return missing('query-error', `${words} (rate limit)`);
  return missing('query-error', words);
}

function numberIn(row: Readonly<Record<string, unknown>>, place: string): Told | Missing {
  const columns = Object.entries(row).filter(([name]) => !TIMES.has(name));
  const [column, ...others] = columns;
  if (others.length > 0)
    return missing('wrong-type', `${place}: the columns ${columns.map(([name]) => name).join(', ')} instead of one`);
  const stamp = row['timestamp'];
  return cellOf(column?.[1], place, typeof stamp === 'number' ? stamp : null);
}
