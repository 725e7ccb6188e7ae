import { at, childrenOf, wordAt } from '../documents.ts';
import type { Doc, Place } from '../documents.ts';
import { dial, dialsIn } from './dials.ts';
import type { Claim, Kind, Split } from './kind.ts';

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

/** Weights and colours that are given to the chart here. */
function overrides(spec: Place | null): readonly Split[] {
  return sourcesOf(spec).flatMap((source) => [
    ...dialsIn(at(source, 'helm', 'valuesObject')),
    ...childrenOf(at(source, 'helm', 'parameters')).flatMap((place) =>
      dial(wordAt(place, 'name') ?? '', { place, key: 'value' }),
    ),
  ]);
}

function sourcesOf(spec: Place | null): readonly Place[] {
  return [at(spec, 'source') ?? [], ...childrenOf(at(spec, 'sources'))].flat();
}

function valuesObjects(spec: Place | null): readonly Place[] {
  return sourcesOf(spec).flatMap((source) => at(source, 'helm', 'valuesObject') ?? []);
}

/** A weight that Argo CD was told to ignore is not applied, or not soon: a commit cannot move it. */
function ignored(doc: Doc, spec: Place | null): readonly Claim[] {
  const paths = sourcesOf(spec).flatMap((source) => wordAt(source, 'path') ?? []);
  const under = paths.map((path) =>
    path.includes('{{') ? (path.split('{{')[0] ?? '') : `${path.replace(/\/+$/, '')}/`,
  );
  return childrenOf(at(spec, 'ignoreDifferences')).flatMap((entry): readonly Claim[] => {
    const kind = wordAt(entry, 'kind');
    const places = ['jsonPointers', 'jqPathExpressions'].flatMap((key) => childrenOf(at(entry, key)));
    const weights = places.map((place) => wordAt(place) ?? '').find((place) => WEIGHTS.test(place));
    if (kind === null || weights === undefined) return [];
    return [
      {
        ...{
          controller: 'Argo CD',
          name: doc.name,
          kind: new RegExp(`^${kind.replaceAll(/\W/g, '.')}$`),
          routes: null,
          under,
        },
        ...{ target: wordAt(entry, 'name'), namespace: wordAt(entry, 'namespace') },
        because: `Argo CD ignores ${weights} of each ${kind} in the ${doc.kind} ${doc.name}, so a commit would not move it`,
      },
    ];
  });
}

const WEIGHTS = /weight|percent|selector|^[/.]spec$/i;

export const application: Kind = {
  name: 'Application',
  group: /^argoproj\.io$/,
  kind: /^Application$/,
  file: null,
  versions: sourcePaths('spec'),
  splits: (doc) => overrides(at(doc, 'spec')),
  values: (doc) => valuesObjects(at(doc, 'spec')),
  claims: (doc) => ignored(doc, at(doc, 'spec')),
  traffic: [new RegExp(`^spec\\.${SOURCE}\\.helm\\.valuesObject\\..*weight$`, 'i')],
  about: {
    version:
      '`spec.source.targetRevision` (also `sources[]`, `sourceHydrator.drySource`), `helm.parameters`, `helm.valuesObject`, `kustomize.images`',
    weight: 'a Helm parameter or value such as `canary.weight`',
    owner:
      "Git; an ApplicationSet that makes the Application writes over edits of it. Weights under `ignoreDifferences` are nobody's in Git",
    stable: '`canary.weight: 0`, where the chart has it; else the revision or the override is restored',
    trafficFirst: 'the old pods still run, if the chart keeps them beside the new ones',
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
  splits: (doc) => overrides(at(doc, 'spec', 'template', 'spec')),
  values: (doc) => valuesObjects(at(doc, 'spec', 'template', 'spec')),
  claims: (doc) => ignored(doc, at(doc, 'spec', 'template', 'spec')),
  traffic: [/^spec\.generators\[.*\.elements\[[^\]]*\]\.(.*\.)?\w*weight$/i],
  about: {
    version: 'the elements of its generators, or `spec.template.spec.source`',
    weight: 'a Helm parameter or value of its template, such as `canary.weight`',
    owner: 'Git: the Applications it makes are not edited, its generator is',
    stable: '`canary.weight: 0`, where the chart has it; else the element is restored',
    trafficFirst: 'the old pods still run, if the chart keeps them beside the new ones',
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
