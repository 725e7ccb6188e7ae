/** Everything that is to be known of a rollback under way, at one instant. */
import { LABELS } from '../plan/identity.ts';
import type { Target } from '../playbook/target.ts';
import { rememberedOf, type Active } from './active.ts';
import type { Doors } from './doors.ts';
import { observeApprovals } from './observe-approvals.ts';
import { createWatch } from './observe-back.ts';
import { observeApplications, observeMigration, observeObstacles, observeProof } from './observe.ts';
import type { Observed, Settings } from './observed.ts';
import { createProver } from './prove.ts';

/** Keeps the evidence from one look to the next. */
export interface Looker {
  look(target: Target, settings: Settings, active: Active): Promise<Observed>;
  /** The evidence of this incident is of no more use. */
  forget(incident: string): void;
}

export function createLooker(doors: Doors): Looker {
  const prover = createProver(doors.clock);
  const watch = createWatch(doors, prover);
  return {
    async look(target, settings, { pull, memory }) {
      const remembered = rememberedOf(pull, memory);
      const { incident, half } = memory;
      // A fallback that serves well has been proven, and what it was taken for is asked instead.
      const served = half?.kind === 'traffic' && half.relievedAt !== undefined;
      const proving = pull.state === 'merged' && !served;
      const applications = proving ? await observeApplications(doors, target, pull) : [];
      return {
        incident,
        rules: target.rules,
        stage: { kind: 'opened', remembered },
        ...settings,
        obstacles: await observeObstacles(doors, target, settings, pull),
        approvals: await observeApprovals(doors, target, pull, { memory, head: settings.head }),
        migration: await observeMigration(doors, pull, memory.job ?? null),
        applications,
        back: await watch.look(target, incident, remembered),
        proof: proving ? await observeProof(doors, prover, target, incident, remembered, applications) : null,
        escalated: pull.labels.includes(LABELS.called) || pull.labels.includes(LABELS.escalated),
        now: doors.clock.now(),
      };
    },
    forget: (incident) => prover.forget(incident),
  };
}
