/** From a snippet of a page to the whole playbook that it is a part of. */

export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const TRIGGERS = [{ name: 'errors', bad: 'failed', total: 'requests', if: 'rate > baseline + 0.5pp', then: 'ask' }];
const CRITERIA = [{ name: 'errors', bad: 'failed', total: 'requests', if: 'rate > 2%' }];

/** What pages take for granted: the names that their snippets use. */
const REST: Mapping = {
  version: 1,
  sources: { prometheus: { kind: 'prometheus', url: 'http://prometheus:9090' } },
  argocd: { url: 'https://argocd.example.com' },
  registries: {
    models: { kind: 'mlflow', url: 'https://mlflow.corp.example' },
    flags: { kind: 'launchdarkly', project: 'shop', environment: 'production' },
  },
  ...inEnvironment({
    paths: ['apps/recommender/production'],
    applications: ['recommender-production'],
    verify: { 'healthy-for': '30s', within: '10m', source: 'prometheus', arm: 'track="all"', criteria: CRITERIA },
  }),
};

const OF_FILE = ['sources', 'registries', 'tiers', 'prices', 'argocd', 'services'];
const OF_ENVIRONMENT = ['gate', 'verify', 'rollback', 'notify', 'artefacts'];
const OF_GATE = ['arms', 'triggers'];

/** Null where the snippet is not of a playbook; `tiers` are those that the page has shown. */
export function wholePlaybook(snippet: unknown, tiers: unknown): Mapping | null {
  if (isMapping(snippet) && 'version' in snippet) return snippet;
  const placed = inPlace(snippet);
  if (placed === null) return null;
  const asksTier = JSON.stringify(placed).includes('tier.');
  const named = isMapping(placed['sources']) ? Object.keys(placed['sources']) : [];
  const gate = { source: named[0] ?? 'prometheus', arms: { canary: 'a="b"', baseline: 'a="c"' }, triggers: TRIGGERS };
  const tiered = tiers !== undefined && asksTier ? { tiers, ...inService({ tier: 'critical' }) } : {};
  return [tiered, inEnvironment({ gate }), placed].reduce(merged, REST);
}

/** The snippet at the place where it belongs. */
function inPlace(snippet: unknown): Mapping | null {
  if (Array.isArray(snippet))
    return snippet.every((one) => isMapping(one) && 'if' in one)
      ? inEnvironment({ gate: { triggers: snippet } })
      : null;
  if (!isMapping(snippet)) return null;
  const some = (keys: readonly string[]): Mapping =>
    Object.fromEntries(Object.entries(snippet).filter(([key]) => keys.includes(key)));
  const gate = some(OF_GATE);
  const parts = [
    some(OF_FILE),
    'environments' in snippet ? inService(snippet) : {},
    wrapped(some(OF_ENVIRONMENT), inEnvironment),
    wrapped(gate, (inside) => inEnvironment({ gate: inside })),
  ].filter((part) => Object.keys(part).length > 0);
  return parts.length === 0 ? null : parts.reduce(merged);
}

function wrapped(part: Mapping, place: (inside: Mapping) => Mapping): Mapping {
  return Object.keys(part).length === 0 ? {} : place(part);
}

function inService(inside: Mapping): Mapping {
  return { services: { recommender: inside } };
}

function inEnvironment(inside: Mapping): Mapping {
  return inService({ environments: { production: inside } });
}

/** Mappings go into each other; of anything else the later one stays. */
function merged(one: Mapping, other: Mapping): Mapping {
  return Object.entries(other).reduce<Mapping>((all, [key, value]) => {
    const before = all[key];
    return { ...all, [key]: isMapping(before) && isMapping(value) ? merged(before, value) : value };
  }, one);
}
