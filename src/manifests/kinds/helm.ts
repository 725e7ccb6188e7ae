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
  traffic: [/(^|\.)canary\.(weight|enabled|steps\[.*)$/],
};

export const chart: Kind = {
  name: 'Chart',
  group: null,
  kind: null,
  file: /(^|\/)(Chart|requirements)\.ya?ml$/,
  versions: [/^(version|appVersion)$/, /^dependencies\[[^\]]*\]\.version$/],
  traffic: [],
};
