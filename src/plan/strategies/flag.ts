import { carriersOf } from '../../manifests/traffic.ts';
import type { Carrier, KindName } from '../../manifests/traffic.ts';
import { isSame, shiftBy, turnsOf } from './shift.ts';
import { none, type Strategy } from './strategy.ts';

const KINDS: readonly KindName[] = ['flagd', 'FeatureFlag', 'Flipt', 'GO Feature Flag'];

export const flag: Strategy = {
  first: 'the flag back to the variant that was served at the target',
  chosen: 'the release switched a flag, beside other files',
  because: 'a flag is read again within seconds, and no pod restarts',
  shift(sight) {
    const turns = turnsOf(sight, KINDS);
    if (typeof turns === 'string') return none(turns);
    const before = carriersOf(sight.good);
    const switched = turns.filter(
      ({ carrier }) => !before.some((one) => isSame(one, carrier) && servesAlike(one, carrier)),
    );
    const fit = sight.policy.strategy === 'auto' ? switched : turns;
    return fit.length === 0 ? none('the release switched no flag') : shiftBy(sight.now, fit);
  },
};

function servesAlike(a: Carrier, b: Carrier): boolean {
  return a.destinations.every(({ name, share }) => b.destinations.find((one) => one.name === name)?.share === share);
}
