/** Mode gate: playbook, sources, check run, loop, verdict, publication. */
import { LEDGER_BRANCH, LEDGER_FILE } from '../src/adapters/github/ledger-branch.ts';
import { loadReferences, namesReferences } from '../src/adapters/references.ts';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeReport } from '../src/adapters/report-folder.ts';
import { metricSource, type Environment } from '../src/adapters/sources.ts';
import { runGate, type GateResult } from '../src/control/gate.ts';
import { RollbackError } from '../src/errors.ts';
import { parse as parseLedger } from '../src/ledger/chain.ts';
import { lastGateBegan } from '../src/plan/last-gate.ts';
import { playbookError } from '../src/playbook/faults.ts';
import { parsePlaybook } from '../src/playbook/parse.ts';
import type { Gate } from '../src/playbook/schema.ts';
import { targetOf, type Target } from '../src/playbook/target.ts';
import type { Clock, MetricSource } from '../src/ports.ts';
import { failLogEOf } from '../src/judge/rules.ts';
import { explainFiles, type ExplainView } from '../src/report/explain.ts';
import { gateNumbers } from '../src/report/gate-numbers.ts';
import { gateAnnotations } from '../src/report/annotations.ts';
import { checkRunName, checkRunTitle, printExternalId, printGateNote, type GateId } from '../src/report/check-run.ts';
import { logLine } from '../src/report/escape.ts';
import { progressLine } from '../src/report/gate-progress.ts';
import { blameSentence, gateSummary } from '../src/report/gate-summary.ts';
import { asRollbackError, errorEnding, type Ending } from './ending.ts';
import type { CheckRun, GitHub } from './github.ts';
import type { Inputs } from './inputs.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import { gateResult } from './result.ts';

export interface GateMode {
  readonly inputs: Extract<Inputs, { mode: 'gate' }>;
  readonly github: GitHub;
  readonly env: Environment;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly detailsUrl: string | null;
  readonly info: (line: string) => void;
  readonly hide: (secret: string) => void;
}

export async function gateMode(mode: GateMode): Promise<Ending> {
  const { inputs, github } = mode;
  const first = await readTarget(mode, null);
  // Files beside the playbook and the playbook itself come from one commit.
  const commit = first.rules.gate !== undefined && namesReferences(first.rules.gate) ? await github.head() : null;
  const target = commit === null ? first : await readTarget(mode, commit);
  const { gate } = target.rules;
  if (gate === undefined) {
    const message = `The playbook has no gate for '${target.service}' in '${target.environment}'.`;
    throw new RollbackError('playbook-invalid', message, {
      hint: "Add 'gate:' with at least one trigger to this environment.",
    });
  }
  const sources = openSources(target, gate, mode);
  const id: GateId = { service: target.service, environment: target.environment, sha: inputs.sha };
  const references = await loadReferences(gate, (path) => github.file(path, commit));
  const baselineSince = gate.baseline === 'last-good' ? await lastGoodSince(github, id) : null;
  const check = inputs.options.dryRun
    ? null
    : await github.beginCheck({
        name: checkRunName(id),
        sha: id.sha,
        externalId: printExternalId(id),
        detailsUrl: mode.detailsUrl,
      });
  try {
    const judged = await runGate({
      gate,
      sources,
      references,
      baselineSince,
      clock: mode.clock,
      signal: mode.signal,
      onLook: (_point, soFar) => mode.info(progressLine(soFar)),
    });
    return await publish({ mode, id, gate, judged, check });
  } catch (error) {
    const failure = asRollbackError(error);
    const ending = errorEnding(failure, 'gate', check?.url);
    const words = { title: checkRunTitle('error', failure.message), summary: ending.summary, text: '' };
    // Best effort: what broke is told below in any case, and a check run still in progress is no pass.
    if (check !== null) await github.endCheck(check.id, 'failure', words).catch(() => undefined);
    return ending;
  }
}

/** From the ledger, which the bot writes; a gate before the first line of it has no last good release to compare with. */
async function lastGoodSince(github: GitHub, id: GateId): Promise<number | null> {
  const text = await github.file(LEDGER_FILE, LEDGER_BRANCH);
  return text === null ? null : lastGateBegan(parseLedger(text), id, id.sha);
}

/** `commit` null: the default branch as it is now. */
async function readTarget({ inputs, github }: GateMode, commit: string | null): Promise<Target> {
  const { path, text } = await github.playbook(inputs.playbook, commit);
  const parsed = parsePlaybook(text, path);
  if (!parsed.ok) throw playbookError(parsed.faults);
  return targetOf(parsed.playbook, { service: inputs.service, environment: inputs.environment ?? undefined });
}

/** Only what this gate asks: the secrets of other sources need not be here. */
function openSources(target: Target, gate: Gate, { env, hide }: GateMode): ReadonlyMap<string, MetricSource> {
  const names = new Set(gate.triggers.map((trigger) => trigger.source ?? gate.source));
  return new Map(
    Array.from(names).flatMap((name) => {
      const source = Object.hasOwn(target.sources, name) ? target.sources[name] : undefined;
      return source === undefined ? [] : [[name, metricSource(source, env, hide)] as const];
    }),
  );
}

interface Publication {
  readonly mode: GateMode;
  readonly id: GateId;
  readonly gate: Gate;
  readonly judged: GateResult;
  readonly check: CheckRun | null;
}

async function publish(publication: Publication): Promise<Ending> {
  const { mode, id, gate, judged, check } = publication;
  const { verdict, terminated } = judged;
  const { options } = mode.inputs;
  const outcome = outcomeOf({ verdict, terminated, falseAlarm: gate['false-alarm'] }, options);
  const view = viewOf(publication, outcome);
  const summary = gateSummary(view);
  const because = blameSentence(verdict);
  if (check !== null) {
    const note = printGateNote({
      version: 1,
      decision: outcome.decision,
      reasonCode: outcome.reasonCode,
      rollback: outcome.rollback,
      then: verdict.then,
      blame: verdict.blame,
      because,
      detectedAt: new Date(judged.decidedAt).toISOString(),
      startedAt: new Date(judged.startedAt).toISOString(),
      ...(verdict.role === undefined ? {} : { role: verdict.role }),
      numbers: gateNumbers(verdict.findings, verdict.blame),
    });
    try {
      await mode.github.endCheck(check.id, outcome.conclusion, {
        title: checkRunTitle(outcome.decision, because, verdict.role),
        summary,
        text: note,
      });
    } catch (error) {
      // Nobody can see a pass that is not published, so it is none. Any other decision stands and the job fails anyway.
      if (outcome.decision === 'pass') throw error;
      mode.info(logLine(asRollbackError(error).message));
    }
  }
  return {
    result: gateResult({ id, outcome, judged, because, dryRun: options.dryRun }),
    checkRunUrl: check?.url ?? '',
    summary,
    annotations: gateAnnotations(id, outcome.decision, verdict),
    exitCode: outcome.exitCode,
    ...(await reported(mode, view)),
  };
}

/** A page that cannot be written is no reason to lose the verdict. */
async function reported({ env, info }: GateMode, view: ExplainView): Promise<{ readonly report?: string }> {
  const folder = join(env['RUNNER_TEMP'] ?? tmpdir(), `lastgood-${view.id.service}-${view.id.environment}`);
  try {
    await writeReport(folder, explainFiles(view));
    return { report: folder };
  } catch (error) {
    info(logLine(`The report was not written: ${asRollbackError(error).message}`));
    return {};
  }
}

function viewOf({ mode, id, gate, judged }: Publication, outcome: Outcome): ExplainView {
  return {
    id,
    decision: outcome.decision,
    verdict: judged.verdict,
    triggers: gate.triggers.map((trigger) => ({
      name: trigger.name,
      condition: trigger.if.text,
      decides: trigger.criticality !== 'info' && !trigger['dry-run'],
    })),
    falseAlarm: gate['false-alarm'],
    falsePass: gate['false-pass'],
    timeline: judged.timeline,
    next: outcome.next,
    dryRun: mode.inputs.options.dryRun,
    needed: judged.needed,
    failLogE: failLogEOf(gate),
  };
}
