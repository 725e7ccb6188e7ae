/** KServe InferenceService: an absent canaryTrafficPercent means that the newest revision gets everything. */
import { at, childrenOf, numberAt, wordAt } from '../documents.ts';
import type { Doc, Place } from '../documents.ts';
import type { Kind, Placed, Split } from './kind.ts';
import { put } from './kind.ts';

export const NEWEST = 'newest revision';
export const PREVIOUS = 'previous revision';
const STABLE = 'stable';

const COMPONENTS = ['predictor', 'transformer', 'explainer'] as const;
const KEY = 'canaryTrafficPercent';
const MODE = 'serving.kserve.io/deploymentMode';

export const inferenceService: Kind = {
  name: 'InferenceService',
  group: /^serving\.kserve\.io$/,
  kind: /^(InferenceService|TrainedModel)$/,
  file: null,
  versions: [/\.storageUri$/, /\.storageUris\[.*$/, /^spec\.(.*\.)?(runtime|runtimeVersion|image)$/],
  traffic: [/^spec\.(.*\.)?(canaryTrafficPercent|trafficPercent)$/],
  splits: (doc) => {
    if (doc.kind !== 'InferenceService') return [];
    return at(doc, 'spec', 'canary') === null ? revisionSplits(doc) : candidateSplits(doc);
  },
  about: {
    version:
      '`spec.predictor.model.storageUri` (or under the framework), `runtimeVersion`, images; also of transformer and explainer',
    weight:
      'serverless: `canaryTrafficPercent` of each component, absent means everything to the newest revision. Standard: `spec.canary[].trafficPercent`',
    owner: 'Git',
    stable:
      'serverless: `canaryTrafficPercent: 0`, which pins the previous revision. Standard: every `trafficPercent: 0`',
    trafficFirst:
      'the previous revision still holds its model; restoring the version makes a third one that loads it again',
  },
};

/**
 * Serverless: only two revisions are known, the newest and the one rolled out before it, for each component by itself. A component
 * that the release left alone must not be turned: its revision before is older than what was good.
 */
function revisionSplits(doc: Doc): readonly Split[] {
  const components = COMPONENTS.flatMap((component) => at(doc, 'spec', component) ?? []);
  if (at(doc, 'spec', 'predictor') === null) return [];
  const mode = wordAt(doc, 'metadata', 'annotations', MODE);
  const written = components.filter((place) => at(place, KEY) !== null);
  const turned = written.length > 0 ? written : components;
  const newest = Math.max(...turned.map((place) => numberAt(place, KEY) ?? 100)) / 100;
  const turn = (destination: string): readonly Placed[] =>
    turned.flatMap((place) => {
      const wanted = destination === NEWEST ? 100 : 0;
      return (numberAt(place, KEY) ?? 100) === wanted ? [] : [put(place, KEY, String(wanted))];
    });
  return [
    {
      ...{ name: doc.name, within: components, keys: [KEY] },
      destinations: [
        { name: NEWEST, share: newest },
        { name: PREVIOUS, share: 1 - newest },
      ],
      turnTo: (destination) =>
        notServerless(mode, written.length > 0) ??
        (turned.length > 1 && written.length === 0
          ? `it has ${turned.length} components, and no ${KEY} says which of them the release changed`
          : turn(destination)),
    },
  ];
}

function notServerless(mode: string | null, isWritten: boolean): string | null {
  if (mode !== null && !/^(Serverless|Knative)$/.test(mode))
    return `its mode is ${mode}, which keeps no previous revision to turn to`;
  return mode === null && !isWritten
    ? `neither the annotation ${MODE} nor ${KEY} says that it is serverless; with the annotation one number is enough`
    : null;
}

/** Standard mode: candidates stand beside the predictor; what they leave goes to it. */
function candidateSplits(doc: Doc): readonly Split[] {
  const canary = at(doc, 'spec', 'canary');
  const candidates = childrenOf(canary).map((place) => ({
    place,
    name: wordAt(place, 'predictor', 'name') ?? place.name,
    share: (numberAt(place, 'trafficPercent') ?? 0) / 100,
  }));
  if (canary === null) return [];
  const rest = candidates.reduce((left, { share }) => left - share, 1);
  const turnTo = (destination: string): readonly Placed[] =>
    candidates.flatMap(({ place, name, share }) => {
      const wanted = name === destination ? 1 : 0;
      return wanted === share ? [] : [percent(place, wanted)];
    });
  const stable = wordAt(doc, 'spec', 'predictor', 'name') ?? STABLE;
  const destinations = [
    { name: stable, share: Math.max(0, Number(rest.toFixed(6))) },
    ...candidates.map(({ name, share }) => ({ name, share })),
  ];
  const within = [canary, ...candidates.map(({ place }) => place)];
  return [{ name: doc.name, within, keys: ['trafficPercent', 'predictor'], destinations, turnTo }];
}

function percent(place: Place, share: number): Placed {
  return put(place, 'trafficPercent', String(share * 100));
}
