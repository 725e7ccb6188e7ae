import * as z from 'zod';
import type { Cause, Key } from '../plan/incident.ts';

/** What an alert asks for: its key, its cause, when it began. `repo` is '' where the labels do not name one. */
export interface AlertAsk {
  readonly key: Key;
  readonly ask: {
    readonly cause: Extract<Cause, { kind: 'alert' }>;
    readonly at: string;
    readonly bad: null;
    readonly to: null;
  };
}

export type Alerts =
  | { readonly ok: true; readonly asks: readonly AlertAsk[]; readonly seen: number }
  | { readonly ok: false; readonly because: string };

const labels = z.record(z.string(), z.string());
const alertmanager = z.object({
  version: z.literal('4'),
  alerts: z
    .array(
      z.object({
        status: z.enum(['firing', 'resolved']),
        labels,
        startsAt: z.iso.datetime({ offset: true }),
        fingerprint: z.string().max(200).default(''),
      }),
    )
    .max(1000),
});

/**
 * The webhook body of Alertmanager (version 4). A firing alert with the labels `lastgood_service` and `lastgood_environment`
 * (or `service` and `environment`) asks for a rollback. A resolved one asks for nothing: it proves nothing either.
 */
export function readAlerts(body: string): Alerts {
  const json = parseJson(body);
  const parsed = alertmanager.safeParse(json);
  if (!parsed.success) {
    const first = parsed.error.issues[0];
    return {
      ok: false,
      because: `not an Alertmanager webhook (version 4): ${first?.path.join('.') || 'body'} ${first?.message ?? ''}`,
    };
  }
  const asks = parsed.data.alerts.filter((alert) => alert.status === 'firing').flatMap((alert) => askOf(alert) ?? []);
  return { ok: true, asks, seen: parsed.data.alerts.length };
}

function askOf(alert: z.output<typeof alertmanager>['alerts'][number]): AlertAsk | null {
  const service = alert.labels['lastgood_service'] ?? alert.labels['service'];
  const environment = alert.labels['lastgood_environment'] ?? alert.labels['environment'];
  if (service === undefined || environment === undefined) return null;
  const name = alert.labels['alertname'] ?? 'unnamed alert';
  return {
    key: { repo: alert.labels['lastgood_repository'] ?? '', service, environment },
    ask: {
      cause: { kind: 'alert', source: 'Alertmanager', alert: name, fingerprint: alert.fingerprint },
      at: new Date(alert.startsAt).toISOString(),
      bad: null,
      to: null,
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
