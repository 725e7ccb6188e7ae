import { sha256 } from '../src/adapters/sha256.ts';
import type { Task } from '../src/adapters/queue/queue.ts';
import type { Spoken } from '../src/control/command.ts';
import type { Ask } from '../src/control/draft.ts';
import type { MergeGroup } from '../src/control/merge-group.ts';
import type { Protection } from '../src/control/protection.ts';
import type { Pressed } from '../src/control/buttons.ts';
import type { Which } from '../src/control/ready-check.ts';
import type { Key } from '../src/plan/incident.ts';
import type { GateRun } from '../src/ports.ts';
import type { Move } from '../src/registries/moves.ts';
import { readButtonsName } from '../src/report/buttons.ts';

/** Where an event came from. */
export interface Origin {
  readonly repository: string;
  readonly installationId: number;
}

/** What the inbox keeps: where to look, and what was said. Plain JSON, so that any replica can go on with it. */
export type Errand =
  | { readonly kind: 'look'; readonly origin: Origin; readonly key: Key }
  | { readonly kind: 'ask'; readonly origin: Origin; readonly key: Key; readonly ask: Ask }
  | { readonly kind: 'comment'; readonly origin: Origin; readonly spoken: Spoken }
  | { readonly kind: 'gate'; readonly origin: Origin; readonly run: GateRun }
  /** The open pull requests (null: all) are told what is frozen or quarantined. */
  | { readonly kind: 'changes'; readonly origin: Origin; readonly number: number | null }
  /** Whether these pull requests could be rolled back; `tries`: how often GitHub's trial merge was waited for. */
  | { readonly kind: 'ready'; readonly origin: Origin; readonly which: Which; readonly tries: number }
  /** A button of a check run was pressed. */
  | { readonly kind: 'press'; readonly origin: Origin; readonly pressed: Pressed }
  /** A workflow run waits at an environment until its gate has decided. */
  | { readonly kind: 'protect'; readonly origin: Origin; readonly asked: Protection }
  /** Pointers of a registry were moved; `moves` null: something moved, or it is time to look. */
  | {
      readonly kind: 'moved';
      readonly origin: Origin;
      readonly registry: string;
      readonly moves: readonly Move[] | null;
    }
  | { readonly kind: 'merge-group'; readonly origin: Origin; readonly mergeGroup: MergeGroup };

/**
 * Looks, asks and presses of one key share a lane, so that replicas too take one at a time. A comment does not name its key before it
 * is read: the comments of one page share a lane. Should two replicas then work on one key, every write meets what the other one did.
 */
export function taskOf(errand: Errand): Task<Errand> {
  const group = errand.origin.repository;
  const task = (lane: string, id: string): Task<Errand> => ({ lane, id: `${errand.kind} ${id}`, group, work: errand });
  switch (errand.kind) {
    case 'look':
    case 'ask': {
      const lane = laneOf(group, errand.key);
      return errand.kind === 'look' ? task(lane, lane) : task(lane, `${lane} ${causeOf(errand.ask)}`);
    }
    case 'comment': {
      const { page, commentId } = errand.spoken;
      return page.kind === 'issue'
        ? task(`${group}#${page.number}`, `${group} ${commentId}`)
        : task(`${group}#${page.sha}`, `${group} commit ${commentId}`);
    }
    case 'changes': {
      const lane = `${group}^${errand.number ?? 'all'}`;
      return task(lane, lane);
    }
    case 'ready': {
      const { which, tries } = errand;
      const lane = `${group}~${'number' in which ? which.number : which.head}`;
      return task(lane, `${lane} ${tries}`);
    }
    case 'press': {
      const { check, checkRunId, action } = errand.pressed;
      const place = readButtonsName(check);
      return task(place ? laneOf(group, place) : `${group}!${check}`, `${group} ${checkRunId} ${action}`);
    }
    case 'protect': {
      const lane = `${group}%${errand.asked.runId}/${errand.asked.environment}`;
      return task(lane, lane);
    }
    case 'moved':
      return task(`${group}~${errand.registry}`, `${group} ${errand.registry} ${digestOf(errand.moves)}`);
    case 'merge-group':
      return task(`${group}@${errand.mergeGroup.head}`, `${group} ${errand.mergeGroup.head}`);
    case 'gate':
      return task(`${group}@${errand.run.sha}`, `${group} ${errand.run.id}`);
  }
}

function laneOf(group: string, { service, environment }: Pick<Key, 'service' | 'environment'>): string {
  return `${group}/${environment}/${service}`;
}

/** A name may not be as long as what a webhook says. */
function digestOf(moves: readonly Move[] | null): string {
  return moves === null ? 'look' : sha256(JSON.stringify(moves));
}

/** The same cause asks once, however many events report it. */
function causeOf(ask: Ask): string {
  return JSON.stringify([ask.at, ask.bad, ask.to, ask.cause]);
}
