/** How long things may be. The first three are in GitHub's published description, the others in its refusals. */
import { Problem, unprocessable } from '../problem.ts';

export const MAX_ACTIONS = 3;
export const MAX_ANNOTATIONS = 50;
const MAX_OUTPUT = 65_535;
const MAX_BODY = 65_536;
const MAX_TITLE = 256;
export const MAX_LABEL = 50;
export const MAX_STATUS = 140;

/** A field of a thing, refused by name. */
export function demandLength(resource: string, field: string, text: string, most: number): void {
  if (text.length <= most) return;
  const message = `${field} is too long (maximum is ${most} characters)`;
  throw new Problem(422, 'Validation Failed', { errors: [{ resource, field, code: 'custom', message }] });
}

export function demandBody(resource: string, body: string): void {
  demandLength(resource, 'body', body, MAX_BODY);
}

export function demandTitle(resource: string, title: string): void {
  demandLength(resource, 'title', title, MAX_TITLE);
}

/** Text of a check run's output, refused as the schema of the request does. */
export function demandOutput(text: string | null): void {
  demandSchema(text ?? '', MAX_OUTPUT);
}

export function demandSchema(text: string, most: number): void {
  if (text.length > most)
    throw unprocessable(`Invalid request.\n\nOnly ${most} characters are allowed; ${text.length} were supplied.`);
}

export function demandItems(field: string, items: readonly unknown[], most: number): void {
  if (items.length > most) throw unprocessable(`Invalid request.\n\nNo more than ${most} items are allowed; ${field}.`);
}
