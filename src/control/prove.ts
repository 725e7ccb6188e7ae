import { begin, look, verdict } from '../judge/judge.ts';
import { type Rules, rulesOfVerify } from '../judge/rules.ts';
import type { State } from '../judge/state.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Reading } from '../measure/reading.ts';
import type { Sample } from '../measure/sample.ts';
import { between } from '../measure/window.ts';
import type { Criterion, Verify } from '../playbook/schema.ts';
import type { Clock, MetricSource, Query } from '../ports.ts';
import { createMemo, MOST_INCIDENTS } from './memo.ts';

/** Gathers evidence that users are served well again. Losing it costs time, never truth: it is then gathered anew. */
export interface Prover {
  /** One more look at the success criteria since `since` (epoch ms). `sources`: by the name of the criterion. */
  prove(id: string, verify: Verify, sources: ReadonlyMap<string, MetricSource>, since: number): Promise<Verdict>;
  forget(id: string): void;
}

interface Proof {
  readonly since: number;
  readonly rules: Rules;
  state: State;
  readings: ReadonlyMap<string, Reading>;
}

export function createProver(clock: Clock): Prover {
  const proofs = createMemo<Proof>(MOST_INCIDENTS);

  async function start(verify: Verify, sources: ReadonlyMap<string, MetricSource>, since: number): Promise<Proof> {
    const rules = rulesOfVerify(verify);
    return {
      since,
      rules,
      state: begin(rules),
      readings: await readAll(verify, sources, { since, at: since, now: clock.now() }),
    };
  }

  return {
    async prove(id, verify, sources, since) {
      let proof = proofs.get(id);
      // Health was lost and regained: what was seen before says nothing about the cluster of now.
      if (!proof || proof.since !== since) {
        proof = await start(verify, sources, since);
        proofs.set(id, proof);
        if (![...sources.values()].some((source) => source.remembers)) return verdict(proof.rules, proof.state);
      }
      const now = clock.now();
      const readings = await readAll(verify, sources, { since, at: null, now });
      const samples: Record<string, Sample> = {};
      const keep = new Map<string, Reading>();
      for (const criterion of verify.criteria) {
        const reading = readings.get(criterion.name);
        if (!reading) continue;
        const window = between(criterion, proof.readings.get(criterion.name) ?? null, reading);
        samples[criterion.name] = window.sample;
        keep.set(criterion.name, window.keep);
      }
      proof.readings = keep;
      proof.state = look(proof.rules, proof.state, { t: (now - since) / 1000, samples });
      const result = verdict(proof.rules, proof.state);
      // A failed proof is not the end before its time: what failed may have been the last of the bad answers.
      if (result.status === 'fail') proofs.delete(id);
      return result;
    },
    forget: (id) => proofs.delete(id),
  };
}

/** All in epoch ms. `at` null: now. A source with history can be asked about the moment when the cluster became healthy. */
interface When {
  readonly since: number;
  readonly at: number | null;
  readonly now: number;
}

async function readAll(
  verify: Verify,
  sources: ReadonlyMap<string, MetricSource>,
  { since, at, now }: When,
): Promise<ReadonlyMap<string, Reading>> {
  const bySource = Map.groupBy(verify.criteria, (criterion) => sources.get(criterion.name));
  const answers = await Promise.all(
    [...bySource].map(async ([source, criteria]) => {
      if (!source) return new Map<string, Reading>();
      return source.look(
        criteria.map((criterion) => query(criterion, verify, since)),
        source.remembers && at !== null && at < now ? at : null,
      );
    }),
  );
  return new Map(answers.flatMap((answer) => [...answer]));
}

function query(criterion: Criterion, verify: Verify, since: number): Query {
  return { trigger: criterion, arms: { canary: criterion.arm ?? verify.arm, baseline: null }, since };
}
