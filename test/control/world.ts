/** A service with a bad release on top of a good one, and what it takes to roll it back. */
import { reviewChanges, type Keep } from '../../src/control/changes.ts';
import type { Ask } from '../../src/control/draft.ts';
import type { Doors } from '../../src/control/doors.ts';
import type { Settled } from '../../src/control/follow.ts';
import { createLoop, type Loop } from '../../src/control/reconcile.ts';
import type { Key } from '../../src/plan/incident.ts';
import { aGateCause, playbookText, type PlaybookParts } from './builders.ts';
import { anOutside, doorsOf, type Outside } from './fakes.ts';

export const KEY: Key = { repo: 'acme/deploy', service: 'web', environment: 'production' };
export const FILE = 'apps/web/deployment.yaml';

export function manifest(version: string): string {
  return `apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: ghcr.io/acme/web:${version}\n`;
}

export interface Released extends Outside {
  readonly good: string;
  readonly bad: string;
}

/** Good ran for an hour, bad for a minute. The errors have begun. */
export function aRelease(
  parts: PlaybookParts = { rollback: { approval: 'auto' } },
  options: { remembers?: boolean } = {},
): Released {
  const outside = anOutside({ playbook: playbookText(parts), ...options });
  const good = outside.repository.release('Release web 1.4.1', { [FILE]: manifest('1.4.1'), 'README.md': 'x' });
  outside.clock.turn(3_600_000);
  const bad = outside.repository.release('Release web 1.4.2', { [FILE]: manifest('1.4.2') });
  outside.clock.turn(60_000);
  return { ...outside, good, bad };
}

export function anAsk(world: Released, overrides: Partial<Ask> = {}): Ask {
  return { cause: aGateCause(), at: new Date(world.clock.now()).toISOString(), bad: world.bad, to: null, ...overrides };
}

/** Looks as often as the loop wants to, with the clock turned in between, until nothing more happens by itself. */
export async function toTheEnd(world: Outside, loop: Loop, ask: Ask | null): Promise<Settled[]> {
  const looks: Settled[] = [];
  for (let asked = ask; looks.length < 500; asked = null) {
    const settled = await loop.reconcile(KEY, asked);
    looks.push(settled);
    await loop.flush().catch(() => undefined);
    if (settled.again === null) return looks;
    world.clock.turn(settled.again);
  }
  throw new Error('500 looks and no end');
}

export function aLoop(world: Outside, doors: Doors = doorsOf(world)): Loop {
  return createLoop(doors);
}

/** What was decided, one word for each look. */
export function steps(looks: readonly Settled[]): string[] {
  const words = looks.map((look) => (look.kind === 'idle' ? 'idle' : wordOf(look.step)));
  return words.filter((word, i) => word !== words[i - 1]);
}

function wordOf(step: Extract<Settled, { kind: 'looked' }>['step']): string {
  switch (step.kind) {
    case 'wait':
      return `wait ${step.for}`;
    case 'escalate':
      return `escalate ${step.trouble}`;
    case 'finish':
      return `finish ${step.outcome}`;
    case 'open':
    case 'adopt':
    case 'close':
    case 'disarm':
    case 'merge':
    case 'update':
    case 'terminate':
    case 'second':
    case 'served':
      return step.kind;
  }
}

/** The rollbacks that a look at the default branch calls for. */
export async function keepsOf(world: Outside): Promise<Keep[]> {
  const keeps: Keep[] = [];
  await reviewChanges(doorsOf(world), null, async (keep) => keeps.push(keep));
  return keeps;
}
