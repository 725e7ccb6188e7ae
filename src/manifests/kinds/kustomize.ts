import type { Kind } from './kind.ts';

export const kustomization: Kind = {
  name: 'kustomization',
  group: null,
  kind: null,
  file: /(^|\/)(kustomization\.ya?ml|Kustomization)$/,
  versions: [
    /^images\[[^\]]*\]\.(newName|newTag|digest)$/,
    /^resources\[.*[?&]ref=.*\]$/,
    /^helmCharts\[[^\]]*\]\.version$/,
  ],
  traffic: [/^replicas\[[^\]]*\]\.count$/],
  about: {
    version: '`images[]` (`digest` wins over `newTag`), `resources` with `?ref=`, `helmCharts[].version`',
    weight: 'none; `replicas[].count` is a size',
    owner: 'Git; an Image Updater may write it too',
    stable: 'nothing: the entry is restored',
    trafficFirst: null,
  },
};
