import * as z from 'zod';
import { askOf, grouped, parseJson, type Alerts } from './alert-labels.ts';

export type { AlertAsk, Alerts } from './alert-labels.ts';

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
  const parsed = alertmanager.safeParse(parseJson(body));
  if (!parsed.success) {
    const first = parsed.error.issues[0];
    return {
      ok: false,
      because: `not an Alertmanager webhook (version 4): ${first?.path.join('.') || 'body'} ${first?.message ?? ''}`,
    };
  }
  const asks = parsed.data.alerts
    .filter((alert) => alert.status === 'firing')
    .flatMap((alert) => {
      const name = alert.labels['alertname'] ?? 'unnamed alert';
      return askOf({ source: 'Alertmanager', name, ...alert }) ?? [];
    });
  return { ok: true, asks: grouped(asks), seen: parsed.data.alerts.length };
}
