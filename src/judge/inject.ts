import type { Look, Sample } from '../measure/sample.ts';
import type { Question } from './question.ts';
import { binomial, type Random } from './random.ts';
import type { Rules } from './rules.ts';

/** Whether a harm of "this share of the requests more" means anything for the question: rates and latencies. */
export function injectable(asked: Question): boolean {
  return asked.statistic.kind === 'rate' || asked.statistic.kind === 'quantile';
}

/** The looks with the canary made worse in one trigger: of each of its good events, this share is turned into a bad one. */
export function injected(
  rules: Rules,
  looks: readonly Look[],
  harm: { readonly trigger: string; readonly share: number; readonly random: Random },
): readonly Look[] {
  const asked = rules.triggers.find((rule) => rule.name === harm.trigger)?.question;
  if (asked === undefined) return looks;
  return looks.map((look) => {
    const sample = look.samples[harm.trigger];
    if (sample === undefined) return look;
    const harmed = (one: Sample): Sample => worse(asked, one, harm.share, harm.random);
    const samples = { ...look.samples, [harm.trigger]: harmed(sample) };
    const parts = look.segments?.[harm.trigger];
    if (parts === undefined) return { ...look, samples };
    const segments = Object.fromEntries(Object.entries(parts).map(([name, one]) => [name, harmed(one)]));
    return { ...look, samples, segments: { ...look.segments, [harm.trigger]: segments } };
  });
}

function worse(asked: Question, sample: Sample, share: number, random: Random): Sample {
  if (sample.kind === 'events') {
    const { hits, total } = sample.canary;
    const more = asked.bad === 'above' ? binomial(random, total - hits, share) : -binomial(random, hits, share);
    return { ...sample, canary: { hits: hits + more, total } };
  }
  if (sample.kind === 'histogram' && asked.statistic.kind === 'quantile') {
    const moved = sample.canary.map((count) => binomial(random, count, share));
    const all = moved.reduce((sum, count) => sum + count, 0);
    const last = sample.canary.length - 1;
    // Slower than every finite edge.
    return { ...sample, canary: sample.canary.map((count, i) => count - (moved[i] ?? 0) + (i === last ? all : 0)) };
  }
  return sample;
}
