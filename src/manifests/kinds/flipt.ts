/** Flipt in Git: rules decide before the default, and for a boolean flag `enabled` is the value itself. */
import { at, childrenOf, numberAt, wordAt } from '../documents.ts';
import type { Doc, Place } from '../documents.ts';
import { childOf } from '../tree.ts';
import type { Node } from '../tree.ts';
import type { Destination, Kind, Placed, Split } from './kind.ts';
import { put } from './kind.ts';

export const flipt: Kind = {
  name: 'Flipt',
  group: null,
  kind: null,
  file: /(^|\/)([\w.-]+\.)?features\.(ya?ml|json)$/,
  shape: isFlipt,
  versions: [
    /^flags\[[^\]]*\]\.enabled$/,
    /^flags\[[^\]]*\]\.rules\[.*\.(rollout|variant)$/,
    /^flags\[[^\]]*\]\.rollouts\[.*\.(percentage|value)$/,
    /^flags\[[^\]]*\]\.variants\[[^\]]*\]\.default$/,
  ],
  traffic: [],
  splits: (doc) =>
    childrenOf(isFlipt(doc.node) ? at(doc, 'flags') : null).map((flag) =>
      wordAt(flag, 'type') === 'BOOLEAN_FLAG_TYPE' ? booleanSplit(flag) : variantSplit(flag, doc),
    ),
  about: {
    version: '`flags[].enabled`, `variants[].default`',
    weight: '`rules[].distributions[].rollout` of a variant flag, `rollouts[].threshold` of a boolean one',
    owner: 'Git; the Flipt server may commit there too',
    stable: 'every rule and the default on the safe variant; a boolean flag gets `enabled` and no roll-out beside it',
    trafficFirst: 'Flipt follows its repository; no pod restarts',
  },
};

function isFlipt(document: Node): boolean {
  const flags = childOf(document, '.flags')?.node;
  return (
    flags?.kind === 'list' &&
    flags.children.some(
      ({ node }) => childOf(node, '.key') !== null && (childOf(node, '.enabled') ?? childOf(node, '.rules')) !== null,
    )
  );
}

/** Default variants came with version 1.3 of the file, which is what a file without a version is. */
function knowsDefaults(doc: Doc): boolean {
  return !['1.0', '1.1', '1.2'].includes(wordAt(doc, 'version') ?? '');
}

function nameOf(flag: Place): string {
  return wordAt(flag, 'key') ?? '';
}

function variantSplit(flag: Place, doc: Doc): Split {
  const variants = childrenOf(at(flag, 'variants'));
  const names = variants.flatMap((variant) => wordAt(variant, 'key') ?? []);
  const rules = childrenOf(at(flag, 'rules'));
  const distributions = rules.map((rule) => childrenOf(at(rule, 'distributions')));
  const shares = wordAt(flag, 'enabled') === 'true' ? variantShares(flag, rules, at(doc, 'segments')) : null;
  return {
    name: nameOf(flag),
    within: [flag, ...variants, ...distributions.flat()],
    keys: ['enabled', 'variants', 'rules', 'default', 'variant', 'rollout'],
    destinations: names.map((name): Destination => ({ name, share: shares === null ? null : (shares.get(name) ?? 0) })),
    turnTo: (destination) => {
      if (distributions.some((entries) => entries.length === 0)) return `a rule of ${nameOf(flag)} names no variant`;
      const defaults = turnDefault(variants, destination, rules.length > 0);
      if (defaults.length > 0 && !knowsDefaults(doc))
        return `its version ${wordAt(doc, 'version') ?? ''} has no default variants, so those whom no rule matches get what the code says`;
      const rest = distributions.flatMap((entries) => turnRule(entries, destination));
      return [...(wordAt(flag, 'enabled') === 'true' ? [] : [put(flag, 'enabled', 'true')]), ...rest, ...defaults];
    },
  };
}

/** Null where the rules send different people to different variants. */
function variantShares(
  flag: Place,
  rules: readonly Place[],
  segments: Place | null,
): ReadonlyMap<string, number> | null {
  const standing = childrenOf(at(flag, 'variants')).find((variant) => wordAt(variant, 'default') === 'true');
  const defaults = standing ? [new Map([[wordAt(standing, 'key') ?? '', 1]])] : [];
  const ruled = rules.map(sharesOfRule);
  const [first] = ruled;
  if (first && rules[0] && matchesAll(rules[0], segments)) return first;
  const all = [...ruled, ...defaults];
  const only = all[0] ? [...all[0]].find(([, share]) => share === 1)?.[0] : undefined;
  return only !== undefined && all.every((shares) => shares.get(only) === 1) ? new Map([[only, 1]]) : null;
}

function sharesOfRule(rule: Place): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const entry of childrenOf(at(rule, 'distributions'))) {
    const variant = wordAt(entry, 'variant') ?? '';
    shares.set(variant, (shares.get(variant) ?? 0) + (numberAt(entry, 'rollout') ?? 0) / 100);
  }
  return shares;
}

/** A segment without constraints is everybody. */
function matchesAll(rule: Place, segments: Place | null): boolean {
  const key = wordAt(rule, 'segment');
  const segment = childrenOf(segments).find((one) => wordAt(one, 'key') === key);
  return key !== null && segment !== undefined && childrenOf(at(segment, 'constraints')).length === 0;
}

/** Where the rule does not know the variant, its first distribution becomes the one. */
function turnRule(entries: readonly Place[], destination: string): readonly Placed[] {
  const named = entries.findIndex((entry) => wordAt(entry, 'variant') === destination);
  const chosen = Math.max(0, named);
  return entries.flatMap((entry, i) => {
    const wanted = i === chosen ? 100 : 0;
    return [
      ...(i === chosen && named < 0 ? [put(entry, 'variant', destination, true)] : []),
      ...(numberAt(entry, 'rollout') === wanted ? [] : [put(entry, 'rollout', String(wanted))]),
    ];
  });
}

/** A flag without a default leaves those whom no rule matches to the code, and it stays so. */
function turnDefault(variants: readonly Place[], destination: string, hasRules: boolean): readonly Placed[] {
  const isDefault = (variant: Place): boolean => wordAt(variant, 'default') === 'true';
  if (hasRules && !variants.some(isDefault)) return [];
  return variants.flatMap((variant) => {
    const wanted = wordAt(variant, 'key') === destination;
    return isDefault(variant) === wanted ? [] : [put(variant, 'default', String(wanted))];
  });
}

function booleanSplit(flag: Place): Split {
  const rollouts = childrenOf(at(flag, 'rollouts'));
  const parts = rollouts.map((one) => ({ segment: at(one, 'segment'), threshold: at(one, 'threshold') }));
  const enabled = wordAt(flag, 'enabled') === 'true' ? 1 : 0;
  const share = parts.reduceRight<number | null>((rest, { segment, threshold }) => {
    const value = wordAt(segment ?? threshold, 'value') === 'true' ? 1 : 0;
    if (segment !== null) return rest === value ? rest : null;
    const part = (numberAt(threshold, 'percentage') ?? 0) / 100;
    return rest === null ? null : part * value + (1 - part) * rest;
  }, enabled);
  return {
    name: nameOf(flag),
    within: [flag, ...parts.flatMap(({ segment, threshold }) => segment ?? threshold ?? [])],
    keys: ['enabled', 'rollouts', 'value', 'percentage'],
    destinations: [
      { name: 'true', share },
      { name: 'false', share: share === null ? null : 1 - share },
    ],
    turnTo: (destination) => [
      ...(wordAt(flag, 'enabled') === destination ? [] : [put(flag, 'enabled', destination)]),
      ...parts.flatMap(({ segment, threshold }) => [
        ...(segment !== null && (wordAt(segment, 'value') ?? 'false') !== destination
          ? [put(segment, 'value', destination)]
          : []),
        ...(threshold !== null &&
        (wordAt(threshold, 'value') ?? 'false') !== destination &&
        numberAt(threshold, 'percentage') !== 0
          ? [put(threshold, 'percentage', '0')]
          : []),
      ]),
    ],
  };
}
