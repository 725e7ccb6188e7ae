/**
 * Webhooks: signed, logged, sent once. A failed delivery stays failed until somebody asks for it again.
 */
import { createHmac, randomUUID } from 'node:crypto';
import type { Delivery, Outgoing, Subscription } from './delivery.ts';
import type { WebhookFault } from './options.ts';

interface Settings {
  readonly now: () => number;
  readonly nextId: () => number;
}

/** GitHub hangs up after ten seconds. */
const PATIENCE_MS = 10_000;

export class Webhooks {
  readonly deliveries: Delivery[] = [];
  readonly #settings: Settings;
  readonly #subscriptions: Subscription[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #faults: { readonly fault: WebhookFault; left: number }[] = [];
  #held: (() => Promise<void>)[] = [];
  #swapped: (() => Promise<void>)[] = [];
  /** Payloads are sent in the order things happened, although some take longer to put together. */
  #order: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  subscribe(subscription: Omit<Subscription, 'id'>): Subscription {
    const added = { ...subscription, id: this.#settings.nextId() };
    this.#subscriptions.push(added);
    return added;
  }

  unsubscribe(id: number): void {
    const index = this.#subscriptions.findIndex((subscription) => subscription.id === id);
    if (index >= 0) this.#subscriptions.splice(index, 1);
  }

  addFault(fault: WebhookFault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  send(outgoing: Outgoing): void {
    const hooks = this.#subscriptions.filter(
      (hook) =>
        (hook.events.includes('*') || hook.events.includes(outgoing.event)) &&
        (hook.kind === 'app'
          ? outgoing.repository.installed.has(hook.target)
          : hook.repository?.id === outgoing.repository.id && outgoing.everybody),
    );
    if (hooks.length === 0) {
      // Nobody reads it, but a payload that cannot be made is still nobody's unhandled rejection.
      outgoing.payload.catch(() => undefined);
      return;
    }
    this.#order = this.#order.then(async () => {
      const payload = await outgoing.payload;
      for (const hook of hooks) this.#dispatch(hook, outgoing, payload);
    });
    this.#track(this.#order);
  }

  /** Sends what `hold` kept back. */
  release(): void {
    for (const attempt of this.#held.splice(0)) this.#track(attempt());
  }

  /** Sends a delivery again, under the same id; null when there is no such delivery. */
  redeliver(id: number): Promise<Delivery> | null {
    const old = this.deliveries.find((delivery) => delivery.id === id);
    if (old === undefined) return null;
    const delivery = this.#log(old.hook, { ...old, redelivery: true });
    const attempt = this.#post(delivery).then(() => delivery);
    this.#track(attempt.then(() => undefined));
    return attempt;
  }

  /** Resolves when nothing is on its way. What is held stays held; what waits for a next one goes without it. */
  async drain(): Promise<void> {
    while (this.#running.size > 0 || this.#swapped.length > 0) {
      await Promise.all(this.#running);
      for (const attempt of this.#swapped.splice(0)) this.#track(attempt());
    }
  }

  get busy(): boolean {
    return this.#running.size > 0 || this.#swapped.length > 0;
  }

  close(): void {
    this.#stop.abort();
    this.#subscriptions.length = 0;
    this.#held = [];
    this.#swapped = [];
  }

  #track(work: Promise<void>): void {
    const running = work
      .catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #takeFault(event: string, action: string | null): WebhookFault['kind'] | null {
    const index = this.#faults.findIndex(
      ({ fault }) => (fault.event ?? event) === event && (fault.action === undefined || fault.action === action),
    );
    const entry = this.#faults[index];
    if (entry === undefined) return null;
    entry.left -= 1;
    if (entry.left <= 0) this.#faults.splice(index, 1);
    return entry.fault.kind;
  }

  #dispatch(
    hook: Subscription,
    { event, action, repository }: Outgoing,
    body: Readonly<Record<string, unknown>>,
  ): void {
    const fault = this.#takeFault(event, action);
    if (fault === 'lose') return;
    const payload =
      hook.installationId === null
        ? body
        : { ...body, installation: { id: hook.installationId, node_id: `IN_${hook.installationId}` } };
    const delivery = this.#log(hook, {
      event,
      action,
      guid: randomUUID(),
      redelivery: false,
      repositoryId: repository.id,
      payload,
    });
    const attempt = (): Promise<void> => this.#post(delivery);
    switch (fault) {
      case 'drop':
        delivery.status = 'failed to connect to host';
        delivery.statusCode = 502;
        return;
      case 'hold':
        this.#held.push(attempt);
        return;
      case 'reorder':
        this.#swapped.push(attempt);
        return;
      case 'duplicate':
        this.#track(attempt());
        this.#track(this.#post(this.#log(hook, { ...delivery, redelivery: true })));
        return;
      case null: {
        const waiting = this.#swapped.splice(0);
        this.#track(attempt().then(() => waiting.forEach((late) => this.#track(late()))));
      }
    }
  }

  #log(
    hook: Subscription,
    {
      event,
      action,
      guid,
      redelivery,
      repositoryId,
      payload,
    }: Pick<Delivery, 'event' | 'action' | 'guid' | 'redelivery' | 'repositoryId' | 'payload'>,
  ): Delivery {
    const text = JSON.stringify(payload);
    const hash = hook.secret === null ? null : createHmac('sha256', hook.secret).update(text).digest('hex');
    const delivery: Delivery = {
      id: this.#settings.nextId(),
      guid,
      event,
      action,
      redelivery,
      deliveredAt: this.#settings.now(),
      hook,
      repositoryId,
      requestHeaders: {
        accept: '*/*',
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/local',
        'x-github-delivery': guid,
        'x-github-event': event,
        'x-github-hook-id': String(hook.id),
        'x-github-hook-installation-target-id': String(hook.target),
        'x-github-hook-installation-target-type': hook.kind === 'app' ? 'integration' : 'repository',
        ...(hash === null ? {} : { 'x-hub-signature-256': `sha256=${hash}` }),
      },
      payload,
      status: 'pending',
      statusCode: 0,
      duration: 0,
      responseHeaders: {},
      responseBody: null,
    };
    this.deliveries.push(delivery);
    return delivery;
  }

  async #post(delivery: Delivery): Promise<void> {
    const started = performance.now();
    try {
      const response = await fetch(delivery.hook.url, {
        method: 'POST',
        headers: delivery.requestHeaders,
        body: JSON.stringify(delivery.payload),
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), this.#stop.signal]),
      });
      delivery.responseBody = await response.text();
      delivery.responseHeaders = Object.fromEntries(response.headers);
      delivery.statusCode = response.status;
      delivery.status = response.ok ? 'OK' : `Invalid HTTP Response: ${response.status}`;
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      delivery.statusCode = late ? 504 : 502;
      delivery.status = late ? 'timed out' : 'failed to connect to host';
    }
    delivery.duration = Math.round(performance.now() - started) / 1000;
  }
}
