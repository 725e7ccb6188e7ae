import type { Kind } from './kind.ts';

/** Data keys that name a version, a model or a prompt. */
export const configMap: Kind = {
  name: 'ConfigMap',
  group: /^$/,
  kind: /^ConfigMap$/,
  file: null,
  versions: [
    /^data(\.|\[")[^\].]*(version|model|prompt|revision|(^|[-_.])tag)[^\]]*$/i,
    /^data\["[^"]*(version|model|prompt|revision)[^"]*"\]$/i,
  ],
  traffic: [/^data(\.|\[")[^\].]*(weight|colou?r)[^\]]*$/i],
};
