import { rulesOfGate } from '../../src/judge/judge.ts';
import { planGate as planned, type Flow } from '../../src/judge/plan-gate.ts';
import { proposals } from '../../src/judge/plan-proposals.ts';
import { planGateText, proposalLine, type PlanGateView } from '../../src/report/plan-gate.ts';
import { gateOf, referencesOf } from '../gate-of.ts';
import { answer, type Command, OF_PLAYBOOK } from '../terminal.ts';
import { cleanShare, givenTraffic, measuredTraffic } from '../traffic.ts';

const NOTHING: Flow = { canary: 0, baseline: 0, bad: 0 };

export const planGate: Command = {
  usage: 'plan-gate --service S [--environment E] [--traffic "canary 5/s, baseline 95/s, bad 0.5%"]',
  does: 'says how long the gate takes with this traffic, and what to change where its deadline is too short',
  words: [],
  values: { ...OF_PLAYBOOK, traffic: 'TEXT', 'canary-rps': 'N', 'baseline-rps': 'N', 'bad-rate': '0.5%' },
  switches: [],
  apart: [
    ['traffic', 'canary-rps'],
    ['traffic', 'baseline-rps'],
    ['traffic', 'bad-rate'],
  ],
  async run(call) {
    const of = await gateOf(call);
    const { gate, target } = of;
    const references = await referencesOf(of, call);
    const rules = rulesOfGate(gate, references);
    const given = givenTraffic(call);
    const measured = given === null ? await measuredTraffic(of, call, rules) : null;
    const slow = new Map(rules.triggers.map(({ name, question }) => [name, cleanShare(question)]));
    const flows = (trigger: string): Flow => {
      if (given === null) return measured?.get(trigger) ?? NOTHING;
      return { ...given, bad: slow.get(trigger) ?? given.bad };
    };
    const view: PlanGateView = {
      about: `${target.service} in ${target.environment}`,
      plan: planned(gate, flows, references),
      proposals: proposals({ gate, flows, references }),
      deadlineSeconds: gate.deadline / 1000,
      soakSeconds: gate.soak / 1000,
      measured: given === null,
    };
    const told = view.proposals.map((proposal) => ({ ...proposal, says: proposalLine(proposal, view) }));
    answer(call, { ...view, proposals: told }, () => planGateText(view));
    return view.plan.fit === 'cannot' ? 1 : 0;
  },
};
