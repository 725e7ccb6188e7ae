import { createRecorder } from '../../src/control/record.ts';
import { playbookOf } from '../../src/control/reconcile.ts';
import {
  disclose,
  outcomeEntry,
  planMove,
  sendOnce,
  type MovePlace,
  type Outcome,
  type PlannedMove,
} from '../../src/control/repoint.ts';
import type { Doors } from '../../src/control/doors.ts';
import { RollbackError } from '../../src/errors.ts';
import { parse as parseLedger } from '../../src/ledger/chain.ts';
import type { Line } from '../../src/ledger/entry.ts';
import { isAbout, ledAt, versionIn } from '../../src/ledger/pointers.ts';
import { isInstant } from '../../src/plan/history.ts';
import { targetOf, type Target } from '../../src/playbook/target.ts';
import { toReference, type PointerReference } from '../../src/registries/pointers.ts';
import { oneLine } from '../../src/report/escape.ts';
import { openRemote } from '../remote.ts';
import { answer, needed, option, type Call, type Command, type ExitCode, REMOTE } from '../terminal.ts';

export const repoint: Command = {
  usage: 'repoint --repo R --service S [--environment E] [--pointer P] (--at TIME | --to VERSION | --undo) [--apply]',
  does: 'moves aliases, labels, tags and flags that `repoint:` lists back; a dry run unless --apply is given',
  words: [],
  values: { ...REMOTE, pointer: 'P', at: 'TIME', to: 'VERSION' },
  switches: ['undo', 'apply'],
  async run(call) {
    const way = wayOf(call);
    const doors = openRemote(call);
    const target = targetOf(playbookOf(await doors.repository.overview()), {
      service: needed(call, 'service', 'recommender'),
      environment: option(call, 'environment') ?? undefined,
    });
    const lines = parseLedger(await doors.repository.ledger());
    const wishes = wishesOf(call, way, target, lines);
    const planned: Row[] = [];
    for (const { reference, to, source } of wishes)
      planned.push(
        to === null
          ? { source, move: { kind: 'impossible', reference, from: null, to: '?', because: source } }
          : { source, move: await planMove(doors, target.registries, { reference, to, lines }) },
      );
    const rows = call.options['apply'] === true ? await applyAll(call, doors, target, planned) : planned;
    answer(call, { applied: call.options['apply'] === true, moves: rows.map(viewOf) }, () =>
      rows.map(textOf).join('\n'),
    );
    return exitOf(rows);
  },
};

interface Wish {
  readonly reference: PointerReference;
  /** Null: nobody knows; `source` says why. */
  readonly to: string | null;
  readonly source: string;
}

interface Way {
  readonly at: string | null;
  readonly to: string | null;
  readonly undo: boolean;
}

/** Where to: looked at before anybody is asked. */
function wayOf(call: Call): Way {
  const [at, to, undo] = [option(call, 'at'), option(call, 'to'), call.options['undo'] === true];
  if ([at !== null, to !== null, undo].filter(Boolean).length !== 1)
    throw new RollbackError('input-invalid', 'Say where to, once: --at TIME, --to VERSION or --undo', {
      hint: 'Such as --at 2026-11-17T14:00Z.',
    });
  if (at !== null && !isInstant(at))
    throw new RollbackError('input-invalid', `--at '${at}' is no time with a zone`, {
      hint: 'Write it like --at 2026-11-17T14:00Z.',
    });
  return { at, to, undo };
}

/** Only what the playbook lists may be moved. */
function wishesOf(
  call: Call,
  { at, to, undo }: Way,
  { registries, rules, service, environment }: Target,
  lines: readonly Line[],
): readonly Wish[] {
  const only = option(call, 'pointer');
  const listed = rules.rollback.repoint
    .flatMap(({ registry, pointer }) => toReference(registries, registry, pointer))
    .filter(({ pointer }) => only === null || pointer === only);
  if (listed.length === 0)
    throw new RollbackError(
      'input-invalid',
      `${service} in ${environment} lists ${only === null ? 'no pointer' : `no pointer ${only}`} under rollback.repoint`,
      { hint: 'Only what the playbook lists may be moved; docs/registries.md shows how.' },
    );
  if (to !== null && listed.length > 1)
    throw new RollbackError('input-invalid', '--to names one version, and several pointers are listed', {
      hint: `Add --pointer, one of ${listed.map(({ pointer }) => pointer).join(', ')}.`,
    });
  return listed.map((reference): Wish => {
    if (to !== null) return { reference, to, source: 'named with --to' };
    if (undo) return undone(reference, lines, { service, environment });
    const led = ledAt(lines, reference, Date.parse(at ?? ''));
    if (led === null) return { reference, to: null, source: `the ledger does not know where it led at ${at ?? ''}` };
    return { reference, to: led.to, source: `ledger line ${led.line.seq} of ${led.line.at}` };
  });
}

/** What the newest move of ours left behind. */
function undone(
  reference: PointerReference,
  lines: readonly Line[],
  place: { readonly service: string; readonly environment: string },
): Wish {
  const moved = lines.findLast(
    (line) =>
      line.kind === 'repointed' &&
      isAbout(line, reference) &&
      line.service === place.service &&
      line.environment === place.environment &&
      line.details['from'] !== line.details['to'],
  );
  const to = versionIn(moved?.details['from']);
  if (moved === undefined) return { reference, to, source: 'the ledger has no move of ours' };
  return { reference, to, source: to === null ? 'nobody knew where it led before' : `before ledger line ${moved.seq}` };
}

interface Row {
  readonly move: PlannedMove;
  readonly source: string;
  readonly outcome?: Outcome;
}

/** The ledger first: where it cannot be written nothing is moved. */
async function applyAll(call: Call, doors: Doors, target: Target, rows: readonly Row[]): Promise<readonly Row[]> {
  const recorder = createRecorder(doors);
  const applied: Row[] = [];
  for (const row of rows) {
    const { move } = row;
    if (move.kind !== 'ready') {
      applied.push(row);
      continue;
    }
    const at = new Date(doors.clock.now()).toISOString();
    const place: MovePlace = {
      id: `repoint/${at}/${target.service}/${target.environment}`,
      service: target.service,
      environment: target.environment,
      incident: null,
      revision: null,
      actor: oneLine(call.env['GITHUB_ACTOR'] ?? call.env['USER'] ?? '', 100) || 'unknown',
    };
    await disclose(doors, recorder, move, place);
    const outcome = await sendOnce(doors, target.registries, move);
    recorder.add([outcomeEntry(place, outcome, new Date(doors.clock.now()).toISOString())]);
    await recorder.flush();
    applied.push({ ...row, outcome });
  }
  return applied;
}

/** The request as it is sent, without what signs it in. */
function viewOf({ move, source, outcome }: Row) {
  const { reference, from, to, kind } = move;
  return {
    registry: reference.registry,
    pointer: reference.pointer,
    from,
    to,
    source,
    state: outcome?.kind ?? kind,
    because: outcome?.kind === 'failed' ? outcome.because : move.kind === 'impossible' ? move.because : null,
    request: move.kind === 'ready' ? move.request : null,
  };
}

function textOf(row: Row): string {
  const { pointer, from, to, source, state, because, request } = viewOf(row);
  const head = `${state.padEnd(10)}  ${pointer}: ${from ?? 'unknown'} -> ${to}  (${oneLine(source)})`;
  const why = because === null ? [] : [`            ${oneLine(because)}`];
  const sent =
    request === null
      ? []
      : [
          `            ${request.method} ${request.url}`,
          ...(request.body === null ? [] : [`            ${request.body}`]),
        ];
  return [head, ...why, ...sent].join('\n');
}

/** 1: something was not, or cannot be, moved. */
function exitOf(rows: readonly Row[]): ExitCode {
  return rows.some(({ move, outcome }) => move.kind === 'impossible' || outcome?.kind === 'failed') ? 1 : 0;
}
