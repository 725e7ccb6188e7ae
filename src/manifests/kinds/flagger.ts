/** Flagger: the version lives in the target Deployment, here only the way it is rolled out. */
import { wordAt } from '../documents.ts';
import type { Doc } from '../documents.ts';
import type { Claim, Kind } from './kind.ts';

const OWN = 'Flagger moves the weights itself';

export const flagger: Kind = {
  name: 'Flagger Canary',
  group: /^flagger\.app$/,
  kind: /^Canary$/,
  file: null,
  versions: [],
  traffic: [/^spec\.analysis\.(stepWeight|maxWeight|iterations)$/, /^spec\.(skipAnalysis|suspend)$/],
  splits: (doc) => [{ name: doc.name, within: [], keys: [], destinations: [], turnTo: () => OWN }],
  claims: (doc) => [ownClaim(doc), claimOf(doc)],
  about: {
    version: 'in the workload that `spec.targetRef` names',
    weight: 'only in its status; `spec.analysis` says how it moves',
    owner: 'Flagger, together with the routes it makes',
    stable:
      'nothing: the version of the target is restored. After a promotion that starts a new analysis, unless `spec.skipAnalysis: true`',
    trafficFirst: null,
  },
};

function ownClaim(doc: Doc): Claim {
  const target = wordAt(doc, 'spec', 'targetRef', 'name') ?? doc.name;
  return {
    ...{
      controller: 'Flagger',
      name: doc.name,
      kind: /^Canary$/,
      target: doc.name,
      namespace: doc.namespace,
      routes: null,
      under: null,
    },
    because: `Flagger moves the weights of ${target} itself: restore the version in its workload`,
  };
}

/** Flagger makes and moves the route that is named like the service, by default like the target. */
function claimOf(doc: Doc): Claim {
  const target = wordAt(doc, 'spec', 'service', 'name') ?? wordAt(doc, 'spec', 'targetRef', 'name') ?? doc.name;
  return {
    controller: 'Flagger',
    name: doc.name,
    kind: /^(VirtualService|HTTPRoute|GRPCRoute|Service)$/,
    target,
    namespace: doc.namespace,
    routes: null,
    under: null,
    because: `Flagger's Canary ${doc.name} makes and moves the routes of ${target}`,
  };
}
