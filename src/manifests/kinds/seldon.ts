/** Seldon Core 2: a Model has a version, an Experiment splits between models. */
import { at, childrenOf, wordAt } from '../documents.ts';
import type { Kind } from './kind.ts';
import { uniqueNames, weightedSplit } from './weights.ts';

export const seldonModel: Kind = {
  name: 'Seldon Model',
  group: /^mlops\.seldon\.io$/,
  kind: /^Model$/,
  file: null,
  versions: [/^spec\.(storageUri|artifactVersion)$/],
  traffic: [],
  about: {
    version: '`spec.storageUri`, `spec.artifactVersion`',
    weight: 'none; an Experiment splits',
    owner: 'Git',
    stable: 'nothing: the version is restored',
    trafficFirst: null,
  },
};

export const seldonExperiment: Kind = {
  name: 'Seldon Experiment',
  group: /^mlops\.seldon\.io$/,
  kind: /^Experiment$/,
  file: null,
  versions: [],
  traffic: [/^spec\.default$/, /^spec\.(candidates\[[^\]]*\]|mirror)\.(weight|percent)$/],
  splits: (doc) => {
    const within = at(doc, 'spec', 'candidates');
    const places = childrenOf(within);
    const names = uniqueNames([places.map((place) => wordAt(place, 'name'))]);
    if (names === null || places.length === 0) return [];
    const entries = places.map((place, i) => ({ name: names[i] ?? '', place }));
    return [weightedSplit({ name: doc.name, list: within }, entries, { key: 'weight', absent: 0 })];
  },
  about: {
    version: 'in the Model of each candidate',
    weight: '`spec.candidates[].weight`, a proportion; `spec.default` names the model whose endpoint is split',
    owner: 'Git',
    stable: "every other candidate's weight 0; a mirror sends copies only and stays",
    trafficFirst: 'the stable model is loaded',
  },
};
