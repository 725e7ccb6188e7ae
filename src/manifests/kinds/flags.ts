import type { Kind } from './kind.ts';

const FLAG = /^flags(\.[\w-]+|\[[^\]]*\])\.(state|defaultVariant)$/;
const TARGETING = /^flags(\.[\w-]+|\[[^\]]*\])\.targeting(\.|\[).*$/;

/** flagd: `targeting` wins over `defaultVariant`, and a percentage split hides inside it. */
export const flagd: Kind = {
  name: 'flagd',
  group: null,
  kind: null,
  file: /(^|\/)[\w.-]*(flags?|flagd)[\w.-]*\.(json|ya?ml)$/,
  versions: [FLAG, TARGETING, /^flags\[[^\]]*\]\.(enabled|rules\[.*rollout|rollouts\[.*(percentage|value))$/],
  traffic: [],
};

export const featureFlag: Kind = {
  name: 'FeatureFlag',
  group: /^core\.openfeature\.dev$/,
  kind: /^FeatureFlag$/,
  file: null,
  versions: [
    /^spec\.flagSpec\.flags\.[\w-]+\.(state|defaultVariant|targeting.*)$/,
    /^spec\.flagSpec\.flags\["[^"]*"\]\.(state|defaultVariant|targeting.*)$/,
  ],
  traffic: [],
};
