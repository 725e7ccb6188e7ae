/** The kinds of question that presets are made of. */

/** One question of a preset. */
export interface PresetTrigger {
  readonly name: string;
  /** Its keys as a playbook writes them. */
  readonly ask: Readonly<Record<string, unknown>> & { readonly if: string; readonly then: string };
  /** The same `if` with limits of the tier; used where the tier has them. */
  readonly tiered: string;
  /** The `if` of a criterion of `verify`, where there is no baseline. Without the limits of a tier there is none. */
  readonly fixed: string;
  /** Why it is left out unless `adjust` names it; null: asked by default. */
  readonly optional: string | null;
}

export interface Preset {
  /** Label by which this server tells versions apart; null: it has none, so the arms name pods or their labels. */
  readonly version: string | null;
  /** Where the names come from. */
  readonly source: string;
  readonly notes: string;
  readonly triggers: readonly PresetTrigger[];
}

type Keys = Readonly<Record<string, unknown>>;

/** More failing requests than the baseline has. */
export function errors(counters: Keys): PresetTrigger {
  const ask = { ...counters, if: 'rate > baseline + 1pp', then: 'rollback' };
  return {
    name: 'errors',
    ask,
    tiered: 'rate > baseline + tier.error-margin',
    fixed: 'rate > tier.error-rate',
    optional: null,
  };
}

/** The same, where only the good ones can be told for certain. */
export function successes(counters: Keys): PresetTrigger {
  const ask = { ...counters, if: 'rate < baseline - 1pp', then: 'rollback' };
  return {
    name: 'errors',
    ask,
    tiered: 'rate < baseline - tier.error-margin',
    fixed: 'rate < tier.success-rate',
    optional: null,
  };
}

interface Slow {
  readonly name: string;
  readonly histogram: string;
  readonly unit: 's' | 'ms';
  /** Name of the limit in a tier. */
  readonly limit: string;
  readonly then: string;
  readonly info?: true;
  readonly optional?: string;
}

export function slow({ name, histogram, unit, limit, then, info, optional }: Slow): PresetTrigger {
  const more = info === true ? { criticality: 'info' } : {};
  const tiered = `p95 > tier.${limit}`;
  const ask = { histogram, unit, if: 'p95 > baseline + 20%', then, ...more };
  return { name, ask, tiered, fixed: tiered, optional: optional ?? null };
}

/** Lengths of prompts or answers: a changed distribution is worth knowing and seldom harm by itself. */
export function lengths(name: string, histogram: string): PresetTrigger {
  const ask = { histogram, unit: 'none', if: 'ks > 0.15', then: 'notify', criticality: 'info' };
  return { name, ask, tiered: 'ks > tier.drift', fixed: '', optional: null };
}

/** A mean of durations: only a bound on them, which the server does not export, makes it a proof. */
export function meanDuration(counters: Keys, unit: string): PresetTrigger {
  const ask = { ...counters, if: 'mean > baseline + 20%', then: 'ask' };
  const optional = `needs range: [0, the time-out of a request in ${unit}]`;
  return { name: 'mean-duration', ask, tiered: '', fixed: '', optional };
}

/** The latencies that every server of language models in the family of vLLM exports under its own prefix. */
export function languageModel(prefix: string): readonly PresetTrigger[] {
  const named = (rest: string): string => `${prefix}:${rest}_seconds`;
  return [
    slow({
      name: 'ttft',
      histogram: named('time_to_first_token'),
      unit: 's',
      limit: 'ttft-p95',
      then: 'rollback',
    }),
    slow({ name: 'e2e', histogram: named('e2e_request_latency'), unit: 's', limit: 'p95', then: 'ask' }),
    slow({
      name: 'inter-token',
      histogram: named('inter_token_latency'),
      unit: 's',
      limit: 'itl-p95',
      info: true,
      then: 'ask',
    }),
  ];
}

/** What a request costs, once the playbook says what tokens do. */
export function cost(tokens: { readonly input: string; readonly output: string }, count: string): PresetTrigger {
  const ask = { tokens, count, if: 'mean > baseline + 20%', then: 'ask' };
  const optional = 'needs price: a name of `prices`, and range: [0, the most that one request can cost]';
  return { name: 'cost', ask, tiered: '', fixed: '', optional };
}
