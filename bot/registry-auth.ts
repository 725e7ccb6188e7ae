import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { RegistryKind } from '../src/playbook/artefact-name.ts';
import { headerText, same, SIGNATURE_WINDOW_MS, type Admitted } from './alert-auth.ts';

export interface HookRequest {
  readonly headers: IncomingHttpHeaders;
  /** As it was sent: a signature is of bytes, not of JSON. */
  readonly body: string;
  /** Epoch ms. */
  readonly now: number;
}

/** How each kind proves who sends: by a signature of the body, or by showing the secret itself. */
export function isSigned(kind: RegistryKind): boolean {
  return kind === 'mlflow' || kind === 'langfuse' || kind === 'launchdarkly' || kind === 'growthbook';
}

/** Whether the sender knows the secret of this registry. The comparison takes the same time whatever is shown. */
export function admitHook(kind: RegistryKind, secret: string, request: HookRequest): Admitted {
  switch (kind) {
    case 'mlflow':
      return ofMlflow(secret, request);
    case 'langfuse':
      return ofLangfuse(secret, request);
    case 'launchdarkly':
      return ofBody(secret, request, 'x-ld-signature');
    case 'growthbook':
      return ofBody(secret, request, 'x-growthbook-signature');
    case 'unleash':
    case 'braintrust':
    case 'maxim':
    case 'langsmith':
    case 'oci':
    case 'dvc':
      return same(request.headers.authorization ?? '', `Bearer ${secret}`)
        ? { kind: 'admitted', once: null }
        : refused('Send the secret of this registry as a bearer token');
  }
}

/** `v1,<base64>` over `<delivery id>.<Unix seconds>.<body>`; github.com/mlflow/mlflow, mlflow/webhooks/delivery.py */
function ofMlflow(secret: string, { headers, body, now }: HookRequest): Admitted {
  const id = headerText(headers['x-mlflow-delivery-id']);
  const stamp = headerText(headers['x-mlflow-timestamp']);
  const shown = headerText(headers['x-mlflow-signature']);
  if (id === undefined || stamp === undefined || shown === undefined)
    return refused('Give the webhook of MLflow a secret: this request has no signature');
  return fresh(secret, { shown, text: `${id}.${stamp}.${body}`, stamp, now, print: (mac) => `v1,${mac.base64}` });
}

/** `t=<Unix seconds>,v1=<hex>` over `<Unix seconds>.<body>`; langfuse.com/docs/prompt-management/features/webhooks-slack-integrations */
function ofLangfuse(secret: string, { headers, body, now }: HookRequest): Admitted {
  const shown = headerText(headers['x-langfuse-signature']);
  const stamp = /^t=(\d{1,12}),v1=[0-9a-f]{64}$/.exec(shown ?? '')?.[1];
  if (shown === undefined || stamp === undefined) return refused('This request has no signature of Langfuse');
  return fresh(secret, { shown, text: `${stamp}.${body}`, stamp, now, print: (mac) => `t=${stamp},v1=${mac.hex}` });
}

/**
 * Hex over the body alone. No time of sending is signed, so that a request could be sent again for ever; the ledger takes the same move
 * only once.
 */
function ofBody(secret: string, { headers, body }: HookRequest, header: string): Admitted {
  const shown = headerText(headers[header]);
  if (shown === undefined) return refused(`Sign this webhook: the header ${header} is missing`);
  const expected = macOf(secret, body).hex;
  return same(shown.toLowerCase(), expected) ? { kind: 'admitted', once: expected } : refused(WRONG);
}

const WRONG = 'The signature is not one of the secret of this registry';

interface Shown {
  readonly shown: string;
  readonly text: string;
  /** Unix seconds. */
  readonly stamp: string;
  readonly now: number;
  readonly print: (mac: ReturnType<typeof macOf>) => string;
}

function fresh(secret: string, { shown, text, stamp, now, print }: Shown): Admitted {
  const expected = print(macOf(secret, text));
  if (!same(shown, expected)) return refused(WRONG);
  const age = now - Number(stamp) * 1000;
  // A stamp that is no number has no age, and is never young enough.
  if (!(Math.abs(age) <= SIGNATURE_WINDOW_MS))
    return refused(
      `The signature is ${Math.round(age / 1000)} s old > ${SIGNATURE_WINDOW_MS / 1000} s: check both clocks`,
    );
  return { kind: 'admitted', once: expected };
}

function macOf(secret: string, text: string): { readonly hex: string; readonly base64: string } {
  const mac = createHmac('sha256', secret).update(text).digest();
  return { hex: mac.toString('hex'), base64: mac.toString('base64') };
}

function refused(because: string): Admitted {
  return { kind: 'refused', because };
}
