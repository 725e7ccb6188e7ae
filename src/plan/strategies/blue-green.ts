import { relevant, shiftBy, turnsOf } from './shift.ts';
import { none, type Strategy } from './strategy.ts';

export const blueGreen: Strategy = {
  first: 'the colour in the selector of the Service back to what it was at the target',
  chosen:
    'the release turned the selector of a Service to another colour, and the pods of the old one stand in Git unchanged',
  because: 'the pods of the old colour still run: a selector is a second',
  shift(sight) {
    const turns = turnsOf(sight, ['Service']);
    if (typeof turns === 'string') return none(turns);
    const fit = relevant(sight, turns, sight.policy.strategy === 'auto');
    return typeof fit === 'string' ? none(fit) : shiftBy(sight.now, fit);
  },
};
