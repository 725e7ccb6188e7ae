/** Argo CD, as far as a rollback asks it. */

/** One Argo CD application as far as a rollback cares. */
export interface Application {
  readonly name: string;
  /** Last *compared*: proves nothing about what runs. Empty while not yet compared or Unknown. */
  readonly sync: { readonly status: 'Synced' | 'OutOfSync' | 'Unknown'; readonly revisions: readonly string[] };
  readonly health: {
    readonly status: 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';
    /** ISO 8601: since when; null where Argo CD does not say. */
    readonly since: string | null;
  };
  /** The last operation: `revisions` were *applied* once `phase` is Succeeded. Null before the first. */
  readonly operation: {
    readonly phase: 'Running' | 'Terminating' | 'Failed' | 'Error' | 'Succeeded';
    readonly revisions: readonly string[];
    readonly message: string;
    readonly startedAt: string;
    readonly finishedAt: string | null;
    readonly retryCount: number;
  } | null;
  readonly images: readonly string[];
  readonly autoSync: boolean;
  /** Resources that Git no longer has and that stay until somebody prunes them, such as `ConfigMap default/flags`. */
  readonly toPrune?: readonly string[];
  /** How many other resources differ from Git. */
  readonly differing?: number;
}

/** A resource of an application that is not healthy, and what its controller says about it. */
export interface Unhealthy {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: string;
  readonly message: string;
}

/** Whether Argo CD may sync now, and the windows that say so. */
export interface SyncWindows {
  readonly canSync: boolean;
  readonly windows: readonly {
    readonly kind: 'allow' | 'deny';
    /** Five cron fields, UTC. */
    readonly schedule: string;
    /** Such as `1h30m`. */
    readonly duration: string;
    /** A person may sync by hand all the same. */
    readonly manualSync: boolean;
    readonly active: boolean;
  }[];
}

export interface ArgoCd {
  /** Throws argocd-unauthorized, argocd-unknown-application or argocd-unavailable. */
  application(name: string): Promise<Application>;
  /** Asks Argo CD to compare with Git now (a normal refresh), and returns what it then says. */
  refresh(name: string): Promise<Application>;
  /** Ends the running operation, only if it still is the one of `revision`. */
  terminate(name: string, revision: string): Promise<void>;
  /** The sync windows of an application; asked before a merge, and therefore answered or refused within two seconds. */
  syncWindows(name: string): Promise<SyncWindows>;
  /** The resources that make an application unhealthy. */
  unhealthy(name: string): Promise<readonly Unhealthy[]>;
}
