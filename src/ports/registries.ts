/** Where artefacts live, and what moves their pointers. */
import type { Look, Reference } from '../registries/look.ts';
import type { PointerReference } from '../registries/pointers.ts';

/** The registries of a playbook: whether the image, model, data, prompt or flag that a manifest names still is there. */
export interface Artefacts {
  /** Within two seconds, unless the shell allows more; what cannot be asked is `unknown`. Never throws. */
  look(reference: Reference): Promise<Look>;
}

/** The request that moves a pointer, as it is sent but for the credentials. */
export interface MoveRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export type PreparedMove =
  { readonly kind: 'ready'; readonly request: MoveRequest } | { readonly kind: 'refused'; readonly because: string };

/** Moves pointers of registries: aliases, labels, tags, environments, flags. */
export interface Movers {
  /** Reads what the request needs, and changes nothing. Never throws. */
  prepare(reference: PointerReference, to: string): Promise<PreparedMove>;
  /** Sends it once. `unsure`: it may have arrived, so that only another look can tell. Never throws. */
  send(
    reference: PointerReference,
    request: MoveRequest,
  ): Promise<{ readonly kind: 'sent' } | { readonly kind: 'refused' | 'unsure'; readonly because: string }>;
}
