import { RollbackError } from '../errors.ts';
import type { Gate, Verify } from '../playbook/schema.ts';
import { question, type Question } from './question.ts';

/** One trigger with what its answer means. */
export interface Rule {
  readonly name: string;
  readonly question: Question;
  readonly then: 'rollback' | 'ask' | 'notify';
  /** Share in the merged evidence; 0: reported, never decides. */
  readonly weight: number;
  /** A pass needs its proof. */
  readonly required: boolean;
  /** Canary events needed before this trigger may pass or fail. */
  readonly minSamples: number;
  readonly onNoData: 'hold' | 'fail';
}

/** Everything a verdict depends on besides the samples. Plain data. */
export interface Rules {
  /** release: fail as soon as harm is proven. recovery: pass as soon as every criterion is proven; harm is told only at the deadline. */
  readonly goal: 'release' | 'recovery';
  readonly triggers: readonly Rule[];
  /** Probability of failing an acceptable release, of passing one at the harm limit. */
  readonly falseAlarm: number;
  readonly falsePass: number;
  readonly soakSeconds: number;
  readonly deadlineSeconds: number;
  readonly pollSeconds: number;
  /** Limits what one window can say, so that a burst is not a verdict. */
  readonly robust: boolean;
}

const WEIGHTS = { critical: 3, normal: 1, info: 0 } as const;

/** Throws playbook-invalid for a trigger that cannot be asked. */
export function rulesOfGate(gate: Gate): Rules {
  return checked({
    goal: 'release',
    triggers: gate.triggers.map((trigger) => {
      const silent = trigger['dry-run'] || trigger.criticality === 'info';
      return {
        name: trigger.name,
        question: question(trigger),
        then: trigger.then,
        weight: silent ? 0 : (trigger.weight ?? WEIGHTS[trigger.criticality]),
        required: !silent,
        minSamples: trigger['min-samples'],
        onNoData: trigger['on-no-data'],
      };
    }),
    falseAlarm: gate['false-alarm'],
    falsePass: gate['false-pass'],
    soakSeconds: gate.soak / 1000,
    deadlineSeconds: gate.deadline / 1000,
    pollSeconds: gate.poll / 1000,
    robust: gate.robust,
  });
}

/** Proof of recovery: every criterion must be proven inside its limit; there is no soak. */
export function rulesOfVerify(verify: Verify): Rules {
  return checked({
    goal: 'recovery',
    triggers: verify.criteria.map((criterion) => ({
      name: criterion.name,
      question: question(criterion),
      then: 'ask',
      weight: 1,
      required: true,
      minSamples: criterion['min-samples'],
      onNoData: 'hold',
    })),
    falseAlarm: 0.01,
    falsePass: 0.05,
    soakSeconds: 0,
    deadlineSeconds: verify.within / 1000,
    pollSeconds: verify.poll / 1000,
    robust: true,
  });
}

function checked(rules: Rules): Rules {
  const names = new Set<string>();
  for (const { name } of rules.triggers) {
    if (names.has(name))
      throw new RollbackError('playbook-invalid', `two triggers are named '${name}'; names must differ`);
    names.add(name);
  }
  return rules;
}
