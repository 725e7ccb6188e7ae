/**
 * The refusals of GitHub, in its own words.
 */
export interface FieldError {
  readonly resource?: string;
  readonly field?: string;
  readonly code: string;
  readonly message?: string;
}

/** An answer that is not a success. `type` is what GraphQL calls the same refusal. */
export class Problem extends Error {
  readonly status: number;
  readonly type: string;
  readonly errors: readonly FieldError[];
  readonly documentation: string;

  constructor(
    status: number,
    message: string,
    options: { type?: string; errors?: readonly FieldError[]; documentation?: string } = {},
  ) {
    super(message);
    this.status = status;
    this.type = options.type ?? 'UNPROCESSABLE';
    this.errors = options.errors ?? [];
    this.documentation = options.documentation ?? 'https://docs.github.com/rest';
  }
}

export const notFound = (): Problem => new Problem(404, 'Not Found', { type: 'NOT_FOUND' });

export const badCredentials = (): Problem => new Problem(401, 'Bad credentials', { type: 'UNAUTHORIZED' });

export const forbidden = (message: string): Problem => new Problem(403, message, { type: 'FORBIDDEN' });

/** 422 with one plain sentence. */
export const unprocessable = (message: string): Problem => new Problem(422, message);

/** 422 "Validation Failed" with the fields that are to blame. */
export const validationFailed = (...errors: readonly FieldError[]): Problem =>
  new Problem(422, 'Validation Failed', { errors });

/** 422 "Validation Failed" with a sentence of its own. */
export const refused = (resource: string, message: string): Problem =>
  validationFailed({ resource, code: 'custom', message });
