/** From the labels or tags of an alert, whoever sends it, to what it asks for. The same words mean the same everywhere. */
import type { Cause, Key } from '../plan/incident.ts';

/** What an alert asks for: its key, its cause, when it began. `repo` is '' where the labels do not name one. */
export interface AlertAsk {
  readonly key: Key;
  readonly ask: {
    readonly cause: Extract<Cause, { kind: 'alert' }>;
    readonly at: string;
    /** Sha, or the beginning of one, of a commit in the deployment repository, where `lastgood_revision` names one; null: the newest release. */
    readonly bad: string | null;
    readonly to: null;
  };
}

export type Alerts =
  | { readonly ok: true; readonly asks: readonly AlertAsk[]; readonly seen: number }
  | { readonly ok: false; readonly because: string };

export interface Alert {
  readonly source: AlertAsk['ask']['cause']['source'];
  readonly name: string;
  readonly fingerprint: string;
  /** ISO 8601 with any offset. */
  readonly startsAt: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Null for an alert that names no service or no environment: it is not meant for us. */
export function askOf({ source, name, fingerprint, startsAt, labels }: Alert): AlertAsk | null {
  const service = labels['lastgood_service'] ?? labels['service'];
  const environment = labels['lastgood_environment'] ?? labels['environment'] ?? labels['env'];
  if (service === undefined || environment === undefined) return null;
  const revision = labels['lastgood_revision']?.toLowerCase() ?? '';
  return {
    key: { repo: labels['lastgood_repository'] ?? '', service, environment },
    ask: {
      cause: {
        ...{ kind: 'alert', source, alert: name, fingerprint },
        ...(labels['lastgood_then'] === 'fallback' ? { then: 'fallback' as const } : {}),
      },
      at: new Date(startsAt).toISOString(),
      bad: /^[0-9a-f]{7,64}$/.test(revision) ? revision : null,
      to: null,
    },
  };
}

/** Several alerts of one fault ask once, since the earliest of them. */
export function grouped(asks: readonly AlertAsk[]): readonly AlertAsk[] {
  const first = new Map<string, AlertAsk>();
  for (const ask of asks.toSorted((a, b) => a.ask.at.localeCompare(b.ask.at))) {
    const id = JSON.stringify([ask.key.repo, ask.key.service, ask.key.environment, ask.ask.bad, ask.ask.cause.then]);
    if (!first.has(id)) first.set(id, ask);
  }
  return [...first.values()];
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
