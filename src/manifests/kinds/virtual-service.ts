/** Istio: weights are percentages; a single destination gets everything, and beside others an absent weight means 0. */
import { at, childrenOf, wordAt } from '../documents.ts';
import type { Place } from '../documents.ts';
import { hidden } from '../hidden.ts';
import type { Kind, Split } from './kind.ts';
import { hiddenSplit, uniqueNames, weightedSplit } from './weights.ts';

export const virtualService: Kind = {
  name: 'VirtualService',
  group: /^networking\.istio\.io$/,
  kind: /^VirtualService$/,
  file: null,
  versions: [],
  traffic: [/^spec\.(http|tcp|tls)\[[^\]]*\]\.route\[[^\]]*\]\.(weight|destination\.(host|subset))$/],
  splits: (doc) =>
    ['http', 'tls', 'tcp'].flatMap((protocol) =>
      childrenOf(at(doc, 'spec', protocol)).flatMap((route) => routeSplits(doc.name, route)),
    ),
  about: {
    version: 'in the workload behind each host or subset',
    weight: '`spec.http[].route[].weight`, the same under `tls` and `tcp`',
    owner: 'a Rollout whose `trafficRouting.istio` names it (and its routes); a Flagger Canary of this name; else Git',
    stable: 'every other destination of the route `weight: 0`, the stable one the sum (100)',
    trafficFirst: 'the old pods still run behind their subset: one number instead of a roll-out',
  },
};

function routeSplits(name: string, route: Place): readonly Split[] {
  const within = at(route, 'route');
  const places = childrenOf(within);
  const part = (key: string) => places.map((place) => wordAt(place, 'destination', key));
  const hosts = part('host');
  const subsets = part('subset');
  const names = uniqueNames([
    new Set(hosts).size === 1 ? subsets : hosts,
    hosts.map((host, i) => `${host ?? ''}/${subsets[i] ?? ''}`),
  ]);
  if (places.length === 0) return hidden(route, ['route']) === null ? [] : [hiddenSplit(name, route, ['route'])];
  if (names === null) return [];
  const only = names.length === 1 ? [subsets[0] ?? hosts[0] ?? ''] : names;
  const entries = places.map((place, i) => ({ name: only[i] ?? '', place }));
  const of = { name, list: within, route: wordAt(route, 'name') };
  return [weightedSplit(of, entries, { key: 'weight', absent: 0 })];
}
