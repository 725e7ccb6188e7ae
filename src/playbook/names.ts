/** The names a playbook may use, and what they must look like. */
import * as z from 'zod';

/** Names become parts of branch names, so what Git refuses in a ref is refused here. No flags: JSON Schema has none. */
export const name = z
  .string()
  .regex(
    /^(?!.*\.\.)(?!.*\.lock$)[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9_-])?$/,
    'a name of letters, digits, dash, underscore or single dots, at most 63 long, not ending with a dot or .lock',
  );

export const environmentVariable = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'the NAME of an environment variable, never the secret itself');

export const person = z.string().regex(/^@?[A-Za-z0-9-]+(\/[A-Za-z0-9._-]+)?$/, 'a GitHub login or org/team');

export const team = z.string().regex(/^@?[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/, 'a team as org/team');

/** How a source is signed in to over HTTP. */
export const sourceAuth = z.strictObject({
  bearer: environmentVariable.optional().describe('environment variable that holds a bearer token'),
  basic: environmentVariable.optional().describe('environment variable that holds user:password'),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string())
    .optional()
    .describe('plain headers such as X-Scope-OrgID; no secrets here'),
});
