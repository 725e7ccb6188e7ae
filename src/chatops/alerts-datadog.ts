import * as z from 'zod';
import { askOf, parseJson, type Alerts } from './alert-labels.ts';

const word = z.string().max(500);
/** Datadog sends what the user's template says; docs/install.md gives the one that is meant. Numbers may come quoted. */
const datadog = z.object({
  alert_id: word.or(z.number()),
  alert_title: word.default('unnamed monitor'),
  alert_transition: word,
  alert_cycle_key: word.default(''),
  /** Epoch ms of the event. */
  date: z.union([z.number(), z.string().regex(/^\d{1,16}$/)]).transform(Number),
  tags: z.string().max(20_000).default(''),
});

/** A warning is no proof, and no data is no measurement: neither asks for anything. */
const ASKS = new Set(['triggered', 're-triggered']);

/** The webhook body of a Datadog monitor. Its tags mean what the labels of Alertmanager mean; `env` is the environment. */
export function readDatadog(body: string): Alerts {
  const parsed = datadog.safeParse(parseJson(body));
  if (!parsed.success) {
    const first = parsed.error.issues[0];
    return {
      ok: false,
      because: `not the Datadog payload of docs/install.md: ${first?.path.join('.') || 'body'} ${first?.message ?? ''}`,
    };
  }
  const { alert_id, alert_title, alert_transition, alert_cycle_key, date, tags } = parsed.data;
  if (!Number.isFinite(new Date(date).getTime()))
    return { ok: false, because: 'the Datadog payload has no time in date' };
  if (!ASKS.has(alert_transition.trim().toLowerCase())) return { ok: true, asks: [], seen: 1 };
  const ask = askOf({
    source: 'Datadog',
    name: alert_title,
    fingerprint: `${alert_id}/${alert_cycle_key}`.slice(0, 200),
    startsAt: new Date(date).toISOString(),
    labels: tagsOf(tags),
  });
  return { ok: true, asks: ask === null ? [] : [ask], seen: 1 };
}

/** `env:production,service:web`: the first value of a tag counts. */
function tagsOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').flatMap((tag) => {
    const [, name, value] = /^\s*([^:\s]+):(.+?)\s*$/.exec(tag) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const];
  });
  return Object.fromEntries(pairs.toReversed());
}
