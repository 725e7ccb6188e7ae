import type { Kind } from './kind.ts';

const SOURCE = '(source|sources\\[[^\\]]*\\])';

/** What an Application says, wherever its `spec` stands. */
function sourcePaths(spec: string): readonly RegExp[] {
  return [
    new RegExp(
      `^${spec}\\.${SOURCE}\\.(targetRevision|helm\\.parameters\\[[^\\]]*\\]\\.value|kustomize\\.images\\[.*)$`,
    ),
    new RegExp(`^${spec}\\.${SOURCE}\\.helm\\.valuesObject\\..*(tag|version|image|digest|uri)$`, 'i'),
    new RegExp(`^${spec}\\.sourceHydrator\\.drySource\\.targetRevision$`),
  ];
}

export const application: Kind = {
  name: 'Application',
  group: /^argoproj\.io$/,
  kind: /^Application$/,
  file: null,
  versions: sourcePaths('spec'),
  traffic: [new RegExp(`^spec\\.${SOURCE}\\.helm\\.valuesObject\\..*weight$`, 'i')],
  about: {
    version:
      '`spec.source.targetRevision` (also `sources[]`, `sourceHydrator.drySource`), `helm.parameters`, `helm.valuesObject`, `kustomize.images`',
    weight: 'only as an override that the chart defines',
    owner: 'Git; an ApplicationSet that makes the Application writes over edits of it',
    stable: 'nothing: the revision or the override is restored',
    trafficFirst: null,
  },
};

export const applicationSet: Kind = {
  name: 'ApplicationSet',
  group: /^argoproj\.io$/,
  kind: /^ApplicationSet$/,
  file: null,
  versions: [
    ...sourcePaths('spec\\.template\\.spec'),
    /^spec\.generators\[.*\.elements\[[^\]]*\]\.(.*\.)?\w*(tag|version|image|digest|revision|uri)$/i,
    /^spec\.generators\[.*\.git\.revision$/,
  ],
  traffic: [/^spec\.generators\[.*\.elements\[[^\]]*\]\.(.*\.)?\w*weight$/i],
  about: {
    version: 'the elements of its generators, or `spec.template.spec.source`',
    weight: 'only as an element that the template uses',
    owner: 'Git: the Applications it makes are not edited, its generator is',
    stable: 'nothing: the element is restored',
    trafficFirst: null,
  },
};

/** What the Argo CD Image Updater writes back. */
export const imageUpdater: Kind = {
  name: 'Image Updater',
  group: null,
  kind: null,
  file: /(^|\/)\.argocd-source-[^/]*\.ya?ml$/,
  versions: [/^(kustomize\.images\[.*|helm\.parameters\[[^\]]*\]\.value)$/],
  traffic: [],
  about: {
    version:
      '`kustomize.images`, `helm.parameters` of `.argocd-source-<application>.yaml`, which win over the manifests beside it',
    weight: 'none',
    owner: 'the Image Updater, which writes again when its registry has something newer',
    stable: 'nothing: the file is restored with the others',
    trafficFirst: null,
  },
};
