import type { Kind } from './kind.ts';

export const application: Kind = {
  name: 'Application',
  group: /^argoproj\.io$/,
  kind: /^Application$/,
  file: null,
  versions: [
    /^spec\.(source|sources\[[^\]]*\])\.(targetRevision|helm\.parameters\[[^\]]*\]\.value|kustomize\.images\[.*)$/,
    /^spec\.source\.helm\.valuesObject\..*(tag|version|image)$/i,
    /^spec\.sourceHydrator\.drySource\.targetRevision$/,
  ],
  traffic: [/^spec\.source\.helm\.valuesObject\..*weight$/i],
};

/** What the Argo CD Image Updater writes back. */
export const imageUpdater: Kind = {
  name: 'Image Updater',
  group: null,
  kind: null,
  file: /(^|\/)\.argocd-source-[^/]*\.ya?ml$/,
  versions: [/^(kustomize\.images\[.*|helm\.parameters\[[^\]]*\]\.value)$/],
  traffic: [],
};
