/** flagd: `targeting` wins over `defaultVariant`, a percentage hides inside it, and DISABLED means the default in the code. */
import { at, childrenOf, numberAt, wordAt } from '../documents.ts';
import type { Doc, Place } from '../documents.ts';
import { childOf } from '../tree.ts';
import type { Node } from '../tree.ts';
import type { Destination, Kind, Placed, Split } from './kind.ts';
import { put, remove } from './kind.ts';

const ABOUT = {
  weight: '`fractional` inside `targeting`; a state other than ENABLED means the default in the code',
  owner: 'Git',
  stable: '`defaultVariant` the safe variant, `targeting` removed because it wins, `state: ENABLED`',
  trafficFirst: 'flagd reads the change within seconds; no pod restarts',
} as const;

export const flagd: Kind = {
  name: 'flagd',
  group: null,
  kind: null,
  file: /(^|\/)[\w.-]*(flags?|flagd)[\w.-]*\.(json|ya?ml)$/,
  shape: hasFlags,
  versions: [
    /^flags(\.[\w-]+|\[[^\]]*\])\.(state|defaultVariant)$/,
    /^flags(\.[\w-]+|\[[^\]]*\])\.targeting(\.|\[).*$/,
  ],
  traffic: [],
  splits: (doc) => (hasFlags(doc.node) ? flagSplits(at(doc, 'flags')) : []),
  about: { version: '`flags.<key>.defaultVariant`', ...ABOUT },
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
  splits: (doc: Doc) => flagSplits(at(doc, 'spec', 'flagSpec', 'flags')),
  about: { version: '`spec.flagSpec.flags.<key>.defaultVariant`', ...ABOUT },
};

/** A map or list of flags that have variants; a list names them by `key`. */
function hasFlags(document: Node): boolean {
  const flags = childOf(document, '.flags')?.node ?? null;
  if (flags === null || flags.kind === 'leaf' || childOf(document, '.apiVersion')) return false;
  return flags.children.some(({ node }) => childOf(node, '.variants') !== null && childOf(node, '.state') !== null);
}

function flagSplits(flags: Place | null): readonly Split[] {
  return childrenOf(flags).map((flag) => {
    const variants = childrenOf(at(flag, 'variants')).map(({ name }) => name);
    const shares = sharesOf(flag, variants);
    return {
      name: wordAt(flag, 'key') ?? flag.name,
      within: [flag],
      keys: ['state', 'defaultVariant', 'targeting', 'variants'],
      destinations: variants.map((name): Destination => ({
        name,
        share: shares === null ? null : (shares.get(name) ?? 0),
      })),
      turnTo: (destination) => turn(flag, destination),
    };
  });
}

/** Null where only an evaluation, or the code of the application, can tell. */
function sharesOf(flag: Place, variants: readonly string[]): ReadonlyMap<string, number> | null {
  if (wordAt(flag, 'state') !== 'ENABLED') return null;
  const targeting = at(flag, 'targeting');
  const standing = wordAt(flag, 'defaultVariant');
  if (isNothing(targeting)) return standing !== null && variants.includes(standing) ? new Map([[standing, 1]]) : null;
  const rules = childrenOf(targeting);
  const buckets = childrenOf(at(targeting, 'fractional')).filter(({ node }) => node.kind === 'list');
  if (rules.length !== 1 || buckets.length === 0) return null;
  const weighed = buckets.map((bucket) => {
    const [variant, weight] = childrenOf(bucket);
    return { variant: wordAt(variant ?? null), weight: weight ? numberAt(weight) : 1 };
  });
  const shares = new Map<string, number>();
  const total = weighed.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  for (const { variant, weight } of weighed) {
    if (variant === null || weight === null || total === 0 || !variants.includes(variant)) return null;
    shares.set(variant, (shares.get(variant) ?? 0) + weight / total);
  }
  return shares;
}

function isNothing(targeting: Place | null): boolean {
  const node = targeting?.node;
  if (!node) return true;
  return node.kind === 'leaf' ? node.value === '' || node.value === 'null' : node.children.length === 0;
}

function turn(flag: Place, variant: string): readonly Placed[] {
  const targeting = at(flag, 'targeting');
  return [
    ...(wordAt(flag, 'state') === 'ENABLED' ? [] : [put(flag, 'state', 'ENABLED', true)]),
    ...(wordAt(flag, 'defaultVariant') === variant ? [] : [put(flag, 'defaultVariant', variant, true)]),
    ...(targeting === null || isNothing(targeting) ? [] : [remove(targeting)]),
  ];
}
