/** Moves of pointers, from webhooks and from looks, into the ledger: so that "what was live on Tuesday" has an answer for aliases too. */
import { parse as parseLedger } from '../ledger/chain.ts';
import type { Entry, Line } from '../ledger/entry.ts';
import { ledAt } from '../ledger/pointers.ts';
import type { Playbook } from '../playbook/schema.ts';
import { targetNames, targetOf, type Target } from '../playbook/target.ts';
import type { Move } from '../registries/moves.ts';
import { pointersOf, standsInManifests, type PointerReference } from '../registries/pointers.ts';
import { oneLine } from '../report/escape.ts';
import type { Doors } from './doors.ts';
import { manifestsAt } from './manifests-at.ts';
import type { Recorder } from './record.ts';
import { playbookOf } from './reconcile.ts';

type PointerDoors = Pick<Doors, 'repository' | 'clock' | 'artefacts'>;

/**
 * Writes a line for every service that uses a pointer which moved. `moves` null: something moved, or it is time to look, and the
 * registry is asked where each pointer leads. What nobody uses, and what the ledger says already, is not written.
 */
export async function recordMoves(
  doors: PointerDoors,
  recorder: Recorder,
  { registry, moves }: { readonly registry: string; readonly moves: readonly Move[] | null },
): Promise<readonly Entry[]> {
  const { repository, clock } = doors;
  const overview = await repository.overview();
  const playbook = playbookOf(overview);
  if (!Object.hasOwn(playbook.registries, registry)) return [];
  const used = await pointersUsed(doors, playbook, overview.head, registry);
  if (used.length === 0) return [];
  const found = moves ?? (await movesNow(doors, playbook, used));
  const lines = parseLedger(await repository.ledger());
  const now = clock.now();
  const entries = found.flatMap((move) =>
    used
      .filter(({ reference }) => reference.pointer === move.pointer)
      .flatMap(({ target, reference }) => entryOf(lines, { target, reference, move, now, looked: moves === null })),
  );
  if (entries.length > 0) {
    recorder.add(entries);
    await recorder.flush();
  }
  return entries;
}

interface Used {
  readonly target: Target;
  readonly reference: PointerReference;
}

/** The manifests of the newest commit are read only where they could name a pointer of this registry. */
async function pointersUsed(
  { repository }: Pick<Doors, 'repository'>,
  playbook: Playbook,
  head: string,
  name: string,
): Promise<readonly Used[]> {
  const targets = targetNames(playbook).map((target) => targetOf(playbook, target));
  const registry = playbook.registries[name];
  const read =
    registry !== undefined && standsInManifests(registry)
      ? await manifestsAt(repository, [...new Set(targets.flatMap(({ rules }) => rules.paths))], head)
      : [];
  return targets.flatMap((target) => {
    const own = read.filter(({ path }) => target.rules.paths.some((at) => isIn(path, at)));
    return pointersOf(target, own)
      .filter((reference) => reference.registry === name)
      .map((reference) => ({ target, reference }));
  });
}

function isIn(path: string, scope: string): boolean {
  const folder = scope.replace(/\/+$/, '');
  return path === folder || path.startsWith(`${folder}/`);
}

/** What does not answer is left for the next look. */
async function movesNow(
  { artefacts }: Pick<Doors, 'artefacts'>,
  playbook: Playbook,
  used: readonly Used[],
): Promise<readonly Move[]> {
  if (!artefacts) return [];
  const door = artefacts(playbook.registries);
  const unique = new Map(used.map(({ reference }) => [reference.pointer, reference]));
  const looks = [...unique.values()].map(async (reference): Promise<readonly Move[]> => {
    const { state, leads } = await door.look(reference);
    if (leads === undefined && state !== 'gone') return [];
    return [{ pointer: reference.pointer, to: leads ?? null, by: null, at: null }];
  });
  return (await Promise.all(looks)).flat();
}

function entryOf(
  lines: readonly Line[],
  {
    target,
    reference,
    move,
    now,
    looked,
  }: Used & { readonly move: Move; readonly now: number; readonly looked: boolean },
): readonly Entry[] {
  const { service, environment } = target;
  const { registry, pointer, label } = reference;
  // Their clock may run ahead of ours.
  const at = new Date(Math.min(move.at === null ? now : Date.parse(move.at), now)).toISOString();
  const here = lines.filter((line) => line.service === service && line.environment === environment);
  const known = ledAt(here, { registry, pointer }, Date.parse(at));
  if (known !== null ? known.to === move.to : move.to === null) return [];
  const to = move.to === null ? null : oneLine(move.to, 200);
  const leads = to === null ? 'leads nowhere any more' : `leads to ${to}`;
  const before = known === null || known.to === null ? '' : ` instead of ${known.to}`;
  return [
    {
      at,
      kind: 'pointer-moved',
      id: `pointer/${registry}/${pointer}/${at}/${to ?? '-'}/${service}/${environment}`,
      service,
      environment,
      revision: null,
      incident: null,
      actor: oneLine(move.by ?? '', 100) || 'unknown',
      because: `${label} ${leads}${before}${looked ? ', as a look at its registry found' : ''}`,
      details: { registry, pointer, from: known?.to ?? null, to, via: looked ? 'look' : 'webhook' },
    },
  ];
}
