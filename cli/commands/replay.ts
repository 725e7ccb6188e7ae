import { replayHistory, replayRecording, type ReplayRun } from '../../src/control/replay.ts';
import type { GateResult } from '../../src/control/gate.ts';
import { RollbackError } from '../../src/errors.ts';
import { begin, look, rulesOfGate, stopped, verdict } from '../../src/judge/judge.ts';
import { isRecording, parseRecording } from '../../src/measure/recording.ts';
import { replayText, type ReplayLook, type ReplayView } from '../../src/report/replay.ts';
import { gateOf, instantOf, pastSourcesOf, referencesOf, type GateOf } from '../gate-of.ts';
import { looksOf, RECORDING } from '../judge-looks.ts';
import { answer, exitCodeOfVerdict, option, textOf, type Call, type Command, OF_PLAYBOOK } from '../terminal.ts';

export const replay: Command = {
  usage: 'replay --service S (--from T [--to T] | --file F) [--release SHA]',
  does: 'judges a past release again, look by look, from the history of its source or from a recording',
  words: [],
  values: { ...OF_PLAYBOOK, from: 'T', to: 'T', file: 'F', release: 'SHA' },
  switches: [],
  apart: [
    ['from', 'file'],
    ['to', 'file'],
  ],
  async run(call) {
    const of = await gateOf(call);
    const view = await viewOf(of, call);
    answer(call, jsonOf(view), () => replayText(view));
    return exitCodeOfVerdict(view.verdict);
  },
};

async function viewOf(of: GateOf, call: Call): Promise<ReplayView> {
  const file = option(call, 'file');
  if (file === null) return fromHistory(of, call);
  const text = await textOf(file, { what: '--file', hint: RECORDING });
  if (!isRecording(text)) return fromSamples(of, call, { file, text });
  const recording = parseRecording(text, file);
  const { result, looks } = await looking(of, call, (run) => replayRecording(run, recording));
  return {
    about: `${recording.service} in ${recording.environment}`,
    release: option(call, 'release'),
    startedAt: recording.startedAt,
    looks,
    verdict: result.verdict,
    then: recording.ended,
  };
}

async function fromHistory(of: GateOf, call: Call): Promise<ReplayView> {
  const now = Date.now();
  const from = instantOf(call, 'from', now);
  if (from === null)
    throw new RollbackError('input-invalid', '--from or --file is missing', {
      hint: 'Give the moment at which the gate began, such as --from 2026-03-01T12:00:00Z, or a recording with --file.',
    });
  const to = Math.min(instantOf(call, 'to', now) ?? from + of.gate.deadline, now);
  if (from >= now)
    throw new RollbackError('input-invalid', `--from '${option(call, 'from') ?? ''}' has not been yet`, {
      hint: 'Give the moment at which a past gate began.',
    });
  if (to <= from)
    throw new RollbackError(
      'input-invalid',
      `--to '${option(call, 'to') ?? ''}' does not come after --from '${option(call, 'from') ?? ''}'`,
      { hint: 'Give a later --to, or leave it out: then the replay lasts until the deadline of the gate.' },
    );
  const sources = pastSourcesOf(of, call, 'Record the gate with lastgood gate --record FILE, and give --file FILE.');
  const { result, looks } = await looking(of, call, (run) => replayHistory({ ...run, sources }, { from, to }));
  return {
    about: aboutOf(of),
    release: option(call, 'release'),
    startedAt: from,
    looks,
    verdict: result.verdict,
    then: null,
  };
}

/** Lines of `lastgood judge`: samples, not readings, so there is no loop to run, only looks to judge. */
async function fromSamples(
  of: GateOf,
  call: Call,
  recorded: { readonly file: string; readonly text: string },
): Promise<ReplayView> {
  const rules = rulesOfGate(of.gate, await referencesOf(of, call));
  const { release, looks } = looksOf(recorded, rules, option(call, 'release'));
  let state = begin(rules);
  const seen: ReplayLook[] = [];
  for (const one of looks) {
    state = look(rules, state, one);
    seen.push({ t: one.t, soFar: verdict(rules, state) });
    if (seen.at(-1)?.soFar.status !== 'continue') break;
  }
  return {
    about: aboutOf(of),
    release,
    startedAt: null,
    looks: seen,
    verdict: stopped(rules, state, 'the file ended'),
    then: null,
  };
}

async function looking(
  of: GateOf,
  call: Call,
  replaying: (run: ReplayRun) => Promise<GateResult>,
): Promise<{ readonly result: GateResult; readonly looks: readonly ReplayLook[] }> {
  const looks: ReplayLook[] = [];
  const references = await referencesOf(of, call);
  const result = await replaying({
    gate: of.gate,
    references,
    onLook: ({ t }, soFar) => void looks.push({ t, soFar }),
  });
  return { result, looks };
}

function aboutOf({ target }: GateOf): string {
  return `${target.service} in ${target.environment}`;
}

function jsonOf({ looks, verdict: final, startedAt, release, then }: ReplayView) {
  return {
    ...final,
    startedAt,
    release,
    recorded: then,
    looks: looks.map(({ t, soFar }) => ({
      t,
      status: soFar.status,
      logE: soFar.logE,
      triggers: soFar.findings.map(({ trigger, status, canary, baseline, logEFail, logEPass }) => ({
        trigger,
        status,
        canary,
        baseline,
        logEFail,
        logEPass,
      })),
    })),
  };
}
