/** Pointers: names that lead to a version and can be moved without a commit. An alias, a label, a tag, an environment, a flag's state. */
import { readArtefact } from './artefact-name.ts';
import type { Artefact, RegistryKind } from './artefact-name.ts';

/** What the pointers of a kind look like, for messages; null: it has none that lastgood knows. */
export const POINTER_SHAPES = {
  oci: null,
  mlflow: 'fraud@champion',
  dvc: null,
  braintrust: 'slug@environment, such as summarise@production',
  maxim: 'prompt id@variable=value, such as clx1@Environment=prod',
  langfuse: 'name@label, such as summarise@production',
  langsmith: 'owner/prompt:tag, such as acme/summarise:production',
  launchdarkly: 'the key of a flag',
  unleash: 'the name of a flag',
  growthbook: 'the id of a feature',
} as const satisfies Record<RegistryKind, string | null>;

/** What names one version for ever, where prompts have both. */
const PINNED: Partial<Record<RegistryKind, RegExp>> = {
  braintrust: /^(\d{10,}|[0-9a-f]{16})$/,
  maxim: /^\d+$/,
  langfuse: /^\d+$/,
  langsmith: /^[0-9a-f]{7,64}$/,
};

/**
 * The one way to write this pointer, which the ledger and the playbook share; null: the artefact names a version for ever, or a
 * name that nobody can move (`latest`).
 */
export function pointerText(kind: RegistryKind, artefact: Artefact): string | null {
  switch (artefact.kind) {
    case 'image':
    case 'object':
      return null;
    case 'model':
      return artefact.at.kind === 'alias' && artefact.at.value !== 'latest'
        ? `${artefact.name}@${artefact.at.value}`
        : null;
    case 'prompt': {
      const { name, version } = artefact;
      if (version === 'latest' || PINNED[kind]?.test(version) !== false) return null;
      return `${name}${kind === 'langsmith' ? ':' : '@'}${version}`;
    }
    case 'flag':
      return artefact.key;
  }
}

/** The artefact of a pointer as the playbook writes it, and its one spelling; null: it is none of this kind. */
export function readPointer(
  kind: RegistryKind,
  text: string,
): { readonly artefact: Artefact; readonly pointer: string } | null {
  const artefact = readArtefact(kind, text);
  const pointer = artefact === null ? null : pointerText(kind, artefact);
  return artefact === null || pointer === null ? null : { artefact, pointer };
}
