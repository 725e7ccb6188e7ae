import { messageOf } from '../src/errors.ts';
import { policyOf } from '../src/control/policy.ts';
import type { Log } from '../src/control/doors.ts';
import type { Registry } from '../src/playbook/schema.ts';
import type { Origin } from './errand.ts';
import type { House } from './house.ts';

/** A registry whose moves somebody wants in the ledger of a repository. */
export interface Observer {
  readonly origin: Origin;
  /** Its name in that playbook. */
  readonly name: string;
  readonly registry: Registry;
  readonly observe: NonNullable<Extract<Registry, { kind: 'mlflow' }>['observe']>;
}

export interface Observers {
  /** Everybody who observes something, as the playbooks said it a few minutes ago. Rejects where GitHub does not answer. */
  all(): Promise<readonly Observer[]>;
}

/** However often somebody knocks, the playbooks are read no oftener than this. */
const KNOWN_MS = 300_000;

export function createObservers(parts: {
  readonly house: Pick<House, 'repositories' | 'room'>;
  readonly log: Log;
  /** Epoch ms. */
  readonly now?: () => number;
}): Observers {
  const { house, log, now = Date.now } = parts;
  let known: { readonly at: number; readonly observers: Promise<readonly Observer[]> } | null = null;
  return {
    all() {
      if (known === null || now() - known.at >= KNOWN_MS) {
        const observers = readAll(house, log);
        const mine = { at: now(), observers };
        known = mine;
        // A failure must not be remembered: the next one who asks tries again.
        observers.catch(() => (known = known === mine ? null : known));
      }
      return known.observers;
    },
  };
}

async function readAll(house: Pick<House, 'repositories' | 'room'>, log: Log): Promise<readonly Observer[]> {
  const found: Observer[] = [];
  for (const { name: repository, installationId } of (await house.repositories()).all) {
    const origin = { repository, installationId };
    try {
      found.push(...(await observersIn(house, origin)));
    } catch (error) {
      // One repository that cannot be read must not make the others deaf.
      const reason = messageOf(error);
      log('warn', reason, { during: 'observers', repository });
    }
  }
  return found;
}

async function observersIn(house: Pick<House, 'room'>, origin: Origin): Promise<readonly Observer[]> {
  const { doors } = await house.room(origin.repository, origin.installationId);
  const { playbook } = await doors.repository.overview();
  const parsed = playbook === null ? null : policyOf(playbook);
  if (parsed?.ok !== true) return [];
  return Object.entries(parsed.playbook.registries).flatMap(([name, registry]) => {
    const observe = 'observe' in registry ? registry.observe : undefined;
    return observe === undefined ? [] : [{ origin, name, registry, observe }];
  });
}
