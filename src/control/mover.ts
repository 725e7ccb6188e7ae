/** Pointers that go back together with a revert, once it is merged; told beside the loop: it neither waits for this nor fails with it. */
import { messageOf } from '../errors.ts';
import { parse as parseLedger } from '../ledger/chain.ts';
import type { Line } from '../ledger/entry.ts';
import { ledAt, versionIn } from '../ledger/pointers.ts';
import { groupChanges } from '../plan/changes.ts';
import { whenGood } from '../plan/history.ts';
import type { Incident } from '../plan/incident.ts';
import type { LastGood } from '../plan/plan.ts';
import type { Target } from '../playbook/target.ts';
import type { Pull } from '../ports.ts';
import { toReference, type PointerReference } from '../registries/pointers.ts';
import { movesComment } from '../report/repoint.ts';
import type { Doors } from './doors.ts';
import { createMemo, MOST_INCIDENTS } from './memo.ts';
import type { Observed } from './observed.ts';
import type { Recorder } from './record.ts';
import { disclose, outcomeEntry, planMove, sendOnce, type MovePlace, type Outcome } from './repoint.ts';

export interface Mover {
  /** Returns at once and never throws. */
  see(seen: Observed, target: Target): void;
  /** Resolves when nothing is on its way. */
  flush(): Promise<void>;
}

type MoverDoors = Pick<Doors, 'repository' | 'clock' | 'log' | 'artefacts' | 'movers'>;

/** A ledger that could not be written is tried again by a later look, so often. */
const MOST_TRIES = 5;

export function createMover(doors: MoverDoors, recorder: Recorder): Mover {
  const tries = createMemo<number>(MOST_INCIDENTS);
  const busy = new Set<string>();
  /** Moves that this process disclosed, perhaps, and certainly did not send. */
  const notSent = new Set<string>();
  let running: Promise<void> = Promise.resolve();

  async function move(target: Target, incident: Incident, good: LastGood, pull: Pull): Promise<void> {
    try {
      const outcomes = await moveAll(doors, recorder, { target, incident, good, pull, notSent });
      if (outcomes.length > 0)
        await doors.repository.comment(
          { kind: 'issue', number: pull.number },
          movesComment(outcomes, doors.repository.name, target),
        );
      tries.set(incident.id, MOST_TRIES);
    } catch (error) {
      const reason = messageOf(error);
      doors.log('warn', 'pointers are not moved yet', { incident: incident.id, reason });
    } finally {
      busy.delete(incident.id);
    }
  }

  return {
    see({ stage, incident }, target) {
      const applies = target.rules.rollback.repoint.some(({ apply }) => apply);
      if (!applies || !doors.movers || stage.kind !== 'opened' || stage.remembered.pull.state !== 'merged') return;
      // A pointer goes with the version.
      if (stage.remembered.half?.kind === 'traffic') return;
      const tried = tries.get(incident.id) ?? 0;
      if (tried >= MOST_TRIES || busy.has(incident.id)) return;
      tries.set(incident.id, tried + 1);
      const { pull, good } = stage.remembered;
      busy.add(incident.id);
      running = running.then(() => move(target, incident, good, pull));
    },
    flush: () => running,
  };
}

interface Case {
  readonly target: Target;
  readonly incident: Incident;
  readonly good: LastGood;
  readonly pull: Pull;
  readonly notSent: Set<string>;
}

/** Each pointer is settled by one line in the ledger: one that has it is not touched again. */
async function moveAll(doors: MoverDoors, recorder: Recorder, about: Case): Promise<readonly Outcome[]> {
  const { target, incident, good, pull, notSent } = about;
  const { repository, clock } = doors;
  const { registries, rules } = target;
  const [ledger, commits] = await Promise.all([
    repository.ledger(),
    repository.history(rules.paths, pull.mergeCommit ?? incident.bad),
  ]);
  const lines = parseLedger(ledger);
  const time = whenGood(good, groupChanges(commits), incident.bad);
  const place: MovePlace = {
    id: incident.id,
    service: target.service,
    environment: target.environment,
    incident: incident.id,
    revision: pull.mergeCommit,
    actor: 'lastgood',
  };
  const outcomes: Outcome[] = [];
  for (const wish of rules.rollback.repoint) {
    const [reference] = wish.apply ? toReference(registries, wish.registry, wish.pointer) : [];
    if (reference === undefined || lineOf(lines, place, reference, 'repointed', 'repoint-failed')) continue;
    const began = notSent.has(nameOf(place, reference)) ? null : lineOf(lines, place, reference, 'repointing');
    const to = began
      ? versionIn(began.details['to'])
      : time === null
        ? null
        : (ledAt(lines, reference, time)?.to ?? null);
    const outcome =
      to === null
        ? unknownMove(reference, 'the ledger does not know where it led while the target was live')
        : await settle(doors, recorder, about, { reference, to, lines, place, began });
    recorder.add([outcomeEntry(place, outcome, new Date(clock.now()).toISOString())]);
    outcomes.push(outcome);
  }
  await recorder.flush();
  return outcomes;
}

interface Wish {
  readonly reference: PointerReference;
  readonly to: string;
  readonly lines: readonly Line[];
  readonly place: MovePlace;
  /** A process that began this move and did not say how it ended. */
  readonly began: Line | null;
}

async function settle(
  doors: MoverDoors,
  recorder: Recorder,
  { target, notSent }: Case,
  { reference, to, lines, place, began }: Wish,
): Promise<Outcome> {
  const planned = await planMove(doors, target.registries, { reference, to, lines });
  // What it led to before is known from whoever began; the registry has forgotten it.
  const move = began ? { ...planned, from: versionIn(began.details['from']) } : planned;
  if (move.kind === 'there') return began ? { kind: 'moved', move } : { kind: 'already', move };
  if (move.kind === 'impossible') return { kind: 'failed', move, because: move.because };
  if (began)
    return { kind: 'failed', move, because: 'the process that began ended, and it is not tried a second time' };
  const name = nameOf(place, reference);
  notSent.add(name);
  await disclose(doors, recorder, move, place);
  notSent.delete(name);
  return sendOnce(doors, target.registries, move);
}

function unknownMove(reference: PointerReference, because: string): Outcome {
  return {
    kind: 'failed',
    because,
    move: { kind: 'impossible', reference, from: null, to: 'its earlier version', because },
  };
}

/** What the ids of its ledger lines begin with. */
function nameOf({ id }: MovePlace, { registry, pointer }: PointerReference): string {
  return `${id}/${registry}/${pointer}`;
}

function lineOf(
  lines: readonly Line[],
  place: MovePlace,
  reference: PointerReference,
  ...kinds: readonly Line['kind'][]
): Line | null {
  const ids = new Set(kinds.map((kind) => `${nameOf(place, reference)}/${kind}`));
  return lines.find((line) => ids.has(line.id)) ?? null;
}
