import type { Kind } from './kind.ts';

/** Flagger: the version lives in the target Deployment, here only the way it is rolled out. */
export const flagger: Kind = {
  name: 'Canary',
  group: /^flagger\.app$/,
  kind: /^Canary$/,
  file: null,
  versions: [],
  traffic: [/^spec\.analysis\.(stepWeight|maxWeight|iterations)$/, /^spec\.(skipAnalysis|suspend)$/],
};

export const virtualService: Kind = {
  name: 'VirtualService',
  group: /^networking\.istio\.io$/,
  kind: /^VirtualService$/,
  file: null,
  versions: [],
  traffic: [/^spec\.(http|tcp|tls)\[[^\]]*\]\.route\[[^\]]*\]\.(weight|destination\.(host|subset))$/],
};

/** An absent weight means 1, not 0. */
export const httpRoute: Kind = {
  name: 'HTTPRoute',
  group: /^gateway\.networking\.k8s\.io$/,
  kind: /^(HTTPRoute|GRPCRoute)$/,
  file: null,
  versions: [],
  traffic: [/^spec\.rules\[[^\]]*\]\.backendRefs\[[^\]]*\]\.(weight|name)$/],
};
