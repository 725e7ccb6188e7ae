import type { Kind } from './kind.ts';
import { POD_IMAGES, TEMPLATE_IMAGES } from './workload.ts';

/** Argo Rollouts: the live weight is in the status, Git holds the steps and the names of the two services. */
export const rollout: Kind = {
  name: 'Rollout',
  group: /^argoproj\.io$/,
  kind: /^Rollout$/,
  file: null,
  versions: [...POD_IMAGES, ...TEMPLATE_IMAGES, /^spec\.workloadRef\.name$/],
  traffic: [
    /^spec\.strategy\.canary\.steps\[\d+\]\.setWeight$/,
    /^spec\.strategy\.blueGreen\.(activeService|previewService|autoPromotionEnabled)$/,
  ],
};
