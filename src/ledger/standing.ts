/** Orders that people gave and that still stand: holds and freezes. The ledger is their only memory. */
import { ALL, type Entry, type EntryKind } from './entry.ts';

/** One order, as the person gave it. `service` and `environment` are `*` where all of them are meant. */
export interface Order {
  readonly by: string;
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601; null: until somebody lifts it. */
  readonly until: string | null;
  readonly service: string;
  readonly environment: string;
  readonly reason: string | null;
}

export interface Standing {
  /** Automatic rollbacks are stopped there; a person's `/rollback` is not. */
  readonly holds: readonly Order[];
  /** Forward changes are stopped there; rollbacks are not. */
  readonly freezes: readonly Order[];
}

interface Place {
  readonly service: string;
  readonly environment: string;
}

/** The orders that stand at `now` (epoch ms). A lift ends every order inside its place; a narrower lift leaves a wider order alone. */
export function standing(entries: readonly Entry[], now: number): Standing {
  return { holds: orders(entries, 'held', 'resumed', now), freezes: orders(entries, 'frozen', 'unfrozen', now) };
}

/** The newest order that covers this service in this environment; null: none. */
export function orderOn(given: readonly Order[], place: Place): Order | null {
  return given.findLast((order) => covers(order, place)) ?? null;
}

function orders(entries: readonly Entry[], given: EntryKind, lifted: EntryKind, now: number): readonly Order[] {
  let open: Order[] = [];
  for (const entry of entries) {
    if (entry.kind === given) open = [...open.filter((order) => !same(order, entry)), orderOf(entry)];
    if (entry.kind === lifted) open = open.filter((order) => !covers(entry, order));
  }
  return open.filter(({ until }) => until === null || Date.parse(until) > now);
}

function orderOf({ actor, at, service, environment, details }: Entry): Order {
  const text = (key: string): string | null => {
    const value = Object.hasOwn(details, key) ? details[key] : null;
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return { by: actor, since: at, until: text('until'), service, environment, reason: text('reason') };
}

function same(a: Place, b: Place): boolean {
  return a.service === b.service && a.environment === b.environment;
}

function covers(wide: Place, narrow: Place): boolean {
  return within(wide.service, narrow.service) && within(wide.environment, narrow.environment);
}

function within(wide: string, narrow: string): boolean {
  return wide === ALL || wide === narrow;
}
