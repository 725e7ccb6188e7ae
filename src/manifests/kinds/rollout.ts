/** Argo Rollouts: the live weight is in the status, Git holds the steps and the names of the two services. */
import { at, childrenOf, wordAt } from '../documents.ts';
import type { Doc, Place } from '../documents.ts';
import type { Claim, Kind } from './kind.ts';
import { POD_IMAGES, TEMPLATE_IMAGES } from './workload.ts';

const OWN = 'Argo Rollouts moves the weights itself';

export const rollout: Kind = {
  name: 'Rollout',
  group: /^argoproj\.io$/,
  kind: /^Rollout$/,
  file: null,
  versions: [...POD_IMAGES, ...TEMPLATE_IMAGES, /^spec\.workloadRef\.name$/],
  traffic: [
    /^spec\.strategy\.canary\.steps\[\d+\]\.setWeight$/,
    /^spec\.strategy\.blueGreen\.(activeService|previewService|autoPromotionEnabled)$/,
  ],
  splits: (doc) => [{ name: doc.name, within: [], keys: [], destinations: [], turnTo: () => OWN }],
  claims: (doc) => [ownClaim(doc), ...serviceClaims(doc), ...routeClaims(doc)],
  about: {
    version: 'images, arguments and variables of the pod template, or of the workload in `spec.workloadRef`',
    weight: 'only in its status; `spec.strategy` holds steps, or the active and the preview Service',
    owner: 'Argo Rollouts, together with the routes and Services it names',
    stable:
      'nothing: the pod template is restored. Back to the stable ReplicaSet during an update, or inside `rollbackWindow`, it skips the steps',
    trafficFirst: null,
  },
};

function ownClaim(doc: Doc): Claim {
  return {
    ...claim(doc, /^Rollout$/, doc.name),
    because: `Argo Rollouts moves the weights of ${doc.name} itself: restore the version in its pod template`,
  };
}

/** The controller puts the hash of a ReplicaSet into the selectors of these. */
function serviceClaims(doc: Doc): readonly Claim[] {
  const names = [
    ...['canary.stableService', 'canary.canaryService', 'canary.pingPong.pingService', 'canary.pingPong.pongService'],
    ...['blueGreen.activeService', 'blueGreen.previewService'],
  ];
  return names.flatMap((path) => {
    const target = wordAt(doc, 'spec', 'strategy', ...path.split('.'));
    return target === null ? [] : [claim(doc, /^Service$/, target)];
  });
}

function routeClaims(doc: Doc): readonly Claim[] {
  const routing = at(doc, 'spec', 'strategy', 'canary', 'trafficRouting');
  const istio = [at(routing, 'istio', 'virtualService'), ...childrenOf(at(routing, 'istio', 'virtualServices'))];
  const plugin = at(routing, 'plugins', 'argoproj-labs/gatewayAPI');
  const single = ['httpRoute', 'grpcRoute'].map((key) => wordAt(plugin, key));
  const listed = ['httpRoutes', 'grpcRoutes'].flatMap((key) =>
    childrenOf(at(plugin, key)).map((route) => wordAt(route, 'name')),
  );
  return [
    ...istio.flatMap((service) => (service === null ? [] : istioClaim(doc, service))),
    ...[...single, ...listed].flatMap((target) =>
      target === null ? [] : [claim(doc, /^(HTTPRoute|GRPCRoute)$/, target, wordAt(plugin, 'namespace'))],
    ),
  ];
}

function istioClaim(doc: Doc, service: Place): readonly Claim[] {
  const [target = '', namespace = null] = (wordAt(service, 'name') ?? '').split('.');
  const routes = childrenOf(at(service, 'routes')).map(({ name }) => name);
  if (target === '') return [];
  return [{ ...claim(doc, /^VirtualService$/, target, namespace), routes: routes.length === 0 ? null : routes }];
}

function claim(doc: Doc, kind: RegExp, target: string, namespace = doc.namespace): Claim {
  return {
    ...{ controller: 'Argo Rollouts', name: doc.name, kind, target, routes: null, under: null },
    namespace: namespace ?? doc.namespace,
    because: `the Rollout ${doc.name} moves the weights of ${target}`,
  };
}
