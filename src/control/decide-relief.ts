import type { Planned } from '../plan/plan.ts';
import { instant } from '../report/numbers.ts';
import { migrationGate } from './decide-migration.ts';
import type { Observed, Recorded, Remembered } from './observed.ts';
import { against, seconds } from './seconds.ts';
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
  const aside = seen.incident.way === 'fallback';
  if (aside && proven && stable >= verify['healthy-for'])
    return { kind: 'served', because: `users are well on the fallback: ${said}` };
  if (aside && seen.now > deadline)
    return stuck('not-recovered', `the fallback did not prove to help in ${seconds(verify.within)}: ${said}`, [
      'Users stay on the fallback; look at the metric named above.',
    ]);
  if (proven && stable >= verify['healthy-for'])
    return secondHalf(seen, remembered, `the traffic is away, and users are well: ${said}`);
  if (seen.now > deadline)
    return secondHalf(
      seen,
      remembered,
      `moving the traffic alone did not prove recovery in ${seconds(verify.within)}: ${said}`,
    );
  const because =
    stable < verify['healthy-for'] ? `the traffic has been away for ${against(stable, verify['healthy-for'])}` : said;
  return {
    kind: 'wait',
    for: 'proof',
    until: new Date(deadline).toISOString(),
    lookAgainMs: verify.poll,
    because,
    commands: [],
  };
}

/** The ledger has the proof that users are well, and whoever wrote it ended before the next step. */
export function relievedBefore(seen: Observed, remembered: Remembered, { at, because }: Recorded): Step {
  const words = `users were proven to be well at ${instant(at)}: ${because}`;
  return seen.incident.way === 'fallback' ? { kind: 'served', because: words } : secondHalf(seen, remembered, words);
}

/** Users are well on the fallback. The route goes back once what it was taken for is proven to serve well again. */
export function decideServed(seen: Observed, remembered: Remembered, since: string): Step {
  const { fallback } = seen.rules.rollback;
  const served = `users are served by ${fallback?.to ?? 'the fallback'} since ${instant(since)}`;
  const { key } = seen.incident;
  if (fallback?.back === undefined)
    return {
      kind: 'finish',
      outcome: 'recovered',
      because: `${served}; to bring the route back: /rollback ${key.service} ${key.environment}`,
    };
  const { 'healthy-for': least, poll } = fallback.back;
  const { verdict = null, stableMs = 0, beyond = null } = seen.back ?? {};
  const well = verdict?.status === 'pass' && beyond === null;
  if (well && stableMs >= least)
    return secondHalf(seen, remembered, `${served}, and what it was taken for serves well again: ${verdict.because}`);
  const waits = well
    ? `well for ${against(stableMs, least)}`
    : (beyond ?? verdict?.because ?? 'nothing has been measured yet');
  return {
    kind: 'wait',
    for: 'primary',
    until: null,
    lookAgainMs: Math.min(poll, 60_000),
    because: `${served}: ${waits}`,
    commands: [],
  };
}

function secondHalf(seen: Observed, remembered: Remembered, why: string): Step {
  const { second = null } = seen;
  const aside = seen.incident.way === 'fallback';
  const what = aside ? 'route' : 'version';
  if (second === null) return { kind: 'second', because: `${why}; now the ${what}` };
  const proven = aside || seen.recorded?.kind === 'relieved' || seen.proof?.status === 'pass';
  switch (second.kind) {
    case 'planned': {
      const { person, job, notes } = migrationGate(second.plan, seen.rules.rollback);
      const mode = person !== null ? 'human' : aside ? seen.rules.rollback.approval : remembered.mode;
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
        ? { kind: 'finish', outcome: 'recovered', because: `${why}; the ${what} is back already` }
        : stuck('not-recovered', `${why}; the ${what} is back already, so the fault may lie outside this release`, []);
    case 'conflict':
      return stuck('conflict', `${why}; the ${what} stays: ${second.because}`, [
        'Settle the named keys by hand in a pull request, and merge it: the traffic stays where it is meanwhile.',
      ]);
    case 'unfit':
      return stuck('unfit-target', `${why}; the ${what} stays: ${second.because}`, [second.cure]);
    case 'no-last-good':
      return stuck('no-last-good', `${why}; the ${what} stays: ${second.because}`, [askAgain(seen)]);
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
