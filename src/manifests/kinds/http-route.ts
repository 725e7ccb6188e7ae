/** Gateway API: an absent weight means 1, not 0, and weights are proportions, not percentages. */
import type { Place } from '../documents.ts';
import { at, childrenOf, wordAt } from '../documents.ts';
import { hidden } from '../hidden.ts';
import type { Kind, Split } from './kind.ts';
import { hiddenSplit, uniqueNames, weightedSplit } from './weights.ts';

export const httpRoute: Kind = {
  name: 'HTTPRoute',
  group: /^gateway\.networking\.k8s\.io$/,
  kind: /^HTTPRoute$/,
  file: null,
  versions: [],
  traffic: [/^spec\.rules\[[^\]]*\]\.backendRefs\[[^\]]*\]\.(weight|name)$/],
  splits: (doc) => ruleSplits(at(doc, 'spec'), doc.name),
  about: {
    version: 'in the workload behind each backend',
    weight: '`spec.rules[].backendRefs[].weight`: a proportion; absent means 1, not 0',
    owner: 'a Rollout whose `trafficRouting` names the route; a Flagger Canary of this name; else Git',
    stable: 'every other backend of the rule `weight: 0`, the stable one the sum',
    trafficFirst: 'the old pods still run behind their backend: one number instead of a roll-out',
  },
};

export const grpcRoute: Kind = { ...httpRoute, name: 'GRPCRoute', kind: /^GRPCRoute$/ };

/** One split for each rule with backends; also used where a route is written inside another kind. */
export function ruleSplits(spec: Place | null, name: string): readonly Split[] {
  return childrenOf(at(spec, 'rules')).flatMap((rule) => {
    const backends = childrenOf(at(rule, 'backendRefs'));
    const names = uniqueNames([
      backends.map((backend) => wordAt(backend, 'name')),
      backends.map((backend) => `${wordAt(backend, 'name') ?? ''}:${wordAt(backend, 'port') ?? ''}`),
      backends.map((backend) => [wordAt(backend, 'namespace'), wordAt(backend, 'name')].join('/')),
    ]);
    if (hidden(rule, ['backendRefs']) !== null && backends.length === 0)
      return [hiddenSplit(name, rule, ['backendRefs'])];
    if (backends.length === 0 || names === null) return [];
    const entries = backends.map((place, i) => ({ name: names[i] ?? '', place }));
    const of = { name, list: at(rule, 'backendRefs'), route: wordAt(rule, 'name') };
    return [weightedSplit(of, entries, { key: 'weight', absent: 1 })];
  });
}
