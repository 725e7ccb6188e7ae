/** What to change so that a clean release passes in time. Every proposal is computed again with itself applied. */
import { printCondition, type Condition } from '../playbook/condition.ts';
import { passCondition } from '../playbook/provable.ts';
import type { Gate } from '../playbook/schema.ts';
import { planGate, type Flows, type GatePlan } from './plan-gate.ts';
import type { References } from './rules.ts';

export type Proposal =
  /** The canary gets this share of all requests. */
  | { readonly kind: 'traffic'; readonly share: number }
  /** `pass-when` of these triggers. */
  | { readonly kind: 'margin'; readonly passWhen: Readonly<Record<string, Condition>> }
  | { readonly kind: 'deadline'; readonly ms: number };

export interface Planned {
  readonly gate: Gate;
  readonly flows: Flows;
  readonly references?: References;
}

/** In the order traffic, margin, deadline; one that cannot help is left out. Empty where the plan fits. */
export function proposals(planned: Planned): readonly Proposal[] {
  if (plan(planned).fit === 'fits') return [];
  return [traffic(planned), margin(planned), deadline(planned)].filter((one) => one !== null);
}

/** The plan's inputs with a proposal applied. */
export function applied(planned: Planned, proposal: Proposal): Planned {
  switch (proposal.kind) {
    case 'traffic':
      return {
        ...planned,
        flows: (trigger) => {
          const flow = planned.flows(trigger);
          const all = flow.canary + flow.baseline;
          return { ...flow, canary: all * proposal.share, baseline: all * (1 - proposal.share) };
        },
      };
    case 'margin': {
      const triggers = planned.gate.triggers.map((trigger) => {
        const passWhen = proposal.passWhen[trigger.name];
        return passWhen === undefined ? trigger : { ...trigger, 'pass-when': passWhen };
      });
      return { ...planned, gate: { ...planned.gate, triggers } };
    }
    case 'deadline':
      return { ...planned, gate: { ...planned.gate, deadline: proposal.ms } };
  }
}

function plan({ gate, flows, references }: Planned): GatePlan {
  return planGate(gate, flows, references);
}

function helps(planned: Planned, proposal: Proposal): boolean {
  return plan(applied(planned, proposal)).fit === 'fits';
}

const SHARES = [0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5] as const;

function traffic(planned: Planned): Proposal | null {
  const largest = Math.max(
    ...planned.gate.triggers.map(({ name }) => {
      const { canary, baseline } = planned.flows(name);
      return canary / Math.max(canary + baseline, Number.MIN_VALUE);
    }),
  );
  if (planned.gate.triggers.every(({ name }) => planned.flows(name).baseline <= 0)) return null;
  for (const share of SHARES) {
    const proposal: Proposal = { kind: 'traffic', share };
    if (share > largest && helps(planned, proposal)) return proposal;
  }
  return null;
}

/** Percentage points that a harm limit may be moved by. */
const WIDER = [0.001, 0.002, 0.003, 0.004, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05] as const;

/** The least widening of the rates that are too slow; null where another kind of trigger is. */
function margin(planned: Planned): Proposal | null {
  const late = plan(planned).triggers.filter((one) => one.decides && one.pass.p95 > planned.gate.deadline / 1000);
  const passWhen: Record<string, Condition> = {};
  for (const { trigger: name } of late) {
    const trigger = planned.gate.triggers.find((one) => one.name === name);
    if (trigger?.if.statistic.kind !== 'rate') return null;
    const alone = { ...planned, gate: { ...planned.gate, triggers: [trigger] } };
    const wider = WIDER.map((by) => widened(passCondition(trigger), by)).find((condition) =>
      helps(alone, { kind: 'margin', passWhen: { [name]: condition } }),
    );
    if (wider === undefined) return null;
    passWhen[name] = wider;
  }
  const proposal: Proposal = { kind: 'margin', passWhen };
  return late.length > 0 && helps(planned, proposal) ? proposal : null;
}

function widened(condition: Condition, by: number): Condition {
  const side = condition.op === '<' ? 1 : -1;
  const limits = condition.limits.map(({ factor, plus }) => ({
    factor,
    plus: Number((plus + side * by).toPrecision(9)),
  }));
  const wide = { ...condition, limits };
  return { ...wide, text: printCondition(wide) };
}

const MINUTE = 60_000;
const LONGEST = 24 * 60 * MINUTE;

/** Whole minutes, in steps of five above twenty. */
function deadline(planned: Planned): Proposal | null {
  let ms = planned.gate.deadline;
  // A simulated trigger is only known as far as its deadline: double, and look again.
  while (ms < LONGEST) {
    const { pass } = plan(applied(planned, { kind: 'deadline', ms }));
    const wanted = Number.isFinite(pass.p95) ? roundUp(pass.p95 * 1000) : ms * 2;
    const proposal: Proposal = { kind: 'deadline', ms: Math.min(Math.max(wanted, ms + MINUTE), LONGEST) };
    if (helps(planned, proposal)) return proposal;
    ms = proposal.ms;
  }
  return null;
}

function roundUp(ms: number): number {
  const step = ms > 20 * MINUTE ? 5 * MINUTE : MINUTE;
  return Math.ceil(ms / step) * step;
}
