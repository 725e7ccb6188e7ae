/** Every strategy; a new one is a file beside this and a row here. */
import type { StrategyName } from '../plan.ts';
import { blueGreen } from './blue-green.ts';
import { canary } from './canary.ts';
import { fallback } from './fallback.ts';
import { flag } from './flag.ts';
import { pin, restore } from './restore.ts';
import type { Strategy } from './strategy.ts';

export const STRATEGIES = {
  flag,
  'blue-green': blueGreen,
  canary,
  fallback,
  pin,
  restore,
} as const satisfies Readonly<Record<StrategyName, Strategy>>;

/** The order in which they are tried where none is named: the fastest first. */
export const TRIED = ['flag', 'blue-green', 'canary'] as const satisfies readonly StrategyName[];
