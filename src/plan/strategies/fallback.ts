import { carriersOf } from '../../manifests/traffic.ts';
import { shiftBy } from './shift.ts';
import { none, type Shift, type Sight, type Strategy } from './strategy.ts';

export const fallback: Strategy = {
  first: 'the route to the fallback that the playbook names, such as a simpler model',
  chosen: 'never by itself: `strategy: fallback`, or a trigger with `then: fallback`',
  because: 'the simpler model runs all the time, and answers while the other one comes back',
  shift: toFallback,
};

/** Everybody to the fallback of the playbook, whatever the release changed. */
export function toFallback({ now, policy }: Pick<Sight, 'now' | 'policy'>): Shift {
  const wanted = policy.fallback;
  if (wanted === undefined) return none("the playbook names no 'fallback'");
  const named = carriersOf(now).filter(({ name }) => name === wanted.carrier);
  const mine = named.filter(({ owner }) => owner.kind === 'git');
  const [owned] = named.flatMap(({ owner }) => (owner.kind === 'controller' ? [owner.because] : []));
  if (mine.length === 0) return none(owned ?? `no route, Service or flag '${wanted.carrier}' stands in the paths`);
  return shiftBy(
    now,
    mine.map((carrier) => ({ carrier, to: wanted.to })),
  );
}
