/** What the stand-in knows of one application. Times are epoch ms. */
export interface Operation {
  readonly revision: string;
  readonly phase: 'Running' | 'Terminating' | 'Failed' | 'Error' | 'Succeeded';
  readonly message: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly retryCount: number;
  readonly automated: boolean;
}

export interface Health {
  readonly status: 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';
  readonly message: string;
  readonly since: number;
}

/** What the cluster says that runs. */
export interface Live {
  readonly health: Health['status'];
  readonly message: string;
  readonly images: readonly string[];
}

/** A resource in the cluster that Git no longer has. */
export interface Leftover {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface AppSpec {
  readonly name: string;
  /** Anything git can fetch. */
  readonly repoUrl: string;
  readonly path: string;
  readonly targetRevision: string;
}

export interface AppState {
  readonly spec: AppSpec;
  readonly sync: { readonly status: 'Synced' | 'OutOfSync' | 'Unknown' | ''; readonly revision: string };
  readonly reconciledAt: number | null;
  readonly operation: Operation | null;
  readonly history: readonly { readonly id: number; readonly revision: string; readonly deployedAt: number }[];
  readonly conditions: readonly { readonly type: string; readonly message: string; readonly at: number }[];
  /** Extra resources; empty where Argo CD prunes. */
  readonly leftovers: readonly Leftover[];
  readonly health: Health;
  readonly images: readonly string[];
}
