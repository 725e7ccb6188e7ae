import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { broken, type Broken } from './wanted.ts';

/** The text of each file, by path. */
export type Files = ReadonlyMap<string, string>;

export interface Document {
  readonly path: string;
  readonly value: unknown;
}

const named = z.object({ kind: z.string() });

/** Every document of the YAML and JSON files of a folder, or the first fault in one. */
export function documentsOf(files: Files): readonly Document[] | Broken {
  const found: Document[] = [];
  for (const [path, text] of files) {
    if (!/\.(ya?ml|json)$/.test(path)) continue;
    for (const document of parseAllDocuments(text)) {
      const [error] = document.errors;
      if (error !== undefined) return broken(error.message);
      found.push({ path, value: document.toJS() });
    }
  }
  return found;
}

/** The documents of these kinds that are whole, and what is wrong with the others. */
export function ofKind<T>(
  documents: readonly Document[],
  kinds: readonly string[],
  schema: z.ZodType<T>,
): { readonly found: readonly T[]; readonly faults: readonly string[] } {
  const found: T[] = [];
  const faults: string[] = [];
  for (const { value } of documents) {
    const kind = named.safeParse(value);
    if (!kind.success || !kinds.includes(kind.data.kind)) continue;
    const read = schema.safeParse(value);
    if (read.success) found.push(read.data);
    else faults.push(z.prettifyError(read.error));
  }
  return { found, faults };
}
