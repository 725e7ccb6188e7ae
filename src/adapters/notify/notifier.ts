/** From a destination of the playbook and a notice to a message on its way. */
import type { Notifier, Told } from '../../control/doors.ts';
import { destinationName } from '../../report/notify/destination.ts';
import type { GuardPolicy } from '../http-guard.ts';
import { guardedFetch, outwardPolicy } from '../http-guard.ts';
import type { Fetch } from '../http.ts';
import { writePage, type IssueOptions } from './github-issue.ts';
import type { Outbox } from './outbox.ts';
import { post } from './post.ts';

export interface NotifierOptions {
  readonly outbox: Outbox;
  /** Where the secrets are; the playbook only names the variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where people read the repository. */
  readonly repositoryUrl: string;
  readonly issues: IssueOptions;
  readonly now: () => number;
  /** Where messages may go; public https only unless told. */
  readonly policy?: GuardPolicy;
  readonly fetch?: Fetch;
  readonly timeoutMs?: number;
  /** Told how each message ended. */
  readonly onTold?: (told: Told) => void;
}

export function createNotifier(options: NotifierOptions): Notifier {
  const { outbox, env, now, issues } = options;
  const policy = options.policy ?? outwardPolicy(env);
  const posting = {
    fetch: options.fetch ?? guardedFetch(policy),
    policy,
    env,
    now,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  };
  return {
    repositoryUrl: options.repositoryUrl,
    async send(destination, notice) {
      const told = await outbox.send(`${issues.repository} ${destinationName(destination)}`, () =>
        destination.kind === 'github-issue'
          ? writePage(issues, destination.labels, notice)
          : post(posting, destination, notice),
      );
      options.onTold?.(told);
      return told;
    },
  };
}
