import { at } from '../documents.ts';
import { dialsIn } from './dials.ts';
import type { Kind } from './kind.ts';

/** By convention only: charts may name their values as they like. */
export const helmValues: Kind = {
  name: 'Helm values',
  group: null,
  kind: null,
  file: /(^|\/)([\w.-]*values[\w.-]*|[\w.-]*\.values)\.ya?ml$/,
  versions: [
    /(^|\.)image$/,
    /(^|\.)(image|\w+Image)\.(tag|digest|repository)$/,
    /(^|\.)(imageTag|appVersion|modelVersion|promptVersion|storageUri)$/,
    /(^|\.)(model|prompt)\.(version|revision|uri|name)$/i,
  ],
  traffic: [/(^|\.)canary\.(weight|enabled|steps\[.*)$/, /(^|\.)(active|live)?(Colou?r|Slot)$/i],
  splits: (doc) => dialsIn(at(doc)),
  values: (doc) => [at(doc) ?? []].flat(),
  about: {
    version: 'by convention `image.tag`, `image.digest`, `model.version` and the like',
    weight:
      'by convention `canary.weight`, `canaryWeight` and the like (what the canary gets), and `activeColor: blue` or `green`',
    owner: 'Git; what the chart makes of it, only the chart knows',
    stable:
      '`canary.weight: 0`; the other colour. The playbook may name the key, such as `rec.canary.weight`, as the carrier',
    trafficFirst: 'the old pods still run, if the chart keeps them beside the new ones',
  },
};

export const chart: Kind = {
  name: 'Helm chart',
  group: null,
  kind: null,
  file: /(^|\/)(Chart|requirements)\.ya?ml$/,
  versions: [/^(version|appVersion)$/, /^dependencies\[[^\]]*\]\.version$/],
  traffic: [],
  about: {
    version: '`version`, `appVersion`, `dependencies[].version`',
    weight: 'none',
    owner: 'Git',
    stable: 'nothing: the version is restored. Templates are not edited, only values',
    trafficFirst: null,
  },
};
