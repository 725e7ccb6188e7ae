/** Which revision to go back to, and the way there. A target that would set a quarantined version again is passed over. */
import { lastGood, type LastGoodInput } from '../plan/last-good.ts';
import type { LastGood } from '../plan/plan.ts';
import type { Target } from '../playbook/target.ts';
import type { Overview } from '../ports.ts';
import type { Doors } from './doors.ts';
import { makeWay, type Made, type Way } from './draft-plan.ts';

export interface Found extends Made {
  /** Null: there is none. */
  readonly good: LastGood | null;
}

/** Targets that are tried. */
const MOST = 8;

export async function findWay(
  doors: Doors,
  target: Target,
  overview: Overview,
  { where, ...way }: Omit<Way, 'good'> & { readonly where: Omit<LastGoodInput, 'barred'> },
): Promise<Found> {
  const barred = new Map<string, string>();
  for (;;) {
    const found = lastGood({ ...where, barred });
    if (found.kind === 'none') return none(found.because);
    const { good } = found;
    const made = await makeWay(doors, target, overview, { ...way, good });
    const [again] = made.again ?? [];
    // Whoever names a target knows what they name; the plan tells them.
    if (again === undefined || good.reason.kind === 'named') return { ...made, good };
    if (barred.size === MOST) return none(`the ${MOST} newest targets would set a quarantined version again`);
    barred.set(good.sha, `sets ${again.value}, which is quarantined`);
  }
}

function none(because: string): Found {
  return { planned: { kind: 'no-last-good', because }, texts: new Map(), quarantine: null, good: null };
}
