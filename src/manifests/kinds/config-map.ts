import { at } from '../documents.ts';
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
  values: (doc) => [at(doc, 'data') ?? []].flat(),
  about: {
    version: 'keys of `data` that name a version, a model, a prompt or a tag',
    weight: 'keys that name a weight or a colour',
    owner: 'Git',
    stable:
      'nothing: the value is restored. Pods that read it only when they start must be restarted by a hash in its name',
    trafficFirst: null,
  },
};
