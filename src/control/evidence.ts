/** Gathers what is known before anything is changed, beside the plan: nothing here may hold a rollback up. */
import { messageOf } from '../errors.ts';
import { factsOf, printEvidence, type EvidenceFile, type Known } from '../ledger/evidence.ts';
import type { ArmReading } from '../measure/reading.ts';
import type { Sample } from '../measure/sample.ts';
import { between } from '../measure/window.ts';
import type { Incident } from '../plan/incident.ts';
import type { Target } from '../playbook/target.ts';
import type { Overview } from '../ports.ts';
import { parseGateNote } from '../report/check-run.ts';
import { seeApplications } from './applications.ts';
import type { Doors } from './doors.ts';
import type { Ask, Draft } from './draft.ts';
import { goodOf } from './step.ts';
import { askAll, questionsOf, type Answered } from './questions.ts';

type Facts = Readonly<Record<string, unknown>>;

/** What is being asked of others, since the rollback was asked for. */
export interface Gathering {
  readonly gates: Promise<Known<Facts[]>>;
  readonly measured: Promise<Known<Facts[]>>;
  readonly applications: Promise<Known<Facts[]>>;
  readonly takenAt: string;
}

/** As long as a registry is given, and begun with it. */
const BUDGET_MS = 2_000;
const WINDOW_MS = 300_000;

/** Begins at once; every part resolves within two seconds, and none rejects. */
export function gatherEvidence(doors: Doors, target: Target, { head }: Overview, ask: Ask): Gathering {
  const limited = async (what: string, work: Promise<readonly object[]>): Promise<Known<Facts[]>> => {
    try {
      const value = doors.within === undefined ? await work : await doors.within(BUDGET_MS, work);
      if (value === 'late') return { kind: 'missing', because: `${what} did not answer within ${BUDGET_MS} ms` };
      return { kind: 'known', value: value.map(factsOf) };
    } catch (error) {
      return { kind: 'missing', because: messageOf(error) };
    }
  };
  return {
    gates: limited('GitHub', gatesOf(doors, ask.bad ?? head)),
    measured: limited('a metric source', measure(doors, target)),
    applications: limited('Argo CD', seeApplications(doors, target)),
    takenAt: new Date(doors.clock.now()).toISOString(),
  };
}

/** The snapshot as a file. */
export async function evidenceBefore(
  doors: Pick<Doors, 'sha256'>,
  target: Target,
  { head, playbook }: Overview,
  { incident, planned, activeRules, standing, blobs = [] }: Draft,
  gathering: Gathering,
): Promise<EvidenceFile> {
  const [gates, measured, applications] = await Promise.all([
    gathering.gates,
    gathering.measured,
    gathering.applications,
  ]);
  const plan = planned.kind === 'planned' ? planned.plan : null;
  const good = goodOf(planned);
  return printEvidence(
    {
      version: 1,
      phase: 'before',
      incident: incidentFacts(incident),
      takenAt: gathering.takenAt,
      playbook: {
        commit: head,
        path: playbook?.path ?? '',
        sha256: doors.sha256(playbook?.text ?? ''),
        rules: factsOf(target.rules),
      },
      versions: {
        bad: incident.bad,
        good: good?.sha ?? '',
        goodBecause: good?.because ?? '',
        head,
        plan: plan?.hash ?? '',
        changes: (plan?.changes ?? []).map(factsOf),
        files: blobs.map(factsOf),
      },
      registries: { verified: [...(plan?.verified ?? [])], notes: [...(plan?.notes ?? [])] },
      gates,
      measured,
      applications,
      branchRules: [...activeRules],
      standing: { holds: standing.holds.map(factsOf), freezes: standing.freezes.map(factsOf) },
    },
    doors.sha256,
  );
}

export function incidentFacts({ id, key, bad, openedAt, cause }: Incident) {
  const { repo: repository, service, environment } = key;
  return { id, repository, service, environment, bad, openedAt, cause: factsOf(cause) };
}

async function gatesOf({ repository }: Doors, sha: string): Promise<readonly object[]> {
  return (await repository.gateRuns(sha)).map(({ id, name, conclusion, appSlug, completedAt, text }) => ({
    ...{ sha, checkRun: id, name, conclusion, app: appSlug, completedAt },
    verdict: parseGateNote(text),
  }));
}

/** The last minutes where a source remembers them, else what it counts now. */
async function measure(doors: Doors, target: Target): Promise<readonly object[]> {
  const now = doors.clock.now();
  const questions = questionsOf(target.rules, now - WINDOW_MS);
  const [answers, earlier] = await Promise.all([
    askAll(questions, target.sources, doors.source),
    askAll(
      questions.filter(({ source }) => {
        const config = target.sources[source];
        return config !== undefined && doors.source(config).remembers;
      }),
      target.sources,
      doors.source,
      now - WINDOW_MS,
    ),
  ]);
  return answers.map((answer) =>
    factOf(answer, earlier.find((one) => one.question === answer.question) ?? null, target),
  );
}

function factOf({ question, failed, reading }: Answered, earlier: Answered | null, { sources }: Target): object {
  const { source, from, query } = question;
  const config = sources[source];
  const asked = {
    name: query.trigger.name,
    from,
    source: {
      name: source,
      kind: config?.kind ?? null,
      url: config && 'url' in config && config.url !== undefined ? addressOf(config.url) : null,
    },
    question: query.trigger,
    arms: query.arms,
  };
  if (reading === null) return { ...asked, missing: failed ?? 'no answer' };
  const window =
    earlier?.reading == null
      ? null
      : {
          seconds: (reading.at - earlier.reading.at) / 1000,
          ...counted(between(query.trigger, earlier.reading, reading).sample),
        };
  return {
    ...asked,
    at: new Date(reading.at).toISOString(),
    window,
    total: { canary: totalOf(reading.canary), baseline: reading.baseline && totalOf(reading.baseline) },
  };
}

/** Single values are counted, not kept: they may be the words of users. */
function counted(sample: Sample): object {
  if (sample.kind !== 'values') return { sample };
  return { sample: { kind: 'values', canary: sample.canary.length, baseline: sample.baseline?.length ?? null } };
}

/** One arm over all of its series, as its counters stand. */
function totalOf(arm: ArmReading): object {
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
  switch (arm.kind) {
    case 'counters':
      return {
        kind: arm.kind,
        series: arm.total.length,
        hits: sum(arm.hits.map(({ value }) => value)),
        total: sum(arm.total.map(({ value }) => value)),
      };
    case 'buckets':
      return {
        kind: arm.kind,
        series: arm.series.length,
        total: sum(arm.series.map(({ cumulative }) => cumulative.at(-1) ?? 0)),
      };
    case 'moments':
      return {
        kind: arm.kind,
        series: arm.series.length,
        n: sum(arm.series.map(({ n }) => n)),
        sum: sum(arm.series.map((one) => one.sum)),
      };
    case 'values':
      return { kind: arm.kind, rows: arm.rows.length };
    case 'gauge':
    case 'missing':
      return arm;
  }
}

/** Without user, password and query, which may be secrets. */
function addressOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
