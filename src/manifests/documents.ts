/** The documents of many files at once, and how to walk in them: who owns a weight often stands in another file. */
import { readTree, stepOfKey } from './read.ts';
import type { Read } from './read.ts';
import { childOf } from './tree.ts';
import type { Node } from './tree.ts';

export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

export interface Doc {
  readonly path: string;
  readonly source: Extract<Read, { kind: 'tree' }>;
  /** Its step in the stream of documents. */
  readonly step: string;
  readonly node: Node;
  /** `apiVersion` without its version part; empty for core and for what has none. */
  readonly group: string;
  /** Empty where there is no `apiVersion`. */
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | null;
  /** Where the document is itself a text in another one, as a file in a ConfigMap. */
  readonly host: Place | null;
}

/** A node with the steps that lead to it. */
export interface Place {
  readonly doc: Doc;
  readonly node: Node;
  readonly steps: readonly string[];
}

/** Every document of the YAML and JSON files, and of the files inside ConfigMaps; what cannot be read by key is left out. */
export function documentsOf(files: readonly ManifestFile[]): readonly Doc[] {
  return files.flatMap(({ path, text }) => {
    if (!/\.(ya?ml|json)$|(^|\/)Kustomization$/.test(path)) return [];
    const source = readTree(text);
    if (source.kind === 'refused') return [];
    return documentsIn(path, source).flatMap((doc) => [doc, ...(doc.kind === 'ConfigMap' ? filesIn(doc) : [])]);
  });
}

function filesIn(configMap: Doc): readonly Doc[] {
  return childrenOf(at(configMap, 'data')).flatMap((host) => {
    if (host.node.kind !== 'leaf' || host.node.style !== 'block' || !/\.(ya?ml|json)$/.test(host.name)) return [];
    const source = readTree(host.node.value);
    return source.kind === 'tree' ? documentsIn(configMap.path, source, host) : [];
  });
}

export function documentsIn(path: string, source: Doc['source'], host: Place | null = null): readonly Doc[] {
  return source.root.children.map(({ step, node }) => {
    const apiVersion = wordIn(node, ['apiVersion']) ?? '';
    return {
      ...{ path, source, step, node, host },
      group: apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '',
      kind: apiVersion === '' ? '' : (wordIn(node, ['kind']) ?? ''),
      name: wordIn(node, ['metadata', 'name']) ?? '',
      namespace: wordIn(node, ['metadata', 'namespace']),
    };
  });
}

/** Namespaces are often left to the overlay or to Argo CD, so a missing one agrees with any. */
export function mayBeNamespace(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b;
}

export function at(from: Doc | Place | null, ...keys: readonly string[]): Place | null {
  let place: Place | null = from === null || 'doc' in from ? from : { doc: from, node: from.node, steps: [from.step] };
  for (const key of keys) {
    const step = stepOfKey(key);
    const child: Node | undefined = childOf(place?.node ?? null, step)?.node;
    place = place && child ? { doc: place.doc, node: child, steps: [...place.steps, step] } : null;
  }
  return place;
}

/** The items of a list, or the entries of a map; none of what is neither. */
export function childrenOf(place: Place | null): readonly (Place & { readonly name: string })[] {
  if (place === null || place.node.kind === 'leaf') return [];
  return place.node.children.map(({ step, name, node }) => ({
    ...{ doc: place.doc, node, name },
    steps: [...place.steps, step],
  }));
}

/** The scalar there; null for what is missing, a collection or an alias. */
export function wordAt(from: Doc | Place | null, ...keys: readonly string[]): string | null {
  const found = at(from, ...keys)?.node;
  return found?.kind === 'leaf' && found.style !== 'alias' ? found.value : null;
}

/** The number there; null for anything else. */
export function numberAt(from: Doc | Place | null, ...keys: readonly string[]): number | null {
  const word = wordAt(from, ...keys);
  return word !== null && /^\d+(\.\d+)?$/.test(word) ? Number(word) : null;
}

function wordIn(node: Node, keys: readonly string[]): string | null {
  let found: Node | null = node;
  for (const key of keys) found = childOf(found, stepOfKey(key))?.node ?? null;
  return found?.kind === 'leaf' && found.style !== 'alias' ? found.value : null;
}
