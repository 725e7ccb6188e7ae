/** Runs every cell on two threads; the answer does not depend on which thread took which cell. */
import { Worker } from 'node:worker_threads';
import type { Delivery, Order } from './worker.ts';

const THREADS = 2;

export async function runAll(
  orders: readonly Order[],
  told: (delivery: Delivery) => void,
): Promise<readonly Delivery[]> {
  const waiting = [...orders];
  const done: Delivery[] = [];
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url));
      const next = () => {
        const order = waiting.shift();
        if (order === undefined) void worker.terminate().then(() => resolve());
        else worker.postMessage(order);
      };
      worker.on('message', (delivery: Delivery) => {
        done.push(delivery);
        told(delivery);
        next();
      });
      worker.on('error', reject);
      next();
    });
  await Promise.all(Array.from({ length: THREADS }, one));
  return done.sort((a, b) => a.place - b.place);
}
