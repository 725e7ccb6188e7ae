/** Which pointers a service uses: those its manifests name, and those its playbook lists. */
import { pointerText, readPointer } from '../playbook/pointer-name.ts';
import type { Target } from '../playbook/target.ts';
import type { Reference } from './look.ts';
import { labelOf, referencesIn, referencesListed, type Manifest } from './references.ts';

/** A reference to a pointer, with its one spelling. */
export interface PointerReference extends Reference {
  readonly pointer: string;
}

/** Each pointer once. `manifests` may be empty where the registry's names cannot stand in any. */
export function pointersOf(
  { registries, rules }: Pick<Target, 'registries' | 'rules'>,
  manifests: readonly Manifest[],
): readonly PointerReference[] {
  const known = [...referencesIn(registries, manifests), ...referencesListed(registries, rules.artefacts)];
  const named = known.flatMap((reference): PointerReference[] => {
    const registry = registries[reference.registry];
    const pointer = registry === undefined ? null : pointerText(registry.kind, reference.artefact);
    return pointer === null ? [] : [{ ...reference, pointer }];
  });
  const moved = rules.rollback.repoint.flatMap(({ registry, pointer }) => toReference(registries, registry, pointer));
  const unique = new Map([...named, ...moved].map((one) => [`${one.registry} ${one.pointer}`, one]));
  return [...unique.values()];
}

/** The reference of a pointer as the playbook writes it; empty where it is none of that registry. */
export function toReference(registries: Target['registries'], name: string, text: string): readonly PointerReference[] {
  const registry = Object.hasOwn(registries, name) ? registries[name] : undefined;
  const read = registry === undefined ? null : readPointer(registry.kind, text);
  if (read === null) return [];
  const { artefact, pointer } = read;
  return [{ registry: name, artefact, pointer, label: labelOf(artefact, undefined), place: null }];
}

/** Whether manifests can name pointers of this registry: by a URI, or by a key of its playbook. */
export function standsInManifests(registry: Target['registries'][string]): boolean {
  return registry.kind === 'mlflow' || ('keys' in registry && Object.keys(registry.keys).length > 0);
}

/** The version that a pointer should lead to, as something that can be looked at; null: it is a state, such as that of a flag. */
export function versionOf(reference: PointerReference, to: string): Reference | null {
  const { artefact, registry } = reference;
  const rest = { registry, place: null };
  switch (artefact.kind) {
    case 'model': {
      const version = { ...artefact, at: { kind: 'version', value: to } } as const;
      return { ...rest, artefact: version, label: labelOf(version, undefined) };
    }
    case 'prompt': {
      const version = { ...artefact, version: to };
      return { ...rest, artefact: version, label: labelOf(version, undefined) };
    }
    case 'image':
    case 'object':
    case 'flag':
      return null;
  }
}
