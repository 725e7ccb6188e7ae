/** Moves a pointer of a registry back: looked at first, disclosed before it is done, done once, and looked at again. */
import type { Entry, Line } from '../ledger/entry.ts';
import { ledAt } from '../ledger/pointers.ts';
import type { Registries } from '../playbook/schema.ts';
import type { MoveRequest } from '../ports.ts';
import type { Look } from '../registries/look.ts';
import { versionOf, type PointerReference } from '../registries/pointers.ts';
import { oneLine } from '../report/escape.ts';
import type { Doors } from './doors.ts';
import type { Recorder } from './record.ts';

/** A move that could be made now, or why there is none. `from` null: nobody knows where the pointer leads. */
export type PlannedMove = {
  readonly reference: PointerReference;
  readonly from: string | null;
  readonly to: string;
} & (
  | { readonly kind: 'ready'; readonly request: MoveRequest }
  | { readonly kind: 'there' }
  | { readonly kind: 'impossible'; readonly because: string }
);

type MoveDoors = Pick<Doors, 'artefacts' | 'movers'>;

/** Asks where the pointer leads, whether the version can be used, and what the request would be. Changes nothing. */
export async function planMove(
  { artefacts, movers }: MoveDoors,
  registries: Registries,
  {
    reference,
    to,
    lines,
  }: { readonly reference: PointerReference; readonly to: string; readonly lines: readonly Line[] },
): Promise<PlannedMove> {
  const known = ledAt(lines, reference, Infinity)?.to ?? null;
  if (!artefacts || !movers) return { kind: 'impossible', reference, from: known, to, because: NO_DOOR };
  const look = artefacts(registries);
  const now = await look.look(reference);
  const readable = registries[reference.registry]?.kind !== 'maxim';
  const from = now.leads ?? (readable ? null : known);
  const plan = { reference, from, to };
  if (from !== null && isSame(reference, from, to)) return { kind: 'there', ...plan };
  if (readable && now.leads === undefined) return { kind: 'impossible', ...plan, because: now.says };
  const version = versionOf(reference, to);
  const there = version === null ? null : await look.look(version);
  if (version !== null && there !== null && !isUsable(there))
    return { kind: 'impossible', ...plan, because: `${version.label} cannot be used: ${there.says}` };
  const prepared = await movers(registries).prepare(reference, to);
  if (prepared.kind === 'refused') return { kind: 'impossible', ...plan, because: prepared.because };
  return { kind: 'ready', ...plan, request: prepared.request };
}

const NO_DOOR = 'this process cannot reach registries';

function isUsable({ state }: Look): boolean {
  return state === 'there' || state === 'other-digest';
}

/** LangSmith's commits may be written short. */
function isSame({ artefact }: PointerReference, from: string, to: string): boolean {
  return from === to || (artefact.kind === 'prompt' && /^[0-9a-f]{7,}$/.test(to) && from.startsWith(to));
}

/** What became of a move. */
export type Outcome = {
  readonly move: PlannedMove;
} & ({ readonly kind: 'moved' | 'already' } | { readonly kind: 'failed'; readonly because: string });

/** Where a move belongs: the same place and id give the same ledger lines. */
export interface MovePlace {
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly incident: string | null;
  readonly revision: string | null;
  readonly actor: string;
}

/** Said before it is done: rejects where the ledger cannot be written, and then the move must not be sent. */
export async function disclose(
  { clock }: Pick<Doors, 'clock'>,
  recorder: Recorder,
  move: PlannedMove,
  place: MovePlace,
): Promise<void> {
  recorder.add([moveEntry('repointing', place, move, new Date(clock.now()).toISOString())]);
  await recorder.flush();
}

/** Sends the request of a move that was disclosed, once, and looks what became of it. The caller records that. */
export async function sendOnce(
  { artefacts, movers }: MoveDoors,
  registries: Registries,
  move: Extract<PlannedMove, { kind: 'ready' }>,
): Promise<Outcome> {
  const { reference, request, to } = move;
  if (!artefacts || !movers) return { kind: 'failed', move, because: NO_DOOR };
  const sent = await movers(registries).send(reference, request);
  if (sent.kind === 'refused') return { kind: 'failed', move, because: sent.because };
  const now = await artefacts(registries).look(reference);
  if (now.leads !== undefined && isSame(reference, now.leads, to)) return { kind: 'moved', move };
  if (sent.kind === 'unsure') return { kind: 'failed', move, because: `${sent.because}; it may still arrive` };
  // What was accepted and cannot be read is believed; what reads otherwise is not.
  if (now.leads === undefined) return { kind: 'moved', move };
  return { kind: 'failed', move, because: `it was accepted, and leads to ${now.leads} all the same` };
}

/** The line about a move that ended, or that nobody had to make. */
export function outcomeEntry(place: MovePlace, outcome: Outcome, at: string): Entry {
  const { move } = outcome;
  const { label } = move.reference;
  switch (outcome.kind) {
    case 'moved':
      return moveEntry('repointed', place, move, at);
    case 'already':
      return { ...moveEntry('repointed', place, move, at), because: `${label} leads to ${move.to} already` };
    case 'failed': {
      const because = `${label} was not moved to ${move.to}: ${oneLine(outcome.because)}`;
      return { ...moveEntry('repoint-failed', place, move, at), because };
    }
  }
}

function moveEntry(
  kind: 'repointing' | 'repointed' | 'repoint-failed',
  { id, ...place }: MovePlace,
  { reference, from, to }: PlannedMove,
  at: string,
): Entry {
  const { registry, pointer, label } = reference;
  const verb = kind === 'repointing' ? 'is about to be moved' : 'was moved';
  return {
    at,
    kind,
    id: `${id}/${registry}/${pointer}/${kind}`,
    ...place,
    because: `${label} ${verb} from ${from ?? 'an unknown version'} to ${to}`,
    details: { registry, pointer, from, to },
  };
}
