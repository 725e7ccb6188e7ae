import type { Cause } from '../plan/incident.ts';
import { decideCluster } from './decide-cluster.ts';
import { decideMerge } from './decide-merge.ts';
import type { Before, Observed } from './observed.ts';
import type { Step } from './step.ts';

/** The next step of a rollback. Pure: the same observation gives the same step, whatever event made us look. */
export function decide(seen: Observed): Step {
  const { stage } = seen;
  if (stage.kind === 'opened') {
    const { pull } = stage.remembered;
    switch (pull.state) {
      case 'closed':
        return {
          kind: 'finish',
          outcome: 'cancelled',
          because: `pull request #${pull.number} was closed without a merge`,
        };
      case 'open':
        return decideMerge(seen, stage.remembered);
      case 'merged':
        return decideCluster(seen, stage.remembered);
    }
  }
  const { planned } = stage;
  switch (planned.kind) {
    case 'no-last-good':
      return needsPerson('no-last-good', planned.because, [
        `Name the target: /rollback ${seen.incident.key.service} ${seen.incident.key.environment} to <sha>`,
      ]);
    case 'conflict':
      return needsPerson('conflict', planned.because, [
        'Revert the named keys by hand in a pull request.',
        'Merge it: lastgood leaves later changes alone.',
      ]);
    case 'nothing-to-do':
      return { kind: 'finish', outcome: 'nothing-to-do', because: planned.because };
    case 'planned':
      return (
        refuseAutomatic(seen, stage.before) ?? {
          kind: 'open',
          plan: planned.plan,
          mode: modeOf(seen),
          because: planned.plan.good.because,
        }
      );
  }
}

/** A person's own `/rollback` is the human decision; otherwise the playbook says who merges. */
function modeOf(seen: Observed): 'human' | 'auto' {
  if (isPersonal(seen.incident.cause)) return 'auto';
  return asksFirst(seen.incident.cause) ? 'human' : seen.rules.rollback.approval;
}

function isPersonal(cause: Cause): boolean {
  return cause.kind === 'command';
}

function asksFirst(cause: Cause): boolean {
  return cause.kind === 'gate' && cause.then === 'ask';
}

/** What stops a machine but not a person: a revert of a revert, an old release, a storm. */
function refuseAutomatic(seen: Observed, before: Before): Step | null {
  if (isPersonal(seen.incident.cause)) return null;
  const { rollback } = seen.rules;
  const { service, environment } = seen.incident.key;
  const byHand = [`If it is right, say so: /rollback ${service} ${environment}`];
  if (before.isRollback) {
    return needsPerson(
      'is-a-rollback',
      `the newest change of ${service} in ${environment} is itself a rollback; reverting it would bring the fault back`,
      [`Name a target that is known to be good: /rollback ${service} ${environment} to <sha>`],
    );
  }
  const age = seen.now - Date.parse(before.releasedAt);
  if (age > rollback['max-age']) {
    return needsPerson('too-old', `the release is ${hours(age)} old > max-age ${hours(rollback['max-age'])}`, byHand);
  }
  if (before.openedToday >= rollback['max-per-day']) {
    return needsPerson(
      'daily-cap',
      `${before.openedToday} rollbacks were opened in the last 24 h >= max-per-day ${rollback['max-per-day']}`,
      byHand,
    );
  }
  return null;
}

function needsPerson(
  trouble: 'no-last-good' | 'conflict' | 'is-a-rollback' | 'too-old' | 'daily-cap',
  because: string,
  todo: readonly string[],
): Step {
  return { kind: 'escalate', trouble, because, todo, commands: [], final: true };
}

function hours(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} h`;
}
