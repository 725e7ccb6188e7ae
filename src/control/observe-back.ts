import type { Finding } from '../judge/verdict.ts';
import type { Incident } from '../plan/incident.ts';
import type { Criterion } from '../playbook/schema.ts';
import type { Target } from '../playbook/target.ts';
import type { Doors } from './doors.ts';
import { createMemo, MOST_INCIDENTS } from './memo.ts';
import { sourcesOf } from './observe.ts';
import type { Observed, Remembered } from './observed.ts';
import type { Prover } from './prove.ts';

/** Asks whether what a fallback was taken for serves well again. Losing what it has seen costs time, never truth. */
export interface Watch {
  look(target: Target, incident: Incident, remembered: Remembered): Promise<NonNullable<Observed['back']> | null>;
}

/**
 * Evidence comes in rounds, and nothing older counts in the next one. A round ends where what it measured is beyond a limit, or
 * after `within` without a proof: what failed for an hour must not be outweighed by a good minute.
 */
export function createWatch(doors: Doors, prover: Prover): Watch {
  const rounds = createMemo<number>(MOST_INCIDENTS);
  return {
    async look(target, { id, way }, { pull, half = null }) {
      const back = target.rules.rollback.fallback?.back;
      const served = way === 'fallback' && half?.kind === 'traffic' && half.relievedAt !== undefined;
      if (back === undefined || !served || pull.state !== 'merged') {
        rounds.delete(id);
        prover.forget(`${id} back`);
        return null;
      }
      const now = doors.clock.now();
      const known = rounds.get(id) ?? now;
      const since = now - known > back.within ? now : known;
      const verdict = await prover.prove(`${id} back`, back, sourcesOf(doors, target, back), since);
      const past = verdict.findings.find((finding) => isBeyond(finding, back.criteria));
      const beyond = past === undefined ? null : `beyond its limit, so the evidence begins again: ${past.because}`;
      rounds.set(id, beyond === null ? since : now);
      return { verdict, stableMs: now - since, beyond };
    },
  };
}

function isBeyond({ trigger, canary, limit }: Finding, criteria: readonly Criterion[]): boolean {
  const op = criteria.find(({ name }) => name === trigger)?.if.op;
  if (canary === null || limit === null || op === undefined) return false;
  return op === '>' ? canary > limit : canary < limit;
}
