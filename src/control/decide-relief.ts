import type { Planned } from '../plan/plan.ts';
import { migrationGate } from './decide-migration.ts';
import type { Observed, Remembered } from './observed.ts';
import type { Step } from './step.ts';

/**
 * The pull request that only moved the traffic is applied. Whether users are well is for the metrics to say: the arm that lost its
 * traffic may stay ill until its version is back. Then, or when moving the traffic proved nothing in time, the second half begins.
 */
export function decideRelief(
  seen: Observed,
  remembered: Remembered,
  { since, deadline }: { readonly since: number; readonly deadline: number },
): Step {
  const { verify } = seen.rules;
  const stable = seen.now - since;
  const proven = seen.proof?.status === 'pass';
  const said = seen.proof?.because ?? 'the success criteria have not been measured yet';
  if (proven && stable >= verify['healthy-for'])
    return secondHalf(seen, remembered, `the traffic is away, and users are well: ${said}`);
  if (seen.now > deadline)
    return secondHalf(
      seen,
      remembered,
      `moving the traffic alone did not prove recovery in ${seconds(verify.within)}: ${said}`,
    );
  const because =
    stable < verify['healthy-for']
      ? `the traffic has been away for ${seconds(stable)} < ${seconds(verify['healthy-for'])}`
      : said;
  return {
    kind: 'wait',
    for: 'proof',
    until: new Date(deadline).toISOString(),
    lookAgainMs: verify.poll,
    because,
    commands: [],
  };
}

function secondHalf(seen: Observed, remembered: Remembered, why: string): Step {
  const { second = null } = seen;
  if (second === null) return { kind: 'second', because: `${why}; now the version` };
  const proven = seen.proof?.status === 'pass';
  switch (second.kind) {
    case 'planned': {
      const { person, job, notes } = migrationGate(second.plan, seen.rules.rollback);
      const mode = person === null ? remembered.mode : 'human';
      return {
        kind: 'open',
        plan: second.plan,
        mode,
        because: [why, ...(person === null ? [] : [person])].join('; '),
        notes: [why, ...(person === null ? [] : [person]), ...notes],
        ...(job === null ? {} : { job }),
        ...(person === null ? {} : { person }),
      };
    }
    case 'nothing-to-do':
      return proven
        ? { kind: 'finish', outcome: 'recovered', because: `${why}; the version is back already` }
        : stuck('not-recovered', `${why}; the version is back already, so the fault may lie outside this release`, []);
    case 'conflict':
      return stuck('conflict', `${why}; the version stays: ${second.because}`, [
        'Settle the named keys by hand in a pull request, and merge it: the traffic stays where it is meanwhile.',
      ]);
    case 'unfit':
      return stuck('unfit-target', `${why}; the version stays: ${second.because}`, [second.cure]);
    case 'no-last-good':
      return stuck('no-last-good', `${why}; the version stays: ${second.because}`, [askAgain(seen)]);
  }
}

function askAgain({ incident: { key } }: Observed): string {
  return `Name the target: /rollback ${key.service} ${key.environment} to <sha>`;
}

function stuck(
  trouble: 'not-recovered' | Exclude<Planned['kind'], 'planned' | 'nothing-to-do' | 'unfit'> | 'unfit-target',
  because: string,
  todo: readonly string[],
): Step {
  return { kind: 'escalate', trouble, because, todo, commands: [], final: true };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
