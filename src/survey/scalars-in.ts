import { childrenOf } from '../manifests/documents.ts';
import type { Place } from '../manifests/documents.ts';

/** The scalars of a map by their dotted path, as templates name them. */
export function scalarsIn(place: Place | null, above = ''): ReadonlyMap<string, string> {
  return new Map(
    childrenOf(place).flatMap((child): readonly (readonly [string, string])[] => {
      const name = above === '' ? child.name : `${above}.${child.name}`;
      if (child.node.kind === 'leaf') return [[name, child.node.value]];
      return child.node.kind === 'map' ? [...scalarsIn(child, name)] : [];
    }),
  );
}
