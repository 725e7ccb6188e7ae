import type { Kind } from './kind.ts';

export const kustomization: Kind = {
  name: 'Kustomization',
  group: null,
  kind: null,
  file: /(^|\/)(kustomization\.ya?ml|Kustomization)$/,
  versions: [
    /^images\[[^\]]*\]\.(newName|newTag|digest)$/,
    /^resources\[.*[?&]ref=.*\]$/,
    /^helmCharts\[[^\]]*\]\.version$/,
  ],
  traffic: [/^replicas\[[^\]]*\]\.count$/],
};
