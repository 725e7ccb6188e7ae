import { parentPort } from 'node:worker_threads';
import { grid } from './grid.ts';
import type { Result } from './simulate.ts';

export interface Order {
  readonly quick: boolean;
  readonly place: number;
  readonly releases: number;
  readonly seed: number;
}

export interface Delivery {
  readonly place: number;
  readonly results: readonly Result[];
  readonly ms: number;
}

parentPort?.on('message', ({ quick, place, releases, seed }: Order) => {
  const start = performance.now();
  const results = grid(quick)[place]?.run(releases, seed) ?? [];
  parentPort?.postMessage({ place, results, ms: performance.now() - start } satisfies Delivery);
});
