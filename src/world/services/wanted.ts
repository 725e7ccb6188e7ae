/** What runs under one name in a manifest, and the version that decides how it behaves. */
export interface Artefact {
  /** As the manifest writes it: an image, or where a model is stored. */
  readonly name: string;
  readonly version: string;
}

/** One of several that run beside each other, each with traffic of its own. */
export interface Side {
  readonly track: string;
  readonly artefact: Artefact;
  /** Relative to the other sides; 0 runs and receives nothing. */
  readonly weight: number;
}

/** What a folder of manifests asks for, as far as this world obeys. */
export type Wanted =
  | {
      /** One version; a changed one replaces it, or is a canary beside it. */
      readonly kind: 'one';
      readonly artefact: Artefact;
      /** Percent of the traffic for a changed one; null: it replaces the old one at once. */
      readonly canaryWeight: number | null;
      /** Health while a canary runs: a Rollout pauses, a served model does not. */
      readonly meanwhile: 'Suspended' | 'Healthy';
      /** Only at the first apply: what already was stable. */
      readonly stable: Artefact | null;
    }
  | { readonly kind: 'sides'; readonly sides: readonly Side[] }
  | {
      /** A flag decides for every request which version answers it. */
      readonly kind: 'flag';
      readonly sides: readonly Side[];
      /** The flagd configuration, as it stands in the file. */
      readonly flags: string;
    };

export interface Broken {
  readonly kind: 'broken';
  readonly why: string;
}

export function broken(why: string): Broken {
  return { kind: 'broken', why };
}
