import type { Artefact } from '../playbook/artefact-name.ts';

/** An artefact that a manifest or the playbook names, and the registry that is asked for it. */
export interface Reference {
  /** Name in the playbook. */
  readonly registry: string;
  readonly artefact: Artefact;
  /** For people, such as `model fraud version 7`. */
  readonly label: string;
  /** Where it is named; null: in the playbook. */
  readonly place: { readonly path: string; readonly key: string } | null;
}

/**
 * What a registry says now. `not-ready`: it is there and cannot be used. `other-digest`: what is pinned is there, but its tag leads
 * elsewhere by now. `unknown`: it could not be asked, or not in time.
 */
export type ArtefactState = 'there' | 'gone' | 'not-ready' | 'other-digest' | 'unknown';

export interface Look {
  readonly state: ArtefactState;
  /** Read after the label; holds what was asked for and what was found, where they differ. */
  readonly says: string;
  /** Epoch ms; null where the registry does not say. */
  readonly madeAt: number | null;
  /** Of a pointer the version that it leads to (`on` or `off` of a flag), of an image its digest; left out where nobody says. */
  readonly leads?: string;
}

export interface Looked {
  readonly reference: Reference;
  readonly look: Look;
}
