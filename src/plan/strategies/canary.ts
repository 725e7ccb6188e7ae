import type { KindName } from '../../manifests/traffic.ts';
import { relevant, shiftBy, turnsOf } from './shift.ts';
import { none, type Strategy } from './strategy.ts';

const KINDS: readonly KindName[] = [
  'HTTPRoute',
  'GRPCRoute',
  'VirtualService',
  'InferenceService',
  'LLMInferenceService',
  'Seldon Experiment',
];

export const canary: Strategy = {
  first: 'the weight of the bad arm to 0, in the route or the InferenceService',
  chosen:
    'a route splits between destinations, no controller owns its weights, and what the release changed stands only behind the others',
  because: 'the stable pods still run: a weight is a second, a version is a roll-out or a model that loads again',
  shift(sight) {
    const turns = turnsOf(sight, KINDS);
    if (typeof turns === 'string') return none(turns);
    const fit = relevant(sight, turns, sight.policy.strategy === 'auto');
    return typeof fit === 'string' ? none(fit) : shiftBy(sight.now, fit);
  },
};
