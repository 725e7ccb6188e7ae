import type { Kind } from './kind.ts';

export const kustomization: Kind = {
  name: 'Kustomization',
  group: null,
  kind: null,
  file: /(^|\/)(kustomization\.ya?ml|Kustomization)$/,
  versions: [
    /^images\[[^\]]*\]\.(newName|newTag|digest)$/,
    /^replicas\[[^\]]*\]\.count$/,
    /^resources\[.*[?&]ref=.*\]$/,
    /^helmCharts\[[^\]]*\]\.version$/,
  ],
};
