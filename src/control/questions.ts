/** Every question that the playbook asks about one service in one environment, and what its source says to it now. */
import { RollbackError } from '../errors.ts';
import type { Reading } from '../measure/reading.ts';
import type { EnvironmentRules, Source } from '../playbook/schema.ts';
import type { MetricSource, Query } from '../ports.ts';

export interface Question {
  /** Name of the source in the playbook. */
  readonly source: string;
  readonly from: 'gate' | 'verify';
  readonly query: Query;
}

/** Triggers, then criteria, each in the words of its own source. `since`: epoch ms at which counting begins. */
export function questionsOf({ gate, verify }: Pick<EnvironmentRules, 'gate' | 'verify'>, since: number): Question[] {
  const triggers = (gate?.triggers ?? []).flatMap((trigger): Question[] => {
    if (!gate) return [];
    const { canary, baseline = null } = trigger.arms ?? gate.arms;
    const query = { trigger, arms: { canary, baseline }, since };
    return [{ source: trigger.source ?? gate.source, from: 'gate', query }];
  });
  const criteria = verify.criteria.map((criterion): Question => {
    const query = { trigger: criterion, arms: { canary: criterion.arm ?? verify.arm, baseline: null }, since };
    return { source: criterion.source ?? verify.source ?? gate?.source ?? '', from: 'verify', query };
  });
  return [...triggers, ...criteria];
}

export interface Answered {
  readonly question: Question;
  /** In words, why there is no reading at all; null: there is one. */
  readonly failed: string | null;
  readonly reading: Reading | null;
}

/** One look at each source, all at the same time; `at` null: now. Never rejects: a source that is down is an answer too. */
export async function askAll(
  questions: readonly Question[],
  sources: Readonly<Record<string, Source>>,
  door: (source: Source) => MetricSource,
  at: number | null = null,
): Promise<readonly Answered[]> {
  const looked = [...Map.groupBy(questions, ({ source, from }) => `${from} ${source}`).values()].map(
    async (together) => {
      const config = sources[together[0]?.source ?? ''];
      if (!config) return together.map((question) => failed(question, 'the playbook has no such source'));
      try {
        const queries = together.map(({ query }) => query);
        const readings = await door(config).look(queries, at);
        return together.map((question): Answered => {
          const reading = readings.get(question.query.trigger.name) ?? null;
          return reading === null ? failed(question, 'the source did not answer') : { question, failed: null, reading };
        });
      } catch (error) {
        const because = error instanceof RollbackError ? error.message : 'the source failed';
        return together.map((question) => failed(question, because));
      }
    },
  );
  return (await Promise.all(looked)).flat();
}

function failed(question: Question, because: string): Answered {
  return { question, failed: because, reading: null };
}
