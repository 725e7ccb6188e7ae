/** A hand-made blue/green switch is the selector of a Service. */
import { at, childrenOf, mayBeNamespace, wordAt } from '../documents.ts';
import type { Doc } from '../documents.ts';
import type { Kind, Split } from './kind.ts';
import { put } from './kind.ts';

const COLOURS = ['color', 'colour', 'slot', 'track', 'version', 'release'] as const;

export const service: Kind = {
  name: 'Service',
  group: /^$/,
  kind: /^Service$/,
  file: null,
  versions: [/^spec\.selector\.(version|release)$/, /^spec\.selector\["[^"]*\/version"\]$/],
  traffic: [/^spec\.selector\.(colou?r|slot|track)$/],
  splits: (doc, all) => COLOURS.flatMap((key) => colourSplit(doc, all, key)),
  about: {
    version: '`spec.selector.version` or `release`, where it names one',
    weight: '`spec.selector.color`, `slot`, `track`, `version` or `release`: everybody goes to the pods of one colour',
    owner: 'a Rollout that names the Service puts its own hash there; else Git',
    stable: 'the selector of the stable colour, if a workload with that label stands in Git',
    trafficFirst: 'the pods of the other colour still run',
  },
};

/** The colours are those of the workloads that the rest of the selector finds. */
function colourSplit(doc: Doc, all: readonly Doc[], key: string): readonly Split[] {
  const selector = at(doc, 'spec', 'selector');
  const now = wordAt(selector, key);
  if (selector === null || now === null) return [];
  const others = childrenOf(selector).filter(({ name }) => name !== key);
  const colours = all.flatMap((workload) => {
    const labels = at(workload, 'spec', 'template', 'metadata', 'labels');
    const found = others.length > 0 && others.every((label) => wordAt(labels, label.name) === wordAt(label));
    const colour = wordAt(labels, key);
    return found && colour !== null && mayBeNamespace(workload.namespace, doc.namespace) ? [colour] : [];
  });
  const names = [...new Set([now, ...colours])];
  return [
    {
      name: doc.name,
      within: [selector],
      keys: [key],
      destinations: names.map((name) => ({ name, share: name === now ? 1 : 0 })),
      turnTo: (destination) => [put(selector, key, destination, true)],
    },
  ];
}
