import type { Playbook } from '../playbook/schema.ts';
import type { Destination } from '../playbook/schema-notify.ts';
import type { Notice } from '../report/notify/notice.ts';
import type { Artefacts, ArgoCd, Clock, DeploymentRepository, MetricSource, Movers } from '../ports.ts';

/** One line of the log: never a secret, never a comment's text. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, string | number | boolean | null>>,
) => void;

/** What became of telling one destination of one fact. */
export type Told =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly because: string }
  /** This process ended before it was known: the next one tells it again. */
  | { readonly kind: 'ended' };

/** Tells people and machines outside the pull request, beside the loop. */
export interface Notifier {
  /** Where people read the deployment repository. */
  readonly repositoryUrl: string;
  /** Returns at once and never throws; resolves when it was delivered or is given up, which may take many minutes. */
  send(destination: Destination, notice: Notice): Promise<Told>;
}

/** All that the loop needs of the outside, wired by a shell. */
export interface Doors {
  readonly repository: DeploymentRepository;
  /** The playbook says where Argo CD and the metrics are; the shell adds the credentials. */
  readonly argoCd: (config: NonNullable<Playbook['argocd']>) => ArgoCd;
  readonly source: (config: Playbook['sources'][string]) => MetricSource;
  /** Left out where no registry can be asked whether an artefact still exists. */
  readonly artefacts?: (registries: Playbook['registries']) => Artefacts;
  /** Left out where no pointer of a registry can be moved. */
  readonly movers?: (registries: Playbook['registries']) => Movers;
  readonly clock: Clock;
  /** SHA-256 of UTF-8 text as 64 hex digits. */
  readonly sha256: (text: string) => string;
  readonly log: Log;
  /** The value, or `late` after so many milliseconds; left out where nothing can be late. */
  readonly within?: <T>(ms: number, work: Promise<T>) => Promise<T | 'late'>;
  /** Left out where nobody but the pull request is told. */
  readonly notifier?: Notifier;
}
