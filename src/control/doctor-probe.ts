import { RollbackError } from '../errors.ts';
import type { Reading } from '../measure/reading.ts';
import type { Playbook } from '../playbook/schema.ts';
import type { MetricSource } from '../ports.ts';
import type { ProbeFacts } from './doctor-facts.ts';
import { questionsOf, type Question } from './questions.ts';

interface Probe extends Question {
  readonly service: string;
  readonly environment: string;
}

/** Questions asked at once, and at all: a playbook of thousands of services must not become a load test of its sources. */
const AT_ONCE = 4;
const MOST = 300;

/**
 * Asks every question of the playbook once, the first ones where there are very many; `unasked` counts the others. A source that is
 * down is a fact about each of its questions.
 */
export async function probe(
  playbook: Playbook,
  door: (source: Playbook['sources'][string]) => MetricSource,
  now: number,
): Promise<{ readonly probes: readonly ProbeFacts[]; readonly unasked: number }> {
  const all = probesOf(playbook, now);
  const asked = all.slice(0, MOST);
  const probes: ProbeFacts[] = [];
  const left = asked.entries();
  const worker = async (): Promise<void> => {
    for (const [i, each] of left) probes[i] = await ask(playbook, door, each);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { probes, unasked: all.length - asked.length };
}

async function ask(
  playbook: Playbook,
  door: (source: Playbook['sources'][string]) => MetricSource,
  { source, from, service, environment, query }: Probe,
): Promise<ProbeFacts> {
  const facts = { source, from, service, environment, question: query.trigger.name };
  try {
    const config = playbook.sources[source];
    const reading = config && (await door(config).look([query], null)).get(query.trigger.name);
    if (!reading) return { ...facts, canary: 'the source did not answer', baseline: null };
    const baseline = query.arms.baseline === null ? null : gap(reading.baseline);
    return { ...facts, canary: gap(reading.canary), baseline };
  } catch (error) {
    const because = error instanceof RollbackError ? error.message : 'the source failed';
    return { ...facts, canary: because, baseline: null };
  }
}

function gap(arm: Reading['canary'] | null): string | null {
  if (arm === null) return 'it was not read';
  return arm.kind === 'missing' ? `${arm.reason}: ${arm.detail}` : null;
}

function probesOf(playbook: Playbook, now: number): readonly Probe[] {
  return Object.entries(playbook.services).flatMap(([service, { environments }]) =>
    Object.entries(environments).flatMap(([environment, rules]) =>
      questionsOf(rules, now - HOUR).map((question): Probe => ({ ...question, service, environment })),
    ),
  );
}

const HOUR = 3_600_000;
