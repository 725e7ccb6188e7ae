/** `/hold`, `/resume`, `/freeze`, `/unfreeze`, `/release`, `/false-alarm`: what people say once and the ledger remembers. */
import type { Command } from '../chatops/commands.ts';
import { readOrder } from '../chatops/order.ts';
import { parse as parseLedger } from '../ledger/chain.ts';
import { ALL, type Entry, type EntryKind, type Line } from '../ledger/entry.ts';
import { standing } from '../ledger/standing.ts';
import type { Key } from '../plan/incident.ts';
import { LABELS } from '../plan/identity.ts';
import { quarantinePath, type Quarantined } from '../plan/quarantine.ts';
import type { Playbook } from '../playbook/schema.ts';
import { falseAlarmComment, orderComment, releaseComment } from '../report/orders.ts';
import type { Refusal } from '../report/refusals.ts';
import type { Doors } from './doors.ts';
import { heldNow } from './held.ts';
import type { Recorder } from './record.ts';

/** Who said it, and when. */
export interface Said {
  readonly author: string;
  /** Names the comment or the press of a button among all of this repository: heard twice, it is one line of the ledger. */
  readonly ref: string;
  readonly createdAt: string;
}

/** What to answer; a refusal has changed nothing. */
export type Carried =
  { readonly ok: true; readonly answer: string } | { readonly ok: false; readonly refusal: Refusal };

type Worded = Extract<Command, { readonly words: readonly string[] }>;
type OrderKind = 'hold' | 'resume' | 'freeze' | 'unfreeze';

const WRITES = { hold: 'held', resume: 'resumed', freeze: 'frozen', unfreeze: 'unfrozen' } as const satisfies Record<
  OrderKind,
  EntryKind
>;

export function isOrder(command: Command): command is Worded & { readonly kind: OrderKind } {
  return Object.hasOwn(WRITES, command.kind);
}

/** Writes a hold or a freeze, or lifts it. `mayOrder` says whether this person may do so for a service (`*`: for all). */
export async function order(
  doors: Doors,
  recorder: Recorder,
  said: Said,
  command: Worded & { readonly kind: OrderKind },
  { playbook, mayOrder }: { readonly playbook: Playbook; readonly mayOrder: (service: string) => Refusal | null },
): Promise<Carried> {
  const now = Date.parse(said.createdAt);
  const read = readOrder(command, playbook, now);
  if (!read.ok) return read;
  const denied = mayOrder(read.service);
  if (denied) return { ok: false, refusal: denied };
  const { service, environment, until, reason } = read;
  if (command.kind === 'resume' || command.kind === 'unfreeze') {
    const { holds, freezes } = standing(linesBefore(await doors.repository.ledger(), said), now);
    const given = command.kind === 'resume' ? holds : freezes;
    const ended = given.filter((one) => inside(service, one.service) && inside(environment, one.environment));
    if (ended.length === 0) return { ok: false, refusal: nothingToLift(command.kind, given) };
  }
  await write(recorder, entryOf(said, WRITES[command.kind], { service, environment }, { until, reason }));
  return { ok: true, answer: orderComment(command.kind, { by: said.author, service, environment, until, reason }) };
}

/** A hold on one place, by a button. */
export async function hold(
  recorder: Recorder,
  said: Said,
  place: Pick<Key, 'service' | 'environment'>,
): Promise<Carried> {
  const { service, environment } = place;
  await write(recorder, entryOf(said, 'held', place, { until: null, reason: null }));
  return {
    ok: true,
    answer: orderComment('hold', { by: said.author, service, environment, until: null, reason: null }),
  };
}

function inside(wide: string, narrow: string): boolean {
  return wide === ALL || wide === narrow;
}

function nothingToLift(kind: 'resume' | 'unfreeze', given: ReturnType<typeof standing>['holds']): Refusal {
  const what = kind === 'resume' ? 'hold' : 'freeze';
  const words = given.map(({ service, environment }) =>
    [`/${kind}`, ...[service, environment].filter((name) => name !== ALL)].join(' '),
  );
  return {
    wrong:
      given.length === 0
        ? `no ${what} stands`
        : `no ${what} stands inside that place; a wider one is lifted as it was given`,
    hint: given.length === 0 ? 'Nothing is stopped.' : 'Lift it with the same words.',
    wouldWork: words,
  };
}

/** `/release`: what was rolled back may come again. */
export async function release(
  doors: Doors,
  recorder: Recorder,
  said: Said,
  { key, head, reason }: { readonly key: Key; readonly head: string; readonly reason: string | null },
): Promise<Carried> {
  const held = await quarantinedBefore(doors, said, { key, head });
  if (held.length === 0) {
    const wrong = `nothing of ${key.service} in ${key.environment} is quarantined`;
    return { ok: false, refusal: { wrong, hint: 'There is nothing to allow.', wouldWork: [] } };
  }
  await write(recorder, entryOf(said, 'released', key, { reason, values: held.map(({ value }) => value).join(', ') }));
  return { ok: true, answer: releaseComment(held, key, said.author) };
}

/** What may not come again at the head of the default branch, as it was when this was said. */
async function quarantinedBefore(
  { repository }: Pick<Doors, 'repository'>,
  said: Said,
  { key, head }: { readonly key: Pick<Key, 'service' | 'environment'>; readonly head: string },
): Promise<readonly Quarantined[]> {
  const path = quarantinePath(key);
  const [trees, text] = await Promise.all([repository.trees([path], [head]), repository.ledger()]);
  const file = trees.get(head)?.find((each) => each.path === path);
  if (!file) return [];
  const texts = await repository.texts([file.blob]);
  const known = {
    text: texts.get(file.blob) ?? null,
    ledger: linesBefore(text, said),
    now: Date.parse(said.createdAt),
  };
  return heldNow({ repository }, key, known);
}

/** Without what this very comment has written: heard again after a crash, it must not find that there is nothing left to lift. */
function linesBefore(ledger: string, { ref }: Said): readonly Line[] {
  return parseLedger(ledger).filter(({ id }) => !id.startsWith(`${ref}/`));
}

/** `/false-alarm`: the newest rollback of a place hit an innocent release. */
export async function falseAlarm(
  doors: Doors,
  recorder: Recorder,
  said: Said,
  { key, reason }: { readonly key: Key; readonly reason: string | null },
): Promise<Carried> {
  const lines = parseLedger(await doors.repository.ledger());
  const here = lines.filter(({ service, environment }) => service === key.service && environment === key.environment);
  const opened = here.findLast(({ kind }) => kind === 'opened');
  const incident = opened?.incident ?? null;
  if (!opened || incident === null) {
    const wrong = `no rollback of ${key.service} in ${key.environment} stands in the ledger`;
    return { ok: false, refusal: { wrong, hint: 'Only a rollback can have been a false alarm.', wouldWork: [] } };
  }
  const requested = here.find((line) => line.kind === 'requested' && line.incident === incident);
  const number = opened.details['pullRequest'];
  const line = entryOf(said, 'false-alarm', key, { reason, actor: requested?.actor ?? null });
  await write(recorder, { ...line, id: `${incident}/false-alarm`, incident, revision: requested?.revision ?? null });
  if (typeof number === 'number') await doors.repository.mark(number, LABELS.falseAlarm);
  return { ok: true, answer: falseAlarmComment({ incident, because: requested?.because ?? opened.because }) };
}

function entryOf(
  said: Said,
  kind: EntryKind,
  place: Pick<Key, 'service' | 'environment'>,
  details: Entry['details'] & { readonly reason: string | null },
): Entry {
  return {
    at: new Date(said.createdAt).toISOString(),
    kind,
    id: `${said.ref}/${kind}`,
    service: place.service,
    environment: place.environment,
    revision: null,
    incident: null,
    actor: said.author,
    because: details.reason ?? 'no reason given',
    details,
  };
}

/** An order counts only once it stands in the ledger: nobody may be told that something is stopped which is not. */
async function write(recorder: Recorder, entry: Entry): Promise<void> {
  recorder.add([entry]);
  await recorder.flush();
}
