/**
 * The one error class and the one table of its codes. The table is also the reference page of the docs.
 * Throw for broken; return for decided ("not enough data" is a finding, not an error).
 */
interface ErrorRow {
  /** What to do about it, in one sentence; the message itself says what happened, with the value. */
  readonly hint: string;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
}

export const ERRORS = {
  'playbook-invalid': {
    hint: 'Fix the places named above; `lastgood lint` checks the file offline.',
    retryable: false,
  },
  'playbook-missing': {
    hint: 'Add lastgood.yml (or .github/lastgood.yml) to the default branch of the deployment repository.',
    retryable: false,
  },
  'input-invalid': {
    hint: 'Correct the value; lastgood COMMAND --help shows the options, the README the inputs of the Action.',
    retryable: false,
  },
  'unknown-service': { hint: 'Use one of the services named in the playbook.', retryable: false },
  'unknown-environment': {
    hint: 'Use one of the environments of this service named in the playbook.',
    retryable: false,
  },
  'not-allowed': {
    hint: 'Ask someone with write access to the repository, or an owner named in the playbook.',
    retryable: false,
  },
  'no-last-good': {
    hint: 'Name the target yourself: /rollback <service> <environment> to <sha>.',
    retryable: false,
  },
  'nothing-to-revert': { hint: 'The files of this service already are as they were at the target.', retryable: false },
  'revert-conflict': {
    hint: 'Resolve the named keys by hand in a pull request; lastgood verifies it after the merge.',
    retryable: false,
  },
  'github-unauthorized': {
    hint: 'Check GITHUB_TOKEN, or the App id and private key, and that the App is installed on this repository.',
    retryable: false,
  },
  'github-forbidden': {
    hint: 'Grant the App or token the permission that the message names, or look whether what it asked for exists.',
    retryable: false,
  },
  'github-conflict': {
    hint: 'The repository moved meanwhile. The App reads it again by itself; start a command or a job again.',
    retryable: true,
  },
  'github-unavailable': {
    hint: 'GitHub did not answer as expected. The App looks again by itself; start a command or a job again.',
    retryable: true,
  },
  'argocd-unauthorized': {
    hint: 'Check ARGOCD_TOKEN: the account needs applications get (and sync) on these applications.',
    retryable: false,
  },
  'argocd-unknown-application': {
    hint: 'Check `applications` in the playbook and the project rights of ARGOCD_TOKEN.',
    retryable: false,
  },
  'argocd-unavailable': {
    hint: 'Check argocd.url in the playbook and that it is reachable from here.',
    retryable: true,
  },
  'source-unauthorized': { hint: 'Check the token variable that the source names in the playbook.', retryable: false },
  'source-query-invalid': { hint: 'Correct the query in the playbook.', retryable: false },
  'source-unavailable': {
    hint: 'Check the source url in the playbook and that it is reachable from here.',
    retryable: true,
  },
  'queue-unavailable': {
    hint: 'Check DATABASE_URL and that PostgreSQL answers; whoever sent this sends it again.',
    retryable: true,
  },
  'ledger-broken': {
    hint: 'Compare the named line with the Git history of the ledger branch; never edit it by hand.',
    retryable: false,
  },
  internal: { hint: 'This is a fault in lastgood: please report it with the message above.', retryable: false },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** Every error lastgood throws: what happened (`message`, with the value), what to do (`hint`), and whether waiting helps. */
export class RollbackError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryable: boolean;
  /** How long the other side asked us to wait, in ms; null when it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RollbackError';
    this.code = code;
    this.hint = options.hint ?? ERRORS[code].hint;
    this.retryable = ERRORS[code].retryable;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** What anything that was thrown says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
