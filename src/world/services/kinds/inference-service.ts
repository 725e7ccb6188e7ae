import * as z from 'zod';
import { ofKind, type Document } from '../documents.ts';
import type { Wanted } from '../wanted.ts';

const inferenceService = z.object({
  spec: z.object({
    predictor: z.object({
      canaryTrafficPercent: z.number().min(0).max(100).optional(),
      model: z.object({ storageUri: z.string().min(1) }),
    }),
  }),
});

/** KServe, serverless: a changed model gets `canaryTrafficPercent` and the model before it the rest; without the key it gets all. */
export function inferenceServiceOf(documents: readonly Document[]): Wanted | null {
  const [service] = ofKind(documents, ['InferenceService'], inferenceService).found;
  if (service === undefined) return null;
  const { model, canaryTrafficPercent } = service.spec.predictor;
  return {
    kind: 'one',
    artefact: { name: model.storageUri, version: model.storageUri.slice(model.storageUri.lastIndexOf('/') + 1) },
    canaryWeight: canaryTrafficPercent ?? null,
    meanwhile: 'Healthy',
    stable: null,
  };
}
