/** One kind of manifest: how to recognise it, and where its version, weight and colour live. */
export interface Kind {
  readonly name: string;
  /** Matches `apiVersion` without its version part (`apps`, `argoproj.io`, empty for core); null: any or none. */
  readonly group: RegExp | null;
  /** Matches `kind`; null: recognised by `file` alone. */
  readonly kind: RegExp | null;
  /** Matches the path in the repository; null: any. */
  readonly file: RegExp | null;
  /** Each matches a whole path inside the document, such as `spec.template.spec.containers[name=app].image`. */
  readonly versions: readonly RegExp[];
  /** The same for what only says who is served by which version: weights, colours, sizes. It comes and goes with every release. */
  readonly traffic: readonly RegExp[];
}
