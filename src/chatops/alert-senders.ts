import type { Alerts } from './alert-labels.ts';
import { readAlerts } from './alerts.ts';
import { readDatadog } from './alerts-datadog.ts';
import { readGrafana } from './alerts-grafana.ts';

/** Who may send alerts: where, and how the body is read. */
export const ALERT_SENDERS = {
  alertmanager: { path: '/alerts', read: readAlerts },
  grafana: { path: '/alerts/grafana', read: readGrafana },
  datadog: { path: '/alerts/datadog', read: readDatadog },
} as const satisfies Record<string, { readonly path: string; readonly read: (body: string) => Alerts }>;

export type AlertSender = keyof typeof ALERT_SENDERS;

/** The sender that posts to this path; null for any other path. */
export function senderAt(path: string): AlertSender | null {
  const senders = Object.keys(ALERT_SENDERS) as AlertSender[];
  return senders.find((sender) => ALERT_SENDERS[sender].path === path) ?? null;
}
