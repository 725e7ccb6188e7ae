/** The folders that kustomizations build upon. */
import { at, childrenOf, wordAt } from '../manifests/documents.ts';
import type { Doc } from '../manifests/documents.ts';
import { resolved } from './applications.ts';
import type { Tree } from './applications.ts';

export interface Bases {
  readonly all: ReadonlySet<string>;
  /** By the folder of a kustomization: what it builds upon, and what that builds upon. */
  readonly of: ReadonlyMap<string, ReadonlySet<string>>;
}

export function basesOf(docs: readonly Doc[], tree: Tree): Bases {
  const direct = new Map<string, readonly string[]>();
  for (const doc of docs) {
    if (!/(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(doc.path)) continue;
    const folder = doc.path.split('/').slice(0, -1).join('/');
    const named = ['resources', 'bases', 'components'].flatMap((key) =>
      childrenOf(at(doc, key)).flatMap((one) => wordAt(one) ?? []),
    );
    direct.set(
      folder,
      named
        .flatMap((path) => resolved(folder, path))
        .filter((path) => tree.folders.has(path) && !path.startsWith(`${folder}/`)),
    );
  }
  const of = new Map([...direct.keys()].map((folder) => [folder, closure(folder, direct)] as const));
  return { all: new Set([...of.values()].flatMap((folders) => [...folders])), of };
}

function closure(folder: string, direct: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (from: string): void => {
    for (const base of direct.get(from) ?? []) {
      if (seen.has(base)) continue;
      seen.add(base);
      visit(base);
    }
  };
  visit(folder);
  return seen;
}
