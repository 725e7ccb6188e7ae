import { duration } from './because.ts';
import { comparedWords } from './comparison.ts';
import type { Decision } from './decide.ts';
import { SILENT_LOOKS } from './trigger-metric.ts';
import type { Rules } from './rules.ts';
import { splitBecause, type OffSplit } from './split-check.ts';
import type { State } from './state.ts';
import type { Finding, VerdictStatus } from './verdict.ts';

/** How the gate came to its status. */
export interface Outcome {
  readonly status: VerdictStatus;
  readonly blame: string | null;
  readonly logE: number;
  readonly decision: Decision;
  readonly why: 'evidence' | 'no-data' | 'no-traffic' | 'split' | 'deadline' | null;
  /** Set where `why` is split. */
  readonly split: OffSplit | null;
}

interface Facts {
  readonly state: State;
  readonly findings: readonly Finding[];
}

/** The sentence of the whole verdict: the state first, then the numbers that decided. */
export function reason(rules: Rules, outcome: Outcome, { state, findings }: Facts): string {
  const after = duration(state.t);
  const compared = comparedWords(
    findings.flatMap(({ trigger, comparison }) =>
      comparison != null && rules.triggers.some(({ name, required }) => name === trigger && required)
        ? [{ trigger, comparison }]
        : [],
    ),
  );
  const told = (names: readonly string[]) =>
    findings
      .filter((finding) => names.includes(finding.trigger))
      .map((finding) => `${finding.trigger}: ${finding.because}`)
      .join('; ');
  switch (outcome.status) {
    case 'fail': {
      const blamed = outcome.blame ?? '';
      if (outcome.why !== 'no-data') return `${compared === '' ? '' : `${compared}; `}${told([blamed])}`;
      return `${blamed}: no data for more than ${SILENT_LOOKS} looks, and on-no-data is fail; ${told([blamed])}`;
    }
    case 'pass':
      return `${compared === '' ? '' : `${compared}; `}every limit is proven kept after ${after}; ${told(rules.triggers.filter((rule) => rule.required).map((rule) => rule.name))}`;
    case 'continue':
      return waiting(rules, outcome, state, told);
    case 'no-data':
    case 'error':
      return `${after} are over and something required was not measured; ${told(outcome.decision.missing)}`;
    case 'inconclusive':
      if (outcome.split !== null) return splitBecause(outcome.split);
      if (outcome.why === 'no-traffic') return `no traffic: the canary served nothing in ${state.looks} looks`;
      return `${after} are over without proof${stillNeeded(rules, outcome, { state, findings })}; ${told(open(rules, outcome))}`;
  }
}

/** What a pass still waits for. */
function open(rules: Rules, { decision }: Outcome): readonly string[] {
  const names = [...new Set([...decision.missing, ...decision.unproven])];
  return names.length > 0 ? names : rules.triggers.map((rule) => rule.name);
}

function waiting(
  rules: Rules,
  { decision, logE }: Outcome,
  state: State,
  told: (names: readonly string[]) => string,
): string {
  if (!rules.triggers.some((rule) => rule.required)) return 'no trigger decides, so nothing can pass';
  const left = [...new Set([...decision.missing, ...decision.unproven])];
  if (left.length > 0) return told(left);
  if (state.t < rules.soakSeconds) return `no harm so far; soaking until ${duration(rules.soakSeconds)}`;
  return `some evidence of harm (log E ${logE.toFixed(2)}) holds back the pass`;
}

/** How long the proof would still take at this traffic, where the evidence points that way. */
function stillNeeded(rules: Rules, { decision }: Outcome, { state, findings }: Facts): string {
  if (decision.missing.length > 0 || decision.unproven.length === 0 || state.t <= 0) return '';
  let seconds = 0;
  for (const { trigger, logEPass } of findings) {
    if (!decision.unproven.includes(trigger)) continue;
    if (logEPass < 0.1) return '';
    seconds = Math.max(seconds, (Math.log(1 / rules.falsePass) / logEPass - 1) * state.t);
  }
  return `, about ${duration(seconds)} more at this traffic would prove it`;
}
