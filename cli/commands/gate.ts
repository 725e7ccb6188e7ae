import { appendFile, writeFile } from 'node:fs/promises';
import { realClock } from '../../src/adapters/clock.ts';
import { writeReport } from '../../src/adapters/report-folder.ts';
import { runGate, type GateResult } from '../../src/control/gate.ts';
import { RollbackError, messageOf } from '../../src/errors.ts';
import { failLogEOf } from '../../src/judge/rules.ts';
import { explainFiles, type ExplainView } from '../../src/report/explain.ts';
import type { Verdict } from '../../src/judge/verdict.ts';
import { recordingEnd, recordingHead, recordingLine, type GateRead } from '../../src/measure/recording.ts';
import { isInstant } from '../../src/plan/history.ts';
import { progressLine } from '../../src/report/gate-progress.ts';
import { gateOf, referencesOf, sourcesOf, type GateOf } from '../gate-of.ts';
import { answer, exitCodeOfVerdict, option, type Call, type Command, OF_PLAYBOOK } from '../terminal.ts';

export const gate: Command = {
  usage: 'gate --service S [--environment E] [--playbook F] [--baseline-since TIME] [--record F] [--report DIR]',
  does: 'judges the canary from here until the verdict is certain; publishes nothing',
  words: [],
  values: { ...OF_PLAYBOOK, 'baseline-since': 'TIME', record: 'F', report: 'DIR' },
  switches: [],
  async run(call) {
    const of = await gateOf(call);
    const references = await referencesOf(of, call);
    const baselineSince = instantOption(call, 'baseline-since');
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
    const clock = realClock();
    const folder = option(call, 'report');
    // A place that cannot be written is told before the gate, not after it.
    if (folder !== null) await writeReport(folder, []);
    const record = await recorder(of, call, clock.now());
    const result = await runGate({
      gate: of.gate,
      sources: sourcesOf(of, call),
      references,
      baselineSince,
      clock,
      signal: stop.signal,
      onRead: record.read,
      onLook: (_point, soFar) => call.progress(progressLine(soFar)),
    });
    await record.end(result.verdict);
    answer(call, { ...result.verdict, startedAt: result.startedAt, decidedAt: result.decidedAt }, () =>
      [
        `${result.verdict.status}: ${result.verdict.because}`,
        ...result.verdict.findings.map((finding) => `  ${finding.trigger}: ${finding.because}`),
      ].join('\n'),
    );
    if (folder !== null)
      // A page that cannot be written is no reason to lose the verdict.
      await writeReport(folder, explainFiles(viewOf(of, result))).catch((error: unknown) =>
        call.progress(messageOf(error)),
      );
    return exitCodeOfVerdict(result.verdict);
  },
};

/** The same page as the Action's. The commit is not known here. */
function viewOf({ gate: asked, target }: GateOf, result: GateResult): ExplainView {
  const { verdict } = result;
  const decision = verdict.status === 'continue' ? 'inconclusive' : verdict.status;
  return {
    id: { service: target.service, environment: target.environment, sha: '' },
    decision,
    verdict,
    triggers: asked.triggers.map((trigger) => ({
      name: trigger.name,
      condition: trigger.if.text,
      decides: trigger.criticality !== 'info' && !trigger['dry-run'],
    })),
    falseAlarm: asked['false-alarm'],
    falsePass: asked['false-pass'],
    timeline: result.timeline,
    next: { kind: nextOf(decision, verdict.role, result.terminated) },
    dryRun: true,
    needed: result.needed,
    failLogE: failLogEOf(asked),
  };
}

function nextOf(decision: ExplainView['decision'], role: Verdict['role'], terminated: boolean) {
  if (decision === 'pass') return role === undefined ? 'go' : 'promote';
  if (decision === 'fail') return role === 'shadow' ? 'shelve' : 'ask';
  return terminated ? 'terminated' : role === 'shadow' ? 'compare-on' : 'hold';
}

interface Recorder {
  readonly read: (read: GateRead) => void;
  readonly end: (verdict: Verdict) => Promise<void>;
}

/** Writes what is read as it is read, so that a run that is killed leaves its looks behind. Throws input-invalid for no such place. */
async function recorder({ target }: GateOf, call: Call, startedAt: number): Promise<Recorder> {
  const file = option(call, 'record');
  if (file === null) return { read: () => undefined, end: () => Promise.resolve() };
  const { service, environment } = target;
  await writeFile(file, `${recordingHead({ service, environment, startedAt })}\n`).catch((cause: unknown) => {
    throw new RollbackError('input-invalid', `--record ${file} cannot be written`, {
      cause,
      hint: 'Name another file.',
    });
  });
  let written = Promise.resolve();
  // A full disk must not end the gate.
  const add = (line: string) =>
    (written = written
      .then(() => appendFile(file, `${line}\n`))
      .catch(() => call.progress(`--record: a line could not be written to ${file}`)));
  return {
    read: (read) => void add(recordingLine(read)),
    end: ({ status, because }) => add(recordingEnd({ status, because })),
  };
}

/** Epoch ms; null where the option is not given. */
function instantOption(call: Call, name: string): number | null {
  const text = option(call, name);
  if (text === null) return null;
  if (!isInstant(text))
    throw new RollbackError('input-invalid', `--${name} is '${text}', no time with a zone`, {
      hint: `Give it as --${name} 2026-11-17T14:00Z.`,
    });
  return Date.parse(text);
}
