import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { AlertSender } from '../src/chatops/alert-senders.ts';
import { sha256 } from '../src/adapters/sha256.ts';

/** What each sender of alerts must show; null: that sender is off. Each has a secret of its own, so that one leak opens one door. */
export interface AlertSecrets {
  /** Bearer token of Alertmanager. */
  readonly alertmanager: string | null;
  readonly grafana: {
    /** Bearer token. */
    readonly token: string | null;
    /** user:password */
    readonly basic: string | null;
    /** Key of the HMAC signature; where it is set, every request must be signed. */
    readonly secret: string | null;
  } | null;
  /** Value of the header `x-lastgood-token`: Datadog signs nothing. */
  readonly datadog: string | null;
}

export type Admitted =
  | { readonly kind: 'off'; readonly because: string }
  | { readonly kind: 'refused'; readonly because: string }
  /** `once`: what must not be accepted a second time within the window; null where nothing is signed. */
  | { readonly kind: 'admitted'; readonly once: string | null };

/** A signed request is worth this long, and no longer. */
export const SIGNATURE_WINDOW_MS = 300_000;

export interface AlertRequest {
  readonly sender: AlertSender;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Epoch ms. */
  readonly now: number;
}

/** Whether this sender may hand in an alert. The comparison takes the same time whatever is shown. */
export function admit(secrets: AlertSecrets, request: AlertRequest): Admitted {
  const { headers } = request;
  switch (request.sender) {
    case 'alertmanager':
      if (secrets.alertmanager === null) return off('ALERTS_TOKEN');
      return shown(headers.authorization, `Bearer ${secrets.alertmanager}`, 'Send the ALERTS_TOKEN as a bearer token');
    case 'datadog':
      if (secrets.datadog === null) return off('DATADOG_ALERTS_TOKEN');
      return shown(
        headerText(headers['x-lastgood-token']),
        secrets.datadog,
        'Send the DATADOG_ALERTS_TOKEN in the header x-lastgood-token',
      );
    case 'grafana':
      return secrets.grafana === null ? off('GRAFANA_ALERTS_TOKEN') : admitGrafana(secrets.grafana, request);
  }
}

function admitGrafana(secrets: NonNullable<AlertSecrets['grafana']>, request: AlertRequest): Admitted {
  const { token, basic, secret } = secrets;
  const { authorization } = request.headers;
  const ways = [
    ...(token === null ? [] : [`Bearer ${token}`]),
    ...(basic === null ? [] : [`Basic ${Buffer.from(basic).toString('base64')}`]),
  ];
  // Every way is compared, so that the time does not tell which of them is set.
  const known = ways.map((way) => same(authorization ?? '', way)).includes(true);
  if (ways.length > 0 && !known)
    return refused('Send the GRAFANA_ALERTS_TOKEN as a bearer token, or the GRAFANA_ALERTS_BASIC as user and password');
  return secret === null ? { kind: 'admitted', once: null } : signed(secret, request);
}

/** Grafana signs `<Unix seconds>:<body>` once a timestamp header is set; without one a request could be sent again for ever. */
function signed(secret: string, { headers, body, now }: AlertRequest): Admitted {
  const signature = headerText(headers['x-grafana-alerting-signature']);
  const stamp = headerText(headers['x-grafana-alerting-timestamp']);
  if (signature === undefined || stamp === undefined || !/^\d{1,12}$/.test(stamp))
    return refused('Sign with GRAFANA_ALERTS_SECRET, and set the timestamp header to X-Grafana-Alerting-Timestamp');
  const expected = createHmac('sha256', secret).update(`${stamp}:${body}`).digest('hex');
  if (!same(signature.toLowerCase(), expected)) return refused('The signature is not one of GRAFANA_ALERTS_SECRET');
  const age = now - Number(stamp) * 1000;
  if (Math.abs(age) > SIGNATURE_WINDOW_MS)
    return refused(
      `The signature is ${Math.round(age / 1000)} s old > ${SIGNATURE_WINDOW_MS / 1000} s: check both clocks`,
    );
  return { kind: 'admitted', once: expected };
}

function shown(given: string | undefined, expected: string, because: string): Admitted {
  return same(given ?? '', expected) ? { kind: 'admitted', once: null } : refused(because);
}

/** Digests have one length, so that the time the comparison takes tells nothing about the secret. */
export function same(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(expected)));
}

export function headerText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function off(variable: string): Admitted {
  return { kind: 'off', because: `Alerts are off: set ${variable} to accept them` };
}

function refused(because: string): Admitted {
  return { kind: 'refused', because };
}

/**
 * Remembers signatures for as long as they are worth something. One is kept only once its alerts are: until then the sender may
 * well send the same again.
 */
export function createOnce() {
  const seen = new Map<string, number>();
  return {
    fresh(signature: string, now: number): boolean {
      for (const [known, at] of seen) if (now - at > 2 * SIGNATURE_WINDOW_MS) seen.delete(known);
      return !seen.has(signature);
    },
    keep(signature: string, now: number): void {
      seen.set(signature, now);
    },
  };
}

type Env = Readonly<Record<string, string | undefined>>;

/** The secrets of the alert senders, with what is wrong with them added to `faults`. */
export function alertSecrets(env: Env, faults: string[]): AlertSecrets {
  const read = (name: string): string | null => {
    const value = env[name] ?? null;
    if (value !== null && value.length < 12) faults.push(`${name} must have at least 12 characters`);
    return value;
  };
  const grafana = {
    token: read('GRAFANA_ALERTS_TOKEN'),
    basic: read('GRAFANA_ALERTS_BASIC'),
    secret: read('GRAFANA_ALERTS_SECRET'),
  };
  if (grafana.basic !== null && !grafana.basic.includes(':')) faults.push('GRAFANA_ALERTS_BASIC must be user:password');
  const isOff = grafana.token === null && grafana.basic === null && grafana.secret === null;
  return {
    alertmanager: env['ALERTS_TOKEN'] ?? null,
    grafana: isOff ? null : grafana,
    datadog: read('DATADOG_ALERTS_TOKEN'),
  };
}
