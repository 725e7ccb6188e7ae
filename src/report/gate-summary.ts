/** The report of a gate: verdict first, then the numbers, then the course, then what happens next. */
import type { Needed } from '../judge/needed.ts';
import type { Finding, Verdict } from '../judge/verdict.ts';
import { evidenceChart, type GatePoint } from './chart.ts';
import { decisionWord, type Decision, type GateId } from './check-run.ts';
import { code, inline } from './escape.ts';
import { nextWords, type Next } from './gate-next.ts';
import { gateNeeds, triggerNeeds } from './needed-words.ts';
import { apart, count, duration, odds, quantity, segmentOf, short, statisticName } from './numbers.ts';

/** What the playbook says of one trigger, as the report needs it. */
export interface TriggerWords {
  readonly name: string;
  /** The condition as the user wrote it. */
  readonly condition: string;
  /** Info triggers and dry runs are shown and never decide. */
  readonly decides: boolean;
}

/** A gate that measured. */
export interface GateView {
  readonly id: GateId;
  readonly decision: Decision;
  readonly verdict: Verdict;
  readonly triggers: readonly TriggerWords[];
  /** Probability of failing an acceptable release, and of passing a harmful one. */
  readonly falseAlarm: number;
  readonly falsePass: number;
  readonly timeline: readonly GatePoint[];
  readonly next: Next;
  readonly dryRun: boolean;
  /** What it would still take; left out: not told. */
  readonly needed?: Needed;
  /** Natural log of the odds that fail the release, where a calibration asks for more than 1 / falseAlarm. */
  readonly failLogE?: number;
}

const SIGNS = {
  continue: 'looking',
  pass: 'ok',
  fail: '**FAIL**',
  inconclusive: 'open',
  'no-data': '**no data**',
  error: '**error**',
} as const satisfies Record<Finding['status'], string>;

/** The blame sentence: decision, service, the trigger that decided, both numbers. Plain text, to be escaped by its printer. */
export function blameSentence(verdict: Verdict): string {
  const blamed = verdict.findings.find((finding) => finding.trigger === verdict.blame);
  if (blamed === undefined || verdict.role !== undefined) return verdict.because;
  return `${blamed.trigger}: ${blamed.because}`;
}

export function gateSummary(view: GateView): string {
  const { id, verdict } = view;
  const sections = [
    `## ${decisionWord(view.decision, verdict.role)}: ${inline(id.service)} in ${inline(id.environment)} at ${short(id.sha)}`,
    `**${inline(blameSentence(verdict))}**`,
    `Decided after ${duration(verdict.elapsedSeconds)} with evidence of harm at ${odds(verdict.logE)}; a release fails at ${odds(view.failLogE ?? -Math.log(view.falseAlarm))}, and passes once every trigger is proven safe at ${odds(-Math.log(view.falsePass))}.`,
    findingsTable(view),
    missingList(verdict.findings),
    evidenceChart(view.timeline, view.falseAlarm, `Evidence of harm: ${id.service} in ${id.environment}`),
    neededList(view),
    `**Next:** ${nextWords(view.next, id, view.dryRun)}`,
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function findingsTable(view: GateView): string {
  const words = new Map(view.triggers.map((trigger) => [trigger.name, trigger]));
  const rows = view.verdict.findings.map((finding) => {
    const trigger = words.get(finding.trigger);
    const [canary, limit] = apart(finding.statistic, finding.canary, finding.limit);
    const name = `${inline(`${finding.trigger}${segmentOf(finding)}`, 160)}${trigger?.decides === false ? ' (never decides)' : ''}`;
    return [
      name,
      SIGNS[finding.status],
      trigger === undefined ? statisticName(finding.statistic) : code(trigger.condition, 120),
      `${canary} (n ${count(finding.canaryCount)})`,
      finding.baseline === null
        ? '-'
        : `${quantity(finding.statistic, finding.baseline)} (n ${count(finding.baselineCount)})`,
      limit,
      odds(finding.logEFail),
      odds(finding.logEPass),
      inline(finding.because),
    ].join(' | ');
  });
  return [
    '| Metric | State | Fails if | Canary | Baseline | Limit | Evidence of harm | Evidence of safety | Because |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

/** Empty once the gate has decided: then nothing is needed any more. */
function neededList({ needed, verdict }: GateView): string {
  if (needed === undefined) return '';
  const lines = needed.triggers.flatMap((one) => {
    const finding = verdict.findings.find(({ trigger }) => trigger === one.trigger);
    const words = finding === undefined ? [] : triggerNeeds(one, finding.statistic);
    return words.length === 0 ? [] : [`- **${inline(one.trigger, 80)}**: ${inline(words.join(' '))}`];
  });
  const whole = gateNeeds(needed);
  if (verdict.status === 'pass' || (lines.length === 0 && whole === '')) return '';
  return `Still needed: ${inline(whole)}\n\n${lines.join('\n')}`.trim();
}

/** What could not be read is named, so that a quiet gate is never mistaken for a healthy one. */
function missingList(findings: readonly Finding[]): string {
  const lines = findings.flatMap((finding) =>
    finding.missing
      // Counting begins with the first look: it has no window, and that is no gap.
      .filter((gap) => gap.reason !== 'first-look')
      .map(
        (gap) =>
          `- **${inline(finding.trigger, 80)}**: ${count(gap.count)} x ${code(gap.reason)}, last: ${inline(gap.detail)}`,
      ),
  );
  return lines.length === 0 ? '' : `Looks that gave no window:\n\n${lines.join('\n')}`;
}

/** The report of a gate that could not begin or broke: one sentence, and the cure. */
export function errorSummary(error: {
  readonly message: string;
  readonly hint: string;
  readonly code: string;
}): string {
  return [
    `## Error: no verdict`,
    `**${inline(error.message, 4_000)}**`,
    inline(error.hint),
    `Reason: ${code(error.code)}. An error is never a pass.`,
  ]
    .join('\n\n')
    .concat('\n');
}
