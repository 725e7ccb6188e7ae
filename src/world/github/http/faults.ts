/**
 * Calls that are to fail: the way a test makes GitHub have a bad day.
 */
import type { Fault } from '../options.ts';

export class Faults {
  readonly #faults: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#faults.length = 0;
  }

  /** The first fault that matches this call, used up once; null when the call may pass. */
  take(method: string, path: string, body: string): Fault | null {
    const index = this.#faults.findIndex(
      ({ fault }) =>
        (fault.method === undefined || fault.method.toUpperCase() === method) &&
        (fault.path?.test(path) ?? true) &&
        (fault.body?.test(body) ?? true),
    );
    const entry = this.#faults[index];
    if (entry === undefined) return null;
    entry.left -= 1;
    if (entry.left <= 0) this.#faults.splice(index, 1);
    return entry.fault;
  }
}
