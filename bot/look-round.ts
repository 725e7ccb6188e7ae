import type { Observers } from './observers.ts';
import type { Porter } from './porter.ts';

/** The round for registries that send no webhook: each is looked at as often as its playbook says. */
export function createLookRound(parts: {
  readonly observers: Observers;
  readonly porter: Pick<Porter, 'moved'>;
  /** Epoch ms. */
  readonly now?: () => number;
}): () => Promise<void> {
  const { observers, porter, now = Date.now } = parts;
  const looked = new Map<string, number>();
  return async () => {
    for (const { origin, name, observe } of await observers.all()) {
      const key = `${origin.repository} ${name}`;
      if (observe.poll === undefined || now() - (looked.get(key) ?? -Infinity) < observe.poll) continue;
      looked.set(key, now());
      await porter.moved(origin, { registry: name, moves: null }, null);
    }
  };
}
