/** Who moves a weight: Git, or a controller that would move it back. */
import { mayBeNamespace } from './documents.ts';
import type { Doc } from './documents.ts';
import type { Claim, Split } from './kinds/kind.ts';

export type Owner =
  | { readonly kind: 'git' }
  | {
      readonly kind: 'controller';
      readonly controller: Claim['controller'];
      readonly name: string;
      readonly because: string;
    };

/** The first controller that claims the document, or this route of it. */
export function ownerOf(doc: Doc, split: Split, claims: readonly Claim[]): Owner {
  const claim = claims.find(
    ({ kind, target, namespace, under, routes }) =>
      kind.test(doc.kind) &&
      (target === null || target === doc.name) &&
      mayBeNamespace(namespace, doc.namespace) &&
      (under === null || under.some((start) => doc.path.startsWith(start))) &&
      (routes === null || (split.route !== undefined && split.route !== null && routes.includes(split.route))),
  );
  return claim ? { kind: 'controller', ...pick(claim) } : { kind: 'git' };
}

function pick({ controller, name, because }: Claim): Pick<Claim, 'controller' | 'name' | 'because'> {
  return { controller, name, because };
}
