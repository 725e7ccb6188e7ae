import { RollbackError } from '../errors.ts';
import type { ReferenceSample } from '../measure/reference.ts';
import { spendingFault } from '../playbook/check-spending.ts';
import { countsRequests } from '../playbook/metric.ts';
import type { Gate, Verify } from '../playbook/schema.ts';
import { horizonPlan, type HorizonPlan } from './horizon-plan.ts';
import { question, type Question } from './question.ts';
import type { Segments } from './segments.ts';
import { sharesOf, silent } from './shares.ts';

/** One trigger with what its answer means. */
export interface Rule {
  readonly name: string;
  readonly question: Question;
  readonly then: 'rollback' | 'ask' | 'notify' | 'fallback';
  /** Share in the merged evidence; 0: reported, never decides. */
  readonly weight: number;
  /** A pass needs its proof. */
  readonly required: boolean;
  /** Canary events needed before this trigger may pass or fail. */
  readonly minSamples: number;
  readonly onNoData: 'hold' | 'fail';
  /** Asked in each value of a label; null: once, of everything. */
  readonly segments: Segments | null;
}

/** Everything a verdict depends on besides the samples. Plain data. */
export interface Rules {
  /** release: fail as soon as harm is proven. recovery: pass as soon as every criterion is proven; harm is told only at the deadline. */
  readonly goal: 'release' | 'recovery';
  /** What the canary arm is; absent: a release on its way to everybody. */
  readonly role?: 'shadow' | 'challenger';
  readonly triggers: readonly Rule[];
  /** Probability of failing an acceptable release, of passing one at the harm limit. */
  readonly falseAlarm: number;
  readonly falsePass: number;
  readonly soakSeconds: number;
  readonly deadlineSeconds: number;
  readonly pollSeconds: number;
  /** Limits what one window can say, so that a burst is not a verdict. */
  readonly robust: boolean;
  /** Natural log of the odds at which harm counts as proven: log(1 / falseAlarm), or more where a calibration asks for it. */
  readonly failLogE: number;
  /** In robust mode one window says at most log(1 / falseAlarm) / burstWindows nats. */
  readonly burstWindows: number;
  /** The share of the requests that the canary should get, and the trigger whose requests are counted; null: not checked. */
  readonly split: { readonly trigger: string; readonly weight: number } | null;
  /** The threshold that spends all of `falseAlarm` until the deadline, for the one trigger that decides; null: any time. */
  readonly horizon: { readonly trigger: string; readonly plan: HorizonPlan } | null;
}

/** Reference samples by the name of the trigger that names their file. */
export type References = ReadonlyMap<string, ReferenceSample>;

/** A burst of three windows alone is not a verdict. */
export const BURST_WINDOWS = 3;

/** Throws playbook-invalid for a trigger that cannot be asked, such as one whose reference was not read. */
export function rulesOfGate(gate: Gate, references: References = new Map()): Rules {
  const shares = sharesOf(gate.triggers);
  return checked({
    goal: 'release',
    ...(gate.role === undefined || gate.role === 'canary' ? {} : { role: gate.role }),
    triggers: gate.triggers.map((trigger, i) => {
      const { weight, part } = shares[i] ?? { weight: 0, part: 0 };
      return {
        name: trigger.name,
        question: question(trigger, {
          pollMs: gate.poll,
          falseAlarm: gate['false-alarm'] * (part > 0 ? part : 1),
          falsePass: gate['false-pass'],
          reference: references.get(trigger.name) ?? null,
        }),
        then: trigger.then,
        weight,
        required: !silent(trigger),
        minSamples: trigger['min-samples'],
        onNoData: trigger['on-no-data'],
        segments: trigger.segments ?? null,
      };
    }),
    falseAlarm: gate['false-alarm'],
    falsePass: gate['false-pass'],
    soakSeconds: gate.soak / 1000,
    deadlineSeconds: gate.deadline / 1000,
    pollSeconds: gate.poll / 1000,
    robust: gate.robust,
    failLogE: failLogEOf(gate),
    burstWindows: gate['burst-windows'] ?? BURST_WINDOWS,
    split: splitOf(gate),
    horizon: horizonOf(gate),
  });
}

/** The split is counted on the first trigger that counts requests of both arms: a rate, else a histogram. */
function splitOf(gate: Gate): Rules['split'] {
  if (gate.weight === undefined || gate.arms.baseline === undefined) return null;
  const counted =
    gate.triggers.find(countsRequests) ?? gate.triggers.find((trigger) => trigger.histogram !== undefined);
  return counted === undefined ? null : { trigger: counted.name, weight: gate.weight };
}

/** Natural log of the odds that fail a release of this gate; never below what `false-alarm` promises. */
export function failLogEOf(gate: Pick<Gate, 'false-alarm' | 'fail-at'>): number {
  return Math.max(Math.log(1 / gate['false-alarm']), Math.log(gate['fail-at'] ?? 1));
}

/** Throws playbook-invalid where the threshold would not be valid. */
function horizonOf(gate: Gate): Rules['horizon'] {
  if (gate.spending !== 'horizon') return null;
  const fault = spendingFault(gate);
  if (fault !== null)
    throw new RollbackError('playbook-invalid', `'spending: horizon' ${fault.message}`, { hint: fault.cure });
  const decides = gate.triggers.find((trigger) => !silent(trigger));
  const looks = Math.max(2, Math.ceil(gate.deadline / gate.poll));
  const ratio = decides?.if.limits[0]?.factor ?? 1;
  return { trigger: decides?.name ?? '', plan: horizonPlan({ alpha: gate['false-alarm'], looks, ratio }) };
}

/** Proof of recovery: every criterion must be proven inside its limit; there is no soak. */
export function rulesOfVerify(verify: Verify): Rules {
  return checked({
    goal: 'recovery',
    triggers: verify.criteria.map((criterion) => ({
      name: criterion.name,
      question: question(criterion, {
        pollMs: verify.poll,
        falseAlarm: 0.01,
        falsePass: 0.05,
        reference: null,
      }),
      then: 'ask',
      weight: 1,
      required: true,
      minSamples: criterion['min-samples'],
      onNoData: 'hold',
      segments: null,
    })),
    falseAlarm: 0.01,
    falsePass: 0.05,
    soakSeconds: 0,
    deadlineSeconds: verify.within / 1000,
    pollSeconds: verify.poll / 1000,
    robust: true,
    failLogE: Math.log(1 / 0.01),
    burstWindows: BURST_WINDOWS,
    split: null,
    horizon: null,
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
