import type { Serving } from '../../src/world/services/fleet.ts';
import { tagOf } from '../../src/world/services/kinds/workload.ts';
import type { Town } from '../../src/world/town.ts';

/** A kind of version, read from what really runs. */
export interface Shown {
  readonly of: string;
  read(town: Town): string;
}

/** The version that answers the users; while there are several, each with its share. */
export function served(of: string): Shown {
  return { of, read: (town) => shares(town, ({ version }) => version) };
}

/** What stands on one side, whoever is sent there. */
export function standing(track: string): Shown {
  return { of: track, read: (town) => town.fleet.serving().find((one) => one.track === track)?.version ?? 'none' };
}

/** The image behind them, where something else decides which version it serves. */
export const image: Shown = { of: 'image', read: (town) => town.fleet.state().images.map(tagOf).join(', ') };

/** The name of the side that answers them, such as a colour or the variant of a flag. */
export function side(of: string): Shown {
  return { of, read: (town) => shares(town, ({ track }) => track) };
}

function shares(town: Town, named: (serving: Serving) => string): string {
  const serving = town.fleet.serving().filter(({ share }) => share > 0);
  const [only, ...others] = serving;
  if (only === undefined) return 'none';
  if (others.length === 0) return named(only);
  return serving.map((one) => `${named(one)} ${Math.round(one.share * 100)} %`).join(', ');
}
