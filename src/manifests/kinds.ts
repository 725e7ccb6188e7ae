/** Every kind we can speak about; a new one is a row here. */
import type { Doc } from './documents.ts';
import { application, applicationSet, imageUpdater } from './kinds/argocd.ts';
import { configMap } from './kinds/config-map.ts';
import { featureFlag, flagd } from './kinds/flagd.ts';
import { flagger } from './kinds/flagger.ts';
import { chart, helmValues } from './kinds/helm.ts';
import { flipt } from './kinds/flipt.ts';
import { goFeatureFlag } from './kinds/go-feature-flag.ts';
import { grpcRoute, httpRoute } from './kinds/http-route.ts';
import type { Kind } from './kinds/kind.ts';
import { inferenceService } from './kinds/kserve.ts';
import { kustomization } from './kinds/kustomize.ts';
import { llmInferenceService } from './kinds/llm.ts';
import { rollout } from './kinds/rollout.ts';
import { seldonExperiment, seldonModel } from './kinds/seldon.ts';
import { service } from './kinds/service.ts';
import { virtualService } from './kinds/virtual-service.ts';
import { workload } from './kinds/workload.ts';

export const KINDS: readonly Kind[] = [
  rollout,
  flagger,
  workload,
  service,
  virtualService,
  httpRoute,
  grpcRoute,
  inferenceService,
  llmInferenceService,
  seldonModel,
  seldonExperiment,
  kustomization,
  helmValues,
  chart,
  configMap,
  application,
  applicationSet,
  imageUpdater,
  flagd,
  featureFlag,
  flipt,
  goFeatureFlag,
];

/** What a document is; a values file may be more than one thing. */
export function kindsOf(doc: Doc): readonly Kind[] {
  return KINDS.filter((kind) => {
    if (kind.kind !== null)
      return doc.kind !== '' && kind.kind.test(doc.kind) && (kind.group?.test(doc.group) ?? true) && isAt(kind, doc);
    return kind.shape?.(doc.node) === true || (kind.file !== null && isAt(kind, doc));
  });
}

function isAt(kind: Kind, doc: Doc): boolean {
  return kind.file?.test(doc.path) ?? true;
}
