import { documentsOf, type Files } from './documents.ts';
import { flagSides } from './kinds/flags.ts';
import { routeSides } from './kinds/http-route.ts';
import { inferenceServiceOf } from './kinds/inference-service.ts';
import { behind, selectedSides } from './kinds/service.ts';
import { workloadsOf } from './kinds/workload.ts';
import { broken, type Broken, type Wanted } from './wanted.ts';

/** What a folder of manifests asks for as a whole, or why it cannot be applied. What decides the traffic is looked at first. */
export function parseManifests(files: Files): Wanted | Broken {
  const documents = documentsOf(files);
  if ('kind' in documents) return documents;
  const model = inferenceServiceOf(documents);
  if (model !== null) return model;
  const { found, faults } = workloadsOf(documents);
  const [workload] = found;
  if (workload === undefined) return broken(faults[0] ?? 'there is no Rollout and no Deployment in it');
  const { artefact, canaryWeight, stable } = workload;
  return (
    routeSides(documents, behind(documents, found)) ??
    selectedSides(documents, found) ??
    flagSides(documents, files, workload) ?? { kind: 'one', artefact, canaryWeight, meanwhile: 'Suspended', stable }
  );
}
