/** What Argo CD says about itself, our account and each application. Reads only. */
import * as z from 'zod';
import type { ApplicationFacts, ArgoCdFacts, Asked, ClockFacts } from '../../control/doctor-facts.ts';
import { inwardFetch } from '../http-guard.ts';
import { inTurns } from '../in-turns.ts';
import { hostOf, request, type Fetch } from '../http.ts';

export interface ArgoCdVisit {
  readonly url: string;
  readonly token: string;
  readonly applications: readonly string[];
  readonly now: () => number;
  readonly fetch?: Fetch;
  readonly timeoutMs?: number;
}

/** Applications asked for at once: an examination is never in a hurry. */
const AT_ONCE = 4;
const GUARDED = inwardFetch({});
const version = z.object({ Version: z.string() });
const permission = z.object({ value: z.string() });
const application = z.object({
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).nullish() }),
  spec: z.object({
    project: z.string().nullish(),
    syncPolicy: z
      .object({
        automated: z.object({ enabled: z.boolean().nullish(), prune: z.boolean().nullish() }).nullish(),
        retry: z.object({ limit: z.number().nullish(), refresh: z.boolean().nullish() }).nullish(),
      })
      .nullish(),
  }),
});

export async function visitArgoCd(
  visit: ArgoCdVisit,
): Promise<{ readonly argoCd: ArgoCdFacts; readonly clocks: readonly ClockFacts[] }> {
  const clocks: ClockFacts[] = [];
  const get = <T>(path: string, schema: z.ZodType<T>): Promise<Asked<T>> => ask(visit, path, schema, clocks);
  const said = await get('/api/version', version);
  const turn = inTurns(AT_ONCE);
  const pairs = await Promise.all(
    [...new Set(visit.applications)].map((name) =>
      turn(async () => {
        const app = await get(`/api/v1/applications/${encodeURIComponent(name)}`, application);
        if (app.kind === 'unknown') return { name, app, sync: app };
        const project = app.value.spec.project ?? 'default';
        const can = await get(
          `/api/v1/account/can-i/applications/sync/${project}/${encodeURIComponent(name)}`,
          permission,
        );
        return {
          name,
          app: known(factsOf(app.value)),
          sync: can.kind === 'known' ? known(can.value.value === 'yes') : can,
        };
      }),
    ),
  );
  return {
    argoCd: {
      host: hostOf(visit.url),
      version: said.kind === 'known' ? known(said.value.Version) : said,
      applications: Object.fromEntries(pairs.map(({ name, app }) => [name, app])),
      maySync: Object.fromEntries(pairs.map(({ name, sync }) => [name, sync])),
    },
    clocks: clocks.slice(0, 1),
  };
}

function factsOf({ metadata, spec }: z.output<typeof application>): ApplicationFacts {
  const { automated, retry } = spec.syncPolicy ?? {};
  return {
    name: metadata.name,
    autoSync: automated !== null && automated !== undefined && automated.enabled !== false,
    prune: automated?.prune ?? false,
    retryLimit: retry ? (retry.limit ?? 5) : null,
    retryRefresh: retry?.refresh ?? false,
    annotations: metadata.annotations ?? {},
  };
}

async function ask<T>(
  { url, token, now, fetch: fetching = GUARDED, timeoutMs = 10_000 }: ArgoCdVisit,
  path: string,
  schema: z.ZodType<T>,
  clocks: ClockFacts[],
): Promise<Asked<T>> {
  const answer = await request(fetching, {
    url: `${url.replace(/\/+$/, '')}${path}`,
    method: 'GET',
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    body: null,
    timeoutMs,
    maxBytes: 16_000_000,
  });
  const place = `${hostOf(url)}${path}`;
  if (answer.kind !== 'answer')
    return unknown(
      `${place}: ${answer.detail}`,
      'Check argocd.url in the playbook and that it is reachable from here.',
    );
  const theirs = Date.parse(answer.headers.get('date') ?? '');
  if (!Number.isNaN(theirs)) clocks.push({ who: 'Argo CD', skewMs: theirs - now() });
  if (answer.status === 401)
    return unknown(`${place}: HTTP 401`, 'Renew the token of the account; this one is missing, wrong or expired.');
  if (answer.status === 403)
    return unknown(
      `${place}: HTTP 403`,
      'Check the name of the application, and give the account applications get on it.',
    );
  if (answer.status !== 200) return unknown(`${place}: HTTP ${answer.status}`, 'Check argocd.url in the playbook.');
  const parsed = schema.safeParse(json(answer.text));
  return parsed.success
    ? known(parsed.data)
    : unknown(`${place}: the answer is not one of Argo CD`, 'Check argocd.url in the playbook.');
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function known<T>(value: T): Asked<T> {
  return { kind: 'known', value };
}

function unknown(because: string, cure: string): Extract<Asked<never>, { kind: 'unknown' }> {
  return { kind: 'unknown', because, cure };
}
