/**
 * What a local GitHub is told when it starts, and what it tells its watcher.
 */
import type { Access } from './state.ts';

export interface AppOptions {
  readonly id?: number;
  readonly slug?: string;
  readonly name?: string;
  readonly clientId?: string;
  /** PEM of an RSA private key; made when absent. */
  readonly privateKey?: string;
  readonly webhookSecret?: string;
  /** Where the App's webhooks go; may be set later. */
  readonly webhookUrl?: string;
  readonly permissions?: Readonly<Record<string, Access>>;
  readonly events?: readonly string[];
}

/** One call and its answer, as it went over the wire. */
export interface Exchange {
  readonly method: string;
  /** The route as GitHub's description names it; null when there is no such route here. */
  readonly route: string | null;
  /** Path and query without /api/v3. */
  readonly path: string;
  readonly login: string | null;
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseBody: unknown;
}

/** A call to spoil. All given conditions must match. */
export interface Fault {
  readonly method?: string;
  readonly path?: RegExp;
  /** Matches the text of the request's body: the way to pick one GraphQL operation. */
  readonly body?: RegExp;
  /** The answer's status; 0 cuts the connection without an answer. */
  readonly status: number;
  readonly answer?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the answer takes, ms (0). */
  readonly afterMs?: number;
  /** Do what was asked, and then answer as if it had failed. */
  readonly applyFirst?: boolean;
  /** How many calls to spoil (1). */
  readonly times?: number;
}

/**
 * A webhook to spoil: `drop` fails it in the log, `lose` sends it nowhere without a trace, `duplicate` sends it twice,
 * `hold` keeps it back until `release()`, `reorder` sends it after the next one.
 */
export interface WebhookFault {
  readonly kind: 'drop' | 'lose' | 'duplicate' | 'hold' | 'reorder';
  readonly event?: string;
  readonly action?: string;
  readonly times?: number;
}

export interface GitHubOptions {
  /** 0 (any free port) unless told. */
  readonly port?: number;
  /** Epoch ms; the machine's clock unless told. */
  readonly clock?: () => number;
  /** Added to every API call. */
  readonly latencyMs?: number;
  readonly onExchange?: (exchange: Exchange) => void;
  /** The last so many calls are kept, and count against the rate limit; all of them unless told. */
  readonly callsKept?: number;
  readonly app?: AppOptions;
  readonly faults?: readonly Fault[];
}
