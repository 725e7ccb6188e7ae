import * as z from 'zod';
import { ofKind, type Document } from '../documents.ts';
import { broken, type Broken, type Side, type Wanted } from '../wanted.ts';
import type { Behind } from './service.ts';

const httpRoute = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    rules: z.tuple(
      [z.object({ backendRefs: z.array(z.object({ name: z.string(), weight: z.number().min(0).default(1) })).min(1) })],
      z.unknown(),
    ),
  }),
});

/** Gateway API: the weights of the first rule, each backend a Service. */
export function routeSides(documents: readonly Document[], behind: Behind): Wanted | Broken | null {
  const [route] = ofKind(documents, ['HTTPRoute'], httpRoute).found;
  if (route === undefined) return null;
  const sides: Side[] = [];
  for (const { name, weight } of route.spec.rules[0].backendRefs) {
    const workload = behind(name);
    if (workload === null) return broken(`HTTPRoute ${route.metadata.name}: Service ${name} selects no pods`);
    sides.push({ track: name, artefact: workload.artefact, weight });
  }
  return { kind: 'sides', sides };
}
