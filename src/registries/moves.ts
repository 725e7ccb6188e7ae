/** What the webhooks of registries say: which pointer was moved, where to, by whom and when. */
import type { Registry } from '../playbook/schema.ts';
import { flagMoves } from './moves-flags.ts';
import { promptMoves } from './moves-prompts.ts';

/** A pointer that leads somewhere else than before, in the one spelling that playbook and ledger share. */
export interface Move {
  readonly pointer: string;
  /** The version, `on` or `off`; null: it leads nowhere any more. */
  readonly to: string | null;
  /** As the registry names them; null where it does not say. */
  readonly by: string | null;
  /** ISO 8601, UTC; null where the body does not say. */
  readonly at: string | null;
}

/** A body says what moved, or only that something did: then the registry itself is asked. */
export type Told =
  | { readonly kind: 'moves'; readonly moves: readonly Move[] }
  | { readonly kind: 'hint' }
  | { readonly kind: 'unreadable'; readonly because: string };

/** `body` is JSON whose sender is known. What concerns no pointer is an empty list. */
export function readMoves(registry: Registry, body: unknown): Told {
  switch (registry.kind) {
    case 'mlflow':
    case 'langfuse':
      return promptMoves(registry.kind, body);
    case 'launchdarkly':
    case 'unleash':
    case 'growthbook':
      return flagMoves(registry, body);
    // Their bodies are not documented well enough to be believed: they only say when to look.
    case 'braintrust':
    case 'maxim':
    case 'langsmith':
      return { kind: 'hint' };
    case 'oci':
    case 'dvc':
      return { kind: 'unreadable', because: `a registry of kind ${registry.kind} has no pointers` };
  }
}
