/** KServe LLMInferenceService: a route written inside it, or a group whose members share the traffic by their weights. */
import { at, mayBeNamespace, wordAt } from '../documents.ts';
import type { Doc } from '../documents.ts';
import { ruleSplits } from './http-route.ts';
import type { Kind, Split } from './kind.ts';
import { weightedSplit } from './weights.ts';

export const llmInferenceService: Kind = {
  name: 'LLMInferenceService',
  group: /^serving\.kserve\.io$/,
  kind: /^LLMInferenceService$/,
  file: null,
  versions: [
    /^spec\.model\.(uri|name)$/,
    /^spec\.model\.lora\.adapters\[[^\]]*\]\.uri$/,
    /^spec\.baseRefs\[[^\]]*\]\.name$/,
    /^spec\.(.*\.)?image$/,
  ],
  traffic: [
    /^spec\.router\.route\.(weight|group)$/,
    /^spec\.router\.route\.http\.spec\.rules\[[^\]]*\]\.backendRefs\[[^\]]*\]\.(weight|name)$/,
  ],
  splits: (doc, all) => [
    ...ruleSplits(at(doc, 'spec', 'router', 'route', 'http', 'spec'), doc.name),
    ...groupSplit(doc, all),
  ],
  about: {
    version: '`spec.model.uri`, `spec.model.lora.adapters[].uri`, `spec.baseRefs`, images',
    weight:
      '`spec.router.route.weight` among the members of `spec.router.route.group`; or `backendRefs` of the route inside it',
    owner: 'Git',
    stable: "every other member's weight 0, also where it stands in another file",
    trafficFirst: 'the stable member still holds its model in memory; loading a large one takes minutes',
  },
};

/** Told once for the whole group, by its first member. */
function groupSplit(doc: Doc, all: readonly Doc[]): readonly Split[] {
  const group = wordAt(doc, 'spec', 'router', 'route', 'group');
  if (group === null) return [];
  const members = all.filter(
    (other) =>
      other.kind === doc.kind &&
      mayBeNamespace(other.namespace, doc.namespace) &&
      wordAt(other, 'spec', 'router', 'route', 'group') === group,
  );
  const routes = members.flatMap((member) => at(member, 'spec', 'router', 'route') ?? []);
  if (members[0] !== doc || routes.length !== members.length) return [];
  if (new Set(members.map(({ name }) => name)).size !== members.length) return [];
  const entries = routes.map((place) => ({ name: place.doc.name, place }));
  return [weightedSplit({ name: group, list: null }, entries, { key: 'weight', absent: 0 })];
}
