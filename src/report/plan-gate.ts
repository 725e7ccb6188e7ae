/** What a gate can promise with its traffic, before the release. */
import type { GatePlan, TriggerPlan } from '../judge/plan-gate.ts';
import type { Proposal } from '../judge/plan-proposals.ts';
import { printDuration } from '../playbook/units.ts';
import { duration, percent } from './numbers.ts';

export interface PlanGateView {
  readonly about: string;
  readonly plan: GatePlan;
  readonly proposals: readonly Proposal[];
  readonly deadlineSeconds: number;
  readonly soakSeconds: number;
  /** Where the traffic is from. */
  readonly measured: boolean;
}

export function planGateText(view: PlanGateView): string {
  const { plan } = view;
  return [
    `Plan of the gate of ${view.about}, with the traffic that was ${view.measured ? 'measured over the last hour' : 'given'}`,
    ...plan.triggers.flatMap((trigger) => ['', ...triggerLines(trigger)]),
    '',
    verdictLine(view),
    ...view.proposals.map((proposal) => `  ${proposalLine(proposal, view)}`),
    'Mean times; every release is different. More triggers need more evidence: M of the same weight cost log M nats.',
  ].join('\n');
}

function triggerLines({ trigger, decides, flow, method, harms, pass, segments }: TriggerPlan): readonly string[] {
  const traffic = `canary ${rate(flow.canary)}, baseline ${rate(flow.baseline)}, bad ${percent(flow.bad)}`;
  return [
    `${trigger}${decides ? '' : ' (never decides)'}: ${traffic}; ${method === 'formula' ? 'by formula' : 'a few simulated releases, with assumed noise'}`,
    ...segmentLine(segments),
    ...harms.map(({ harm, floorSeconds, meanSeconds }) => {
      const floor =
        floorSeconds === null || floorSeconds === Infinity
          ? ''
          : ` (no method can need less than ${duration(floorSeconds)} of traffic)`;
      return meanSeconds === Infinity
        ? `  ${harm}: not found; it lies within what the limit tolerates, or beyond the deadline`
        : `  ${harm}: found after about ${duration(meanSeconds)}${floor}`;
    }),
    `  a clean release is proven safe after ${span(pass)}`,
  ];
}

function segmentLine(segments: TriggerPlan['segments']): readonly string[] {
  if (segments === null) return [];
  if (segments === 'unknown')
    return ['  how many segments there are is not known: planned as one, so every time below is too short'];
  return [
    `  in the smallest of ${segments.count} segments, which has ${percent(segments.smallest, 1)} of the traffic:`,
  ];
}

function verdictLine({ plan, deadlineSeconds, soakSeconds }: PlanGateView): string {
  const limits = `the soak is ${duration(soakSeconds)}, the deadline ${duration(deadlineSeconds)}`;
  switch (plan.fit) {
    case 'fits':
      return `It fits: a clean release passes after ${span(plan.pass)}; ${limits}.`;
    case 'tight':
      return `It is tight: a clean release passes after ${span(plan.pass)}; ${limits}. More than 5 of 100 clean releases will end inconclusive. One of these cures it:`;
    case 'cannot':
      return `It does not fit: a clean release would pass after ${span(plan.pass)}; ${limits}. Most clean releases will end inconclusive. One of these cures it:`;
  }
}

export function proposalLine(proposal: Proposal, { plan, deadlineSeconds }: PlanGateView): string {
  switch (proposal.kind) {
    case 'traffic': {
      const flow = plan.triggers[0]?.flow;
      const share = flow === undefined ? 0 : flow.canary / (flow.canary + flow.baseline);
      return `more traffic: ${percent(proposal.share, 0)} canary instead of ${percent(share, 1)}`;
    }
    case 'margin':
      return Object.entries(proposal.passWhen)
        .map(([name, condition]) => `a larger harm margin: ${name} with pass-when: ${condition.text}`)
        .join(', ');
    case 'deadline':
      return `a longer deadline: ${printDuration(proposal.ms)} instead of ${printDuration(deadlineSeconds * 1000)}`;
  }
}

function span({ median, p95 }: { readonly median: number; readonly p95: number }): string {
  if (median === Infinity) return 'more than the deadline';
  return `${duration(median)} (median; 95 of 100 within ${p95 === Infinity ? 'more than the deadline' : duration(p95)})`;
}

function rate(perSecond: number): string {
  return `${Number(perSecond.toPrecision(3))}/s`;
}
