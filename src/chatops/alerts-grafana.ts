import * as z from 'zod';
import { askOf, grouped, parseJson, type Alerts } from './alert-labels.ts';

const grafana = z.object({
  version: z.literal('1'),
  orgId: z.number(),
  alerts: z
    .array(
      z.object({
        status: z.enum(['firing', 'resolved']),
        labels: z.record(z.string(), z.string()),
        startsAt: z.iso.datetime({ offset: true }),
        fingerprint: z.string().max(200).default(''),
      }),
    )
    .max(1000),
});

/** Names that Grafana gives to alerts about itself: a rule without data, or one that failed, measured nothing. */
const ABOUT_ITSELF = new Set(['DatasourceNoData', 'DatasourceError']);

/** The webhook body of Grafana Alerting (version 1). The labels mean what they mean for Alertmanager. */
export function readGrafana(body: string): Alerts {
  const parsed = grafana.safeParse(parseJson(body));
  if (!parsed.success) {
    const first = parsed.error.issues[0];
    return {
      ok: false,
      because: `not a webhook of Grafana Alerting (version 1): ${first?.path.join('.') || 'body'} ${first?.message ?? ''}`,
    };
  }
  const asks = parsed.data.alerts
    .filter(({ status, labels }) => status === 'firing' && !ABOUT_ITSELF.has(labels['alertname'] ?? ''))
    .flatMap(
      (alert) => askOf({ source: 'Grafana', name: alert.labels['alertname'] ?? 'unnamed alert', ...alert }) ?? [],
    );
  return { ok: true, asks: grouped(asks), seen: parsed.data.alerts.length };
}
