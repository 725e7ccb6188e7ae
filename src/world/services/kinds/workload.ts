import * as z from 'zod';
import { ofKind, type Document } from '../documents.ts';
import type { Artefact } from '../wanted.ts';

/** A Rollout or a Deployment. */
export interface Workload {
  readonly name: string;
  /** Of its pods: what a Service selects. */
  readonly labels: Readonly<Record<string, string>>;
  readonly artefact: Artefact;
  /** Percent of the traffic for a changed version; null: it replaces the old one at once. */
  readonly canaryWeight: number | null;
  readonly stable: Artefact | null;
}

const STABLE_ANNOTATION = 'lastgood.world/stable-image';
/** A ConfigMap with this key says which prompt the pods that load it use, and so how they behave. */
const PROMPT = 'PROMPT_VERSION';

const container = z.object({
  image: z.string().min(1),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }).optional() })).default([]),
});

const workload = z.object({
  kind: z.enum(['Rollout', 'Deployment']),
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
  spec: z.object({
    strategy: z
      .object({
        canary: z.object({ steps: z.array(z.object({ setWeight: z.number().optional() })).optional() }).optional(),
      })
      .optional(),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }).optional(),
      spec: z.object({ containers: z.tuple([container], z.unknown()) }),
    }),
  }),
});

const configMap = z.object({ metadata: z.object({ name: z.string() }), data: z.record(z.string(), z.string()) });

export function workloadsOf(documents: readonly Document[]): {
  readonly found: readonly Workload[];
  readonly faults: readonly string[];
} {
  const { found, faults } = ofKind(documents, ['Rollout', 'Deployment'], workload);
  const maps = ofKind(documents, ['ConfigMap'], configMap).found;
  const read = found.map(({ kind, metadata, spec }): Workload => {
    const [{ image, envFrom }] = spec.template.spec.containers;
    const loaded = envFrom.map(({ configMapRef }) => maps.find((map) => map.metadata.name === configMapRef?.name));
    const prompt = loaded.map((map) => map?.data[PROMPT]).find((version) => version !== undefined);
    const stable = metadata.annotations?.[STABLE_ANNOTATION];
    return {
      name: metadata.name,
      labels: spec.template.metadata?.labels ?? {},
      artefact: { name: image, version: prompt ?? tagOf(image) },
      canaryWeight: kind === 'Rollout' ? (spec.strategy?.canary?.steps?.[0]?.setWeight ?? null) : null,
      stable: stable === undefined ? null : { name: stable, version: tagOf(stable) },
    };
  });
  return { found: read, faults };
}

/** `registry.example/recommender:1.4.1` -> `1.4.1`; a digest is its own tag. */
export function tagOf(image: string): string {
  const digest = image.indexOf('@');
  if (digest >= 0) return image.slice(digest + 1);
  const name = image.slice(image.lastIndexOf('/') + 1);
  return name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest';
}
