import type { Line } from '../ledger/entry.ts';
import { ledAt } from '../ledger/pointers.ts';
import type { Change } from '../plan/changes.ts';
import { whenGood } from '../plan/history.ts';
import type { LastGood } from '../plan/plan.ts';
import type { Target } from '../playbook/target.ts';
import { toReference } from '../registries/pointers.ts';
import { commandOf, foreseenMove } from '../report/repoint.ts';
import type { Doors } from './doors.ts';

/** What the pointers that `repoint:` lists will do with a merge, one sentence each: the dry run. Never rejects, changes nothing. */
export async function foreseeMoves(
  doors: Pick<Doors, 'artefacts' | 'repository'>,
  target: Target,
  {
    ledger,
    changes,
    good,
    bad,
  }: {
    readonly ledger: readonly Line[];
    readonly changes: readonly Change[];
    readonly good: LastGood;
    readonly bad: string;
  },
): Promise<readonly string[]> {
  const { registries, rules } = target;
  const wishes = rules.rollback.repoint;
  if (wishes.length === 0 || !doors.artefacts) return [];
  const door = doors.artefacts(registries);
  const time = whenGood(good, changes, bad);
  const sentences = wishes.map(async ({ registry, pointer, apply }): Promise<readonly string[]> => {
    const [reference] = toReference(registries, registry, pointer);
    if (reference === undefined) return [];
    const led = time === null ? null : ledAt(ledger, reference, time);
    const { leads = null } = await door.look(reference);
    const source = led === null ? 'the ledger does not know where it led' : `ledger line ${led.line.seq}`;
    const to = led?.to ?? null;
    const command = commandOf(doors.repository.name, target, `--pointer ${reference.pointer} --to ${to ?? 'VERSION'}`);
    return [foreseenMove(reference, { from: leads, to, source, command, apply })];
  });
  return (await Promise.all(sentences.map((sentence) => sentence.catch(() => [])))).flat();
}
