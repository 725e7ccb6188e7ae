import type { Playbook } from '../playbook/schema.ts';
import type { ArgoCd, Clock, DeploymentRepository, MetricSource } from '../ports.ts';

/** One line of the log: never a secret, never a comment's text. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, string | number | boolean | null>>,
) => void;

/** All that the loop needs of the outside, wired by a shell. */
export interface Doors {
  readonly repository: DeploymentRepository;
  /** The playbook says where Argo CD and the metrics are; the shell adds the credentials. */
  readonly argoCd: (config: NonNullable<Playbook['argocd']>) => ArgoCd;
  readonly source: (config: Playbook['sources'][string]) => MetricSource;
  readonly clock: Clock;
  /** SHA-256 of UTF-8 text as 64 hex digits. */
  readonly sha256: (text: string) => string;
  readonly log: Log;
}
