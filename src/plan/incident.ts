/** Where something is released: the only key that events, timers and the sweep carry. */
export interface Key {
  /** owner/name of the deployment repository. */
  readonly repo: string;
  readonly service: string;
  readonly environment: string;
}

/** What made us act. Free text inside is data, shown escaped, never executed. */
export type Cause =
  | {
      readonly kind: 'command';
      readonly by: string;
      readonly commentId: number;
      /** Issue or pull request on which the comment stands; 0: it was a button, or stands on a commit. */
      readonly issue: number;
      readonly reason: string | null;
    }
  | {
      readonly kind: 'gate';
      readonly checkRunId: number;
      readonly trigger: string;
      readonly then: 'rollback' | 'ask' | 'fallback';
      readonly because: string;
      /** What the gate measured, a line a trigger. */
      readonly numbers?: readonly string[] | undefined;
    }
  | {
      readonly kind: 'alert';
      readonly source: string;
      readonly alert: string;
      readonly fingerprint: string;
      /** Absent: a rollback. */
      readonly then?: 'fallback' | undefined;
    }
  /** A version that was rolled back stands on the default branch again. */
  | { readonly kind: 'quarantine'; readonly writer: string; readonly value: string; readonly path: string };

/** One fault: the same environment, service and bad commit give the same `id`. */
export interface Incident {
  /** First 12 hex digits of SHA-256 over environment, service and bad sha. */
  readonly id: string;
  readonly key: Key;
  /** The commit on the default branch that released the fault (full sha). */
  readonly bad: string;
  /** ISO 8601, UTC: when the fault was noticed. */
  readonly openedAt: string;
  readonly cause: Cause;
  /** Nothing is accused: users only go elsewhere until it serves well again. Absent: the release goes back. */
  readonly way?: 'fallback' | undefined;
}

/** An App's login appears as `name[bot]` in REST and as `name` in GraphQL: the same identity. */
export function bareLogin(login: string): string {
  return login.replace(/\[bot\]$/, '');
}
