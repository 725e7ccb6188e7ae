/** Which destination serves what is good. */
import { NEWEST, PREVIOUS } from '../../manifests/kinds/kserve.ts';
import type { Carrier } from '../../manifests/traffic.ts';
import type { Sight } from './strategy.ts';

export type Stable =
  { readonly kind: 'stable'; readonly name: string } | { readonly kind: 'unknown'; readonly because: string };

const SAYS_SO = /(^|[-_.])(stable|primary|baseline)$/i;

/**
 * The one of the playbook; else the revision before the newest; else the one that served most when the target did; else the one
 * whose name says so.
 */
export function stableOf(carrier: Carrier, before: Carrier | null, { policy, restore }: Sight): Stable {
  const { destinations, name } = carrier;
  const found = (destination: string): Stable => ({ kind: 'stable', name: destination });
  const unknown = (because: string): Stable => ({ kind: 'unknown', because });
  if (policy.stable !== undefined)
    return destinations.some((one) => one.name === policy.stable)
      ? found(policy.stable)
      : unknown(`${name} has no destination '${policy.stable}'`);
  if (destinations.some((one) => one.name === PREVIOUS) && destinations.some((one) => one.name === NEWEST))
    // Only one revision before the newest is kept.
    return restore.undoes.length <= 1
      ? found(PREVIOUS)
      : unknown(`${name} keeps one revision, and the target is ${restore.undoes.length} releases back`);
  const most = before?.destinations.find(({ share }) => share !== null && share > 0.5)?.name;
  if (most !== undefined && destinations.some((one) => one.name === most)) return found(most);
  const named = destinations.filter((one) => SAYS_SO.test(one.name));
  return named.length === 1 && named[0]
    ? found(named[0].name)
    : unknown(`nobody can say which destination of ${name} is the stable one`);
}
