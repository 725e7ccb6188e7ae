import { parseAllDocuments } from 'yaml';
import * as z from 'zod';

/** What a deployment repository asks for, as far as this world obeys. */
export interface Wanted {
  readonly kind: 'Rollout' | 'Deployment';
  readonly name: string;
  readonly image: string;
  /** Percent of the traffic for a changed image; null: it replaces the old one at once. */
  readonly canaryWeight: number | null;
  /** Only at the first apply: what already was stable. */
  readonly stableImage: string | null;
}

const STABLE_ANNOTATION = 'lastgood.world/stable-image';

const workload = z.object({
  kind: z.enum(['Rollout', 'Deployment']),
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
  spec: z.object({
    strategy: z
      .object({
        canary: z.object({ steps: z.array(z.object({ setWeight: z.number().optional() })).optional() }).optional(),
      })
      .optional(),
    template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string().min(1) })).min(1) }) }),
  }),
});

/** The first Rollout or Deployment of a YAML file, or why it cannot be applied. */
export function parseManifest(text: string): Wanted | { readonly kind: 'broken'; readonly why: string } {
  let why = 'there is no Rollout and no Deployment in it';
  for (const document of parseAllDocuments(text)) {
    const [error] = document.errors;
    if (error !== undefined) return { kind: 'broken', why: error.message };
    const found = workload.safeParse(document.toJS());
    if (found.success) return wanted(found.data);
    const kind: unknown = document.get('kind');
    if (kind === 'Rollout' || kind === 'Deployment') why = z.prettifyError(found.error);
  }
  return { kind: 'broken', why };
}

function wanted({
  kind,
  metadata,
  spec,
}: z.output<typeof workload>): Wanted | { readonly kind: 'broken'; readonly why: string } {
  const [container] = spec.template.spec.containers;
  if (container === undefined) return { kind: 'broken', why: 'it has no container' };
  return {
    kind,
    name: metadata.name,
    image: container.image,
    canaryWeight: kind === 'Rollout' ? (spec.strategy?.canary?.steps?.[0]?.setWeight ?? null) : null,
    stableImage: metadata.annotations?.[STABLE_ANNOTATION] ?? null,
  };
}

/** `registry.example/recommender:1.4.1` -> `1.4.1`; a digest is its own tag. */
export function tagOf(image: string): string {
  const digest = image.indexOf('@');
  if (digest >= 0) return image.slice(digest + 1);
  const name = image.slice(image.lastIndexOf('/') + 1);
  return name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest';
}
