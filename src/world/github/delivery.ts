/**
 * Who is told by webhook, and what became of each telling.
 */
import type { Repository } from './state.ts';

export interface Subscription {
  readonly id: number;
  readonly kind: 'app' | 'repository';
  /** The App's or the repository's id: what X-GitHub-Hook-Installation-Target-ID says. */
  readonly target: number;
  readonly repository: Repository | null;
  readonly url: string;
  readonly secret: string | null;
  /** `*` for all. */
  readonly events: readonly string[];
  readonly installationId: number | null;
}

export interface Delivery {
  readonly id: number;
  /** The same for every attempt: what X-GitHub-Delivery says. */
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly redelivery: boolean;
  readonly deliveredAt: number;
  readonly hook: Subscription;
  readonly repositoryId: number;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** `OK`, `Invalid HTTP Response: 500`, `failed to connect to host`, `timed out`; `pending` until answered. */
  status: string;
  statusCode: number;
  /** Seconds. */
  duration: number;
  responseHeaders: Readonly<Record<string, string>>;
  responseBody: string | null;
}

export interface Outgoing {
  readonly event: string;
  readonly action: string | null;
  readonly repository: Repository;
  readonly payload: Promise<Readonly<Record<string, unknown>>>;
  readonly everybody: boolean;
}
