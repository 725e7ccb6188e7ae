/** GO Feature Flag: targeting wins over the default rule, and what is scheduled or rolled out over time changes by itself. */
import { at, childrenOf, numberAt, wordAt } from '../documents.ts';
import type { Place } from '../documents.ts';
import { childOf } from '../tree.ts';
import type { Node } from '../tree.ts';
import type { Destination, Kind, Placed, Split } from './kind.ts';
import { put, remove } from './kind.ts';

/** What decides before the default rule, or changes it as time goes by. */
const OVER_THE_DEFAULT = ['targeting', 'scheduledRollout', 'experimentation'] as const;

export const goFeatureFlag: Kind = {
  name: 'GO Feature Flag',
  group: null,
  kind: null,
  file: null,
  shape: isFlagFile,
  versions: [
    /^(\w|\[")[^.]*\.(disable|version)$/,
    /^(\w|\[")[^.]*\.defaultRule\.(variation|percentage\..*)$/,
    /^(\w|\[")[^.]*\.targeting\[.*\.(variation|percentage\..*|disable)$/,
  ],
  traffic: [],
  splits: (doc) => (isFlagFile(doc.node) ? childrenOf(at(doc)).map(flagSplit) : []),
  about: {
    version: '`<flag>.defaultRule.variation`',
    weight: '`defaultRule.percentage`; `targeting`, `scheduledRollout` and `experimentation` decide first',
    owner: 'Git',
    stable: 'the default rule on the safe variation, `targeting` and what is scheduled removed, `disable: false`',
    trafficFirst: 'the flag file is read again within seconds; no pod restarts',
  },
};

/** A map of flags, each with variations and a default rule. */
function isFlagFile(document: Node): boolean {
  return (
    document.kind === 'map' &&
    document.children.length > 0 &&
    document.children.every(
      ({ node }) => childOf(node, '.variations')?.node.kind === 'map' && childOf(node, '.defaultRule') !== null,
    )
  );
}

function flagSplit(flag: Place & { readonly name: string }): Split {
  const rule = at(flag, 'defaultRule');
  const variations = childrenOf(at(flag, 'variations')).map(({ name }) => name);
  const shares = rule === null ? null : sharesOf(flag, rule);
  return {
    name: flag.name,
    within: [flag, ...(rule === null ? [] : [rule])],
    keys: ['variations', 'defaultRule', 'disable', 'variation', 'percentage', ...OVER_THE_DEFAULT],
    destinations: variations.map((name): Destination => ({
      name,
      share: shares === null ? null : (shares.get(name) ?? 0),
    })),
    turnTo: (destination) => (rule === null ? [] : turn(flag, rule, destination)),
  };
}

function sharesOf(flag: Place, rule: Place): ReadonlyMap<string, number> | null {
  const decided = OVER_THE_DEFAULT.some((key) => childrenOf(at(flag, key)).length > 0);
  if (decided || wordAt(flag, 'disable') === 'true' || at(rule, 'progressiveRollout') !== null) return null;
  const percentages = childrenOf(at(rule, 'percentage'));
  const variation = wordAt(rule, 'variation');
  if (percentages.length === 0) return variation === null ? null : new Map([[variation, 1]]);
  const total = percentages.reduce((sum, place) => sum + (numberAt(place) ?? 0), 0);
  return total === 0 ? null : new Map(percentages.map((place) => [place.name, (numberAt(place) ?? 0) / total]));
}

function turn(flag: Place, rule: Place, destination: string): readonly Placed[] {
  const percentages = at(rule, 'percentage');
  const progressive = at(rule, 'progressiveRollout');
  return [
    ...OVER_THE_DEFAULT.flatMap((key) => {
      const over = at(flag, key);
      return over === null ? [] : [remove(over)];
    }),
    ...(wordAt(flag, 'disable') === 'true' ? [put(flag, 'disable', 'false')] : []),
    ...(progressive === null ? [] : [remove(progressive)]),
    ...(percentages === null
      ? wordAt(rule, 'variation') === destination
        ? []
        : [put(rule, 'variation', destination, true)]
      : turnPercentages(percentages, destination)),
  ];
}

function turnPercentages(percentages: Place, destination: string): readonly Placed[] {
  const listed = childrenOf(percentages);
  const keys = new Set([...listed.map(({ name }) => name), destination]);
  return [...keys].flatMap((key) => {
    const wanted = key === destination ? 100 : 0;
    return numberAt(percentages, key) === wanted ? [] : [put(percentages, key, String(wanted))];
  });
}
