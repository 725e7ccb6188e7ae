/** Whether the gate and the proof of a release will find numbers. */
import type { Entry } from '../ledger/entry.ts';
import type { Missing } from '../measure/sample.ts';
import { readyFinding, type ReadyFinding } from '../report/ready.ts';
import type { Answered } from './questions.ts';
import type { ReadyFacts } from './ready-facts.ts';

type Gap = { readonly status: 'unknown' | 'fault'; readonly says: string };

/**
 * Between two releases no canary serves, so that its arm is empty and nothing is wrong: then the newest gate of the service says
 * whether the question finds it.
 */
export function metricsFinding(
  answers: readonly Answered[],
  facts: Pick<ReadyFacts, 'ledger' | 'target'>,
): ReadyFinding {
  const gate = newestGate(facts);
  const gaps = answers.flatMap((answer) => gapsOf(answer, gate));
  const [first] = [...gaps.filter(({ status }) => status === 'fault'), ...gaps];
  const details = gaps.map(({ says }) => says);
  if (!first) {
    const asleep = answers.some(isAsleep);
    const words = asleep && gate !== null ? `; no canary serves now, and the gate at ${gate.at} measured it` : '';
    return readyFinding('metrics', {
      status: 'ok',
      says: `every one of ${answers.length} questions has its numbers${words}`,
    });
  }
  return readyFinding('metrics', {
    status: first.status,
    says: first.says,
    cure:
      first.status === 'fault'
        ? 'Correct the query or the labels of the arm in the playbook: lastgood doctor asks every question once.'
        : 'Press Re-run on this check once it answers.',
    details: details.slice(1),
  });
}

function gapsOf(answer: Answered, gate: Entry | null): readonly Gap[] {
  const { question, failed, reading } = answer;
  const name = question.query.trigger.name;
  const of = (arm: string, says: string) => `${name} (source ${question.source})${arm}: ${says}`;
  if (failed !== null || reading === null) return [{ status: 'unknown', says: of('', failed ?? 'no answer') }];
  const { canary, baseline } = reading;
  const gaps: Gap[] = [];
  if (canary.kind === 'missing') {
    const arm = question.from === 'verify' ? '' : ', canary';
    if (!isAsleep(answer)) gaps.push({ status: statusOf(canary), says: of(arm, `${canary.reason}: ${canary.detail}`) });
    else if (gate === null)
      gaps.push({
        status: 'unknown',
        says: of(arm, 'no canary serves now, and no gate of this service has measured one yet'),
      });
    else if (gate.kind === 'gate-undecided')
      gaps.push({ status: 'fault', says: of(arm, `the gate at ${gate.at} could not tell: ${gate.because}`) });
  }
  if (question.query.arms.baseline !== null && baseline?.kind === 'missing')
    gaps.push({ status: statusOf(baseline), says: of(', baseline', `${baseline.reason}: ${baseline.detail}`) });
  return gaps;
}

/** The canary of a gate that no series belongs to, while the source did answer. */
function isAsleep({ question, reading }: Answered): boolean {
  return question.from === 'gate' && reading?.canary.kind === 'missing' && reading.canary.reason === 'no-series';
}

/** A source that is away or slow, and a service that nobody uses just now, may answer at the next look. */
function statusOf({ reason }: Missing): Gap['status'] {
  return ['query-error', 'time-out', 'no-traffic', 'stale', 'unchanged', 'first-look'].includes(reason)
    ? 'unknown'
    : 'fault';
}

function newestGate({ ledger, target }: Pick<ReadyFacts, 'ledger' | 'target'>): Entry | null {
  return (
    ledger.findLast(
      ({ kind, service, environment }) =>
        kind.startsWith('gate-') && service === target.service && environment === target.environment,
    ) ?? null
  );
}
